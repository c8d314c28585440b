/**
 * What a window sees. Each view has one kind: a `value` is replaced whole, a `table` row by row, a `log` only grows at its
 * end. Types and names alone; `main/app` fills them, `main/rpc` carries them.
 */
import type { LoggedEvent } from '../bench/event-log.ts';
import type { BenchWish } from '../bench/wish.ts';
import type { ConsoleStory } from '../console/follow-consoles.ts';
import type { Counters, Marker, SessionState } from '../console/session.ts';
import type { DeviceView } from '../devices/devices.ts';
import type { LineSettings, Nic } from '../host/host.ts';
import type { Worthiness } from '../nic/worthiness.ts';
import type { Box, BoxRecord } from '../oobm/box.ts';
import type { TellingStation } from '../wire/station.ts';
import type { ErrorView } from './error-view.ts';
import type { DrivesView, FlashJobView } from './flash-views.ts';
import type { IpxeView, ScriptView } from './ipxe-calls.ts';

// What a window names when it shows a view.
export type { LoggedEvent } from '../bench/event-log.ts';
export { STAGES, type Stage } from '../bench/events.ts';
export type { BenchWish } from '../bench/wish.ts';
export type { Hint, Transfer } from '../devices/device.ts';
export type { DeviceView } from '../devices/devices.ts';
export type { StageSpan } from '../devices/timeline.ts';
export type { Finding } from '../doctor/doctor.ts';
export type { Inspection } from '../ipxe/inspect.ts';
export type { PacketDetail, PacketRow } from '../wire/inspect.ts';
export type { ErrorView } from './error-view.ts';
export type {
  BuildView,
  IpxeView,
  Machine,
  ScriptChoice,
  ScriptTexts,
  ScriptView,
} from './ipxe-calls.ts';

export const VIEW_KINDS = {
  engine: 'value',
  nics: 'value',
  bench: 'value',
  settings: 'value',
  ipxe: 'value',
  wires: 'table',
  devices: 'table',
  notes: 'table',
  drives: 'value',
  flashJobs: 'table',
  consoles: 'table',
  consoleCounters: 'table',
  boxes: 'table',
  scripts: 'table',
  events: 'log',
} as const satisfies Record<string, 'value' | 'table' | 'log'>;

export type ViewName = keyof typeof VIEW_KINDS;

/** What each view holds: the value, a row of the table, an entry of the log. */
export interface Views {
  readonly engine: EngineView;
  /** The best bench first. */
  readonly nics: readonly NicView[];
  readonly bench: BenchView;
  readonly settings: Settings;
  readonly ipxe: IpxeView;
  /** By port name: wires that some window listens to. */
  readonly wires: WireView;
  /** By device id: of the bench being served, or served last. */
  readonly devices: DeviceView;
  /** By device id: what people wrote about a device. */
  readonly notes: DeviceNote;
  readonly drives: DrivesView;
  /** By job id: what writes, reads or probes drives, and what did since the engine began. */
  readonly flashJobs: FlashJobView;
  /** By console id: the consoles that are open. */
  readonly consoles: ConsoleView;
  /** By console id: what came and went, which changes with every octet. */
  readonly consoleCounters: Counters;
  /** By box id: control boards that are logged in to. */
  readonly boxes: BoxView;
  /** By name: iPXE scripts, saved or only typed. */
  readonly scripts: ScriptView;
  readonly events: LoggedEvent;
}

type NamesOf<K> = { [N in ViewName]: (typeof VIEW_KINDS)[N] extends K ? N : never }[ViewName];
export type ValueName = NamesOf<'value'>;
export type TableName = NamesOf<'table'>;
export type LogName = NamesOf<'log'>;

export interface EngineView {
  readonly version: string;
  readonly platform: NodeJS.Platform;
  /** When this engine began, milliseconds since 1970; another value means another engine process. */
  readonly since: number;
  /** May open low ports and change addresses without asking anybody. */
  readonly privileged: boolean;
  /** The laptop has name servers, which is how a bench tells that it is online. */
  readonly online: boolean;
  /** Where leases, the journal and notes are kept. */
  readonly stateFolder: string;
}

export interface NicView extends Nic {
  readonly worthiness: Worthiness;
}

/** What will be or is served, complete. */
export interface PlanView {
  readonly nic: string;
  readonly address: string;
  readonly prefix: number;
  readonly network: string;
  /** First and last address to give; undefined in proxy mode. */
  readonly range: readonly [string, string] | undefined;
  readonly mode: 'dhcp' | 'proxy';
  readonly leaseSeconds: number;
  readonly gateway: string | undefined;
  readonly nameServers: readonly string[];
  readonly identity: 'mac' | 'client-id';
  readonly root: string | undefined;
  readonly httpPort: number | undefined;
  readonly tftp: boolean;
  readonly dns: boolean;
  readonly domain: string;
  /** Who gets what, in the order of the boards that technicians meet. */
  readonly boots: readonly BootRow[];
  /** Networks this laptop loses sight of while serving, e.g. `10.32.0.0/16`. */
  readonly overlaps: readonly string[];
  /** Safety rules that are overridden. */
  readonly forced: readonly string[];
}

export interface BootRow {
  /** e.g. `BIOS PXE`. */
  readonly board: string;
  /** What it gets, e.g. `undionly.kpxe, then boot.ipxe`. */
  readonly gets: string;
}

export type BenchView =
  | {
      readonly state: 'idle';
      /** The bench that was served last, and why it ended. */
      readonly last?: { readonly plan: PlanView; readonly endedAt: number; readonly reason: string };
      /** Why it could not start, or cannot go on. */
      readonly error?: ErrorView;
    }
  /** An engine died while serving this; its changes to the laptop are undone, its devices are remembered. */
  | { readonly state: 'interrupted'; readonly wish: BenchWish; readonly plan: PlanView; readonly since: number }
  | { readonly state: 'starting'; readonly wish: BenchWish }
  | {
      readonly state: 'serving';
      readonly plan: PlanView;
      /** Milliseconds since 1970. */
      readonly since: number;
      readonly bound: readonly { readonly service: string; readonly address: string; readonly port: number }[];
      /** Why it gives no addresses at the moment, although it runs. */
      readonly standingDown?: string;
    }
  | { readonly state: 'stopping'; readonly plan: PlanView };

/** Remembered between runs. Safety overrides never are. */
export interface Settings {
  readonly theme: 'system' | 'light' | 'dark';
  /** The port that was served last. */
  readonly nic: string | undefined;
  /** Addressing and services as they were typed last; empty fields take the default. */
  readonly wish: Omit<BenchWish, 'nic' | 'force'>;
}

export interface WireView {
  readonly nic: string;
  /** Listening since, milliseconds since 1970. */
  readonly since: number;
  readonly frames: number;
  /** Most telling first. */
  readonly stations: readonly TellingStation[];
  /** Listening is not possible, and why. */
  readonly error?: ErrorView;
}

export interface DeviceNote {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface ConsoleView {
  readonly id: string;
  readonly name: string;
  readonly target: string;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
  readonly state: {
    readonly phase: SessionState['phase'];
    readonly since: number;
    /** Why it waits. */
    readonly reason?: string;
    /** Why a person must decide. */
    readonly error?: ErrorView;
  };
  /** Undefined while there is no link, or where it has no line. */
  readonly line: (LineSettings & { readonly appliedBaudRate: number | undefined }) | undefined;
  /** The last 50. */
  readonly markers: readonly Marker[];
  readonly story: ConsoleStory | undefined;
  /** Paths of its log; undefined when it keeps none. */
  readonly log: { readonly text: string; readonly raw: string } | undefined;
  /** Work that is done on it. */
  readonly job: ConsoleJob | undefined;
}

export interface ConsoleJob {
  readonly kind: 'paste' | 'send' | 'script' | 'sense' | 'loopback';
  /** What it does, e.g. `Sending kernel8.img`. */
  readonly says: string;
  /** Octets, where they are counted. */
  readonly done?: number;
  readonly of?: number;
}

export interface BoxView {
  readonly id: string;
  readonly target: string;
  /** Whose nodectl it has. */
  readonly variant: Box['variant'];
  /** Every command that was run there with its raw output, the last 500. */
  readonly records: readonly BoxRecord[];
}
