/** What happens while images are written, as flat records; the command line prints them as they are (`--json`). */

/**
 * `downloading` and `checking` concern the image; `preparing` the old partition table goes; `writing`; `syncing` the card
 * empties its own caches; `verifying` everything is read back; `customising`; `finishing` the first chunk is written.
 */
export type FlashPhase =
  | 'downloading'
  | 'checking'
  | 'preparing'
  | 'writing'
  | 'syncing'
  | 'verifying'
  | 'customising'
  | 'finishing';

/** Four times a second for the image, and for each target that is at work. */
export interface FlashProgressEvent {
  readonly type: 'flash.progress';
  /** Its path or number, e.g. `/dev/sdb`; absent while the image itself is fetched or checked. */
  readonly device?: string;
  readonly target?: string;
  readonly phase: FlashPhase;
  /** Octets done in this phase. */
  readonly bytes: number;
  /** Octets of this phase, as far as known. */
  readonly total?: number;
  /** 0 to 1, when it can be told. */
  readonly fraction?: number;
  /** Octets per second, over the last seconds. */
  readonly rate: number;
  /** Seconds until the end of this phase. */
  readonly eta?: number;
}

export interface FlashDoneEvent {
  readonly type: 'flash.done';
  readonly device: string;
  readonly target: string;
  /** Octets of the image. */
  readonly bytes: number;
  /** Octets written; less than `bytes` when holes were left out. */
  readonly written: number;
  /** Everything written was read back and matched. */
  readonly verified: boolean;
  readonly seconds: number;
  /** SHA-256 of the image, when it was computed. */
  readonly sha256?: string;
  /** What was put into the image on this target, as it was read back. */
  readonly customised?: readonly string[];
}

export interface FlashFailedEvent {
  readonly type: 'flash.failed';
  readonly device: string;
  readonly target: string;
  readonly phase: FlashPhase;
  /** Code of the error catalogue. */
  readonly code: string;
  /** What happened and what to do, as sentences. */
  readonly message: string;
  /** `untouched`: as it was; `unusable`: neither the old content nor the image, and it boots nowhere. */
  readonly state: TargetState;
}

export type TargetState = 'untouched' | 'unusable';

/** Something to read although nothing failed, e.g. an image without a partition table. */
export interface FlashNoticeEvent {
  readonly type: 'flash.notice';
  readonly code: string;
  readonly message: string;
}

/** What is going to be written, once it is known. */
export interface FlashImageEvent {
  readonly type: 'flash.image';
  readonly image: string;
  readonly format: string;
  /** Octets; absent when only the end of the file tells. */
  readonly size?: number;
  /** The checksum that was asked for matched: of the file as it is, or of the image inside. */
  readonly matched?: 'file' | 'content';
  /** Octets that a block map declares used. */
  readonly mapped?: number;
}

export type FlashEvent = FlashProgressEvent | FlashDoneEvent | FlashFailedEvent | FlashNoticeEvent | FlashImageEvent;
