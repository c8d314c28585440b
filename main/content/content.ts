/**
 * What a name is. TFTP and HTTP ask the same chain and differ only in how they carry the answer. A route either serves
 * the name, refuses it, or declines (undefined) so that the next one is asked.
 */
import type { Ipv4, Mac } from 'node-dhcpd-lite';

export interface ContentRequest {
  /** As the client asked, without decoding beyond the protocol's own: may hold backslashes, `..`, a leading slash. */
  readonly name: string;
  readonly via: 'tftp' | 'http';
  readonly ip: Ipv4;
  /** The MAC that holds `ip`, when the DHCP server knows. */
  readonly mac: Mac | undefined;
}

/** An open regular file. Whoever received it must call `close`, once. */
export interface FoundFile {
  readonly kind: 'file';
  /** Name relative to the root, as it is on disk. */
  readonly name: string;
  /** An open descriptor, read only. Read with positions; it may be shared by several readers. */
  readonly fd: number;
  readonly size: number;
  readonly mtimeMs: number;
  /** Inode number, with `size` and `mtimeMs` the file's identity for an ETag. */
  readonly ino: number;
  /**
   * True while asking for the same name again, by whomever, would open this very file with these very octets. At once and
   * cheap (one stat). Absent when that cannot be promised, e.g. when the answer depended on who asked.
   */
  readonly unchanged?: () => boolean;
  close(): void;
}

/** Text or bytes made for this request; never changes once given. */
export interface FoundBytes {
  readonly kind: 'bytes';
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly mediaType?: string;
}

export interface FolderEntry {
  readonly name: string;
  readonly folder: boolean;
  readonly size: number;
  readonly mtimeMs: number;
}

/** A folder under the root; only HTTP shows it (its index). */
export interface FoundFolder {
  readonly kind: 'folder';
  readonly name: string;
  readonly entries: readonly FolderEntry[];
}

/** Nothing to give, and why: `missing` is an everyday answer, the others are worth a line in the log. */
export interface NotFound {
  readonly kind: 'none';
  readonly why: 'missing' | 'outside-root' | 'not-a-regular-file' | 'unreadable';
  readonly detail: string;
}

export type Finding = FoundFile | FoundBytes | FoundFolder | NotFound;

export interface ContentRoute {
  /** For logs and previews: which route answered. */
  readonly route: string;
  /** `tried` hears each name that was looked for, for previews. */
  find(request: ContentRequest, tried?: (what: string) => void): Promise<Finding | undefined>;
}

/** Never rejects: a route that throws becomes `unreadable`. */
export interface Content {
  find(request: ContentRequest): Promise<Finding>;
}
