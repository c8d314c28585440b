/** What a window sees of the flasher: the drives of this laptop, and the jobs that write, read or probe them. */
import type { ImageKind } from '../flash/customise/image-kind.ts';
import type { RecipeRemark } from '../flash/customise/recipe.ts';
import type { Protected } from '../flash/drive/never-touch.ts';
import type { DriveView } from '../flash/drive/view.ts';
import type {
  FlashDoneEvent,
  FlashFailedEvent,
  FlashImageEvent,
  FlashPhase,
  FlashProgressEvent,
} from '../flash/events.ts';
import type { ErrorView } from './error-view.ts';

export type { ImageKind } from '../flash/customise/image-kind.ts';
export type { Recipe } from '../flash/customise/recipe.ts';
export type { FlashPhase, TargetState } from '../flash/events.ts';
export type { FlashRecord } from '../flash/history.ts';

export interface DrivesView {
  /** False until the first look at them came back. */
  readonly listed: boolean;
  /** The likely targets first, the system's own last. Judged without the switch for fixed and large ones. */
  readonly drives: readonly OfferedDrive[];
  /** The list of drives that are never touched. */
  readonly neverTouch: readonly Protected[];
  /** Why nothing can be said about them. */
  readonly error?: ErrorView;
}

export interface OfferedDrive extends DriveView {
  /** Names this drive in this plugging-in; a card that was swapped has another. */
  readonly id: string;
  /** It may be written once a person allows fixed and large drives. */
  readonly ifAllowed: boolean;
  readonly mediaPresent: boolean;
}

export interface JobProgress extends Pick<FlashProgressEvent, 'bytes' | 'total' | 'fraction' | 'rate' | 'eta'> {
  readonly phase: FlashPhase | 'reading' | 'probing';
}

/** What one drive has of a job. */
export interface JobTarget {
  readonly device: string;
  readonly title: string;
  readonly size: number;
  readonly slot?: string;
  readonly serial?: string;
  /** What the recipe calls this card, e.g. its host name. */
  readonly name?: string;
  /** Of the table, from 1. */
  readonly row?: number;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly progress?: JobProgress;
  /** Octets per second at each hundredth of the way, as far as it came. */
  readonly writing: readonly number[];
  readonly verifying: readonly number[];
  readonly done?: Pick<FlashDoneEvent, 'bytes' | 'written' | 'verified' | 'seconds' | 'sha256' | 'customised'>;
  readonly failure?: Pick<FlashFailedEvent, 'phase' | 'code' | 'message' | 'state'>;
}

export interface FlashJobView {
  readonly id: string;
  readonly kind: 'flash' | 'read' | 'probe';
  readonly state: 'running' | 'stopping' | 'ended';
  /** Milliseconds since 1970. */
  readonly began: number;
  readonly ended?: number;
  /** The image that is written, or the file that is read into. */
  readonly image?: string;
  readonly verify: boolean;
  readonly facts?: Pick<FlashImageEvent, 'format' | 'size' | 'matched' | 'mapped'>;
  /** While the image itself is fetched or checked. */
  readonly fetching?: JobProgress;
  readonly targets: readonly JobTarget[];
  readonly notices: readonly string[];
  /** Targets come one after the other then, the last ones last; a device may be there several times, each a card of its own. */
  readonly queue?: QueueView;
  /** Why nothing was begun: the image cannot be used, the drive not be read. */
  readonly error?: ErrorView;
  /** What a read or a probe found, in sentences. */
  readonly found?: { readonly good: boolean; readonly sentences: readonly string[] };
}

export interface QueueView {
  /** Which drives it takes, as the end of a sentence. */
  readonly rule: string;
  /** `ending`: no card is begun any more. */
  readonly state: 'waiting' | 'writing' | 'ending';
  /** Cards, all of them; the older ones are in the history alone. */
  readonly written: number;
  readonly failed: number;
  /** How many are still wanted, when that is known. */
  readonly left?: number;
  /** What was plugged in and left alone, the last ones. */
  readonly passed: readonly { readonly device: string; readonly title: string; readonly because: string }[];
}

/** An image file on this laptop that is at hand. */
export interface ImageFile {
  readonly path: string;
  readonly name: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly where: 'library' | 'downloads' | 'fetched';
}

/** What an image turned out to be. */
export interface ImageView {
  readonly image: string;
  /** Of the image inside, e.g. `raspios.img`. */
  readonly name: string;
  /** Undefined for a URL, which is looked at when it is fetched. */
  readonly format?: string;
  readonly fileSize?: number;
  /** Octets, unpacked; absent when only the end of the file tells. */
  readonly size?: number;
  readonly estimate?: number;
  readonly bmap?: { readonly path: string; readonly mapped: number };
  /** A SHA-256 that lies beside it. */
  readonly published?: { readonly sha256: string; readonly path: string };
  /** What it takes its first settings from; looked at in images that are not packed. */
  readonly setUp?: { readonly kind: ImageKind; readonly says: string };
}

/** A card for the bootloader of a Raspberry Pi, ready to be written. */
export interface EepromCardView {
  readonly image: string;
  /** `Raspberry Pi 4`. */
  readonly board: string;
  /** All settings that its bootloader will have, as text. */
  readonly config: string;
}

export type RecipeProblem = Pick<RecipeRemark, 'pointer' | 'message' | 'severity' | 'next'>;

/** What a recipe will do to each card. */
export interface RecipePreview {
  readonly problems: readonly RecipeProblem[];
  readonly cards: readonly {
    readonly row: number;
    readonly name?: string;
    readonly sentences: readonly string[];
    readonly cannot: readonly string[];
  }[];
}
