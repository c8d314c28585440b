/** What the writer needs of a device: the interface behind which a drive, a file and a test's scripted card are the same. */
export interface Target {
  /** How a person knows it, e.g. `SanDisk Ultra 32 GB (sdb)`. */
  readonly label: string;
  /** Its path or number, e.g. `/dev/sdb`. */
  readonly device: string;
  /** Octets. */
  readonly size: number;
  /** Offsets and lengths of all transfers are multiples of this. */
  readonly sectorSize: number;
  /** Writes all of `bytes`, which are page-aligned. Rejects with a system error. */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Fills `bytes` from the medium itself, not from a cache of the system. */
  read(offset: number, bytes: Uint8Array): Promise<void>;
  /** Resolves when everything written is on the medium. */
  sync(): Promise<void>;
  /** Tells the device that nothing on it is needed any more; resolves to whether it took that. */
  discard?(): Promise<boolean>;
  /** Makes the system read the new partition table. */
  finish(): Promise<void>;
  close(): Promise<void>;
}
