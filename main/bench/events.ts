/**
 * What happens on a bench, as flat records in the field's own terms. Servers emit them without number and time; the
 * event log (`event-log.ts`) adds both. The command line prints them as they are (`--json`), devices are built from them.
 */
import type { Ipv4, Mac } from 'node-dhcpd-lite';
import type { FirmwareKind } from '../boot/client.ts';
import type { ConsoleStage } from '../console/stages/stage-rules.ts';

/** Facts of the client's own packet that every `dhcp.*` event carries, as far as it sent them. */
export interface DhcpFacts {
  readonly mac: Mac;
  /** Transaction id, 8 hex digits. */
  readonly xid: string;
  readonly hostname?: string;
  /** Option 60. */
  readonly vendorClass?: string;
  /** Option 77, as text. */
  readonly userClass?: string;
  /** Option 93, first known value. */
  readonly arch?: number;
  /** Option 61, hex. */
  readonly clientId?: string;
  /** Option 97 without its type octet, hex. */
  readonly uuid?: string;
  /** A Raspberry Pi's serial number, 8 hex digits. */
  readonly serial?: string;
  /** How it boots, for programs; `client` says it for people. */
  readonly firmware?: FirmwareKind;
  /** What the client is, e.g. `Raspberry Pi 4`, `UEFI x64`, `iPXE`. */
  readonly client?: string;
  /** Relay agent that passed it on. */
  readonly relay?: Ipv4;
}

export interface DhcpRequestEvent extends DhcpFacts {
  readonly type: 'dhcp.discover' | 'dhcp.request' | 'dhcp.inform' | 'dhcp.release' | 'dhcp.bootp';
  /** Address asked for or in use. */
  readonly ip?: Ipv4;
}

export interface DhcpReplyEvent extends DhcpFacts {
  readonly type: 'dhcp.offer' | 'dhcp.ack';
  /** Address given; absent in proxy mode and for INFORM. */
  readonly ip?: Ipv4;
  /** Lease time in seconds. */
  readonly lease?: number;
  /** Boot file or URL handed out. */
  readonly bootfile?: string;
  /** Which recipe chose the boot fields. */
  readonly recipe?: string;
  /** Why a client that asked for a boot file got none, as a sentence part. */
  readonly why?: string;
  /** How the reply travelled. */
  readonly delivery?: 'broadcast' | 'unicast' | 'relay';
  /** The offer is the lease already: this client sends no REQUEST (Raspberry Pi 3). */
  readonly sticky?: boolean;
  /** A proxyDHCP answer (port 67 or 4011) without an address. */
  readonly proxy?: boolean;
}

export interface DhcpNakEvent extends DhcpFacts {
  readonly type: 'dhcp.nak';
  readonly ip?: Ipv4;
  readonly reason: string;
}

export interface DhcpDeclineEvent extends DhcpFacts {
  readonly type: 'dhcp.decline';
  readonly ip?: Ipv4;
}

/** A packet that got no answer on purpose; `reason` is a sentence part such as `the pool is empty`. */
export interface DhcpIgnoredEvent extends Partial<DhcpFacts> {
  readonly type: 'dhcp.ignored';
  readonly reason: string;
  /** The bytes of a packet that could not be decoded, hex, first 600. */
  readonly hex?: string;
  readonly from?: Ipv4;
}

export interface TftpStartEvent {
  readonly type: 'tftp.start';
  readonly ip: Ipv4;
  readonly file: string;
  readonly mac?: Mac;
  /** Octets the transfer will carry. */
  readonly size: number;
  readonly blksize: number;
  readonly windowsize: number;
}

export interface TftpDoneEvent extends Omit<TftpStartEvent, 'type' | 'size'> {
  readonly type: 'tftp.done';
  /** Octets delivered and acknowledged. */
  readonly bytes: number;
  readonly seconds: number;
  /** DATA packets sent again. */
  readonly retransmits: number;
}

export interface TftpErrorEvent {
  readonly type: 'tftp.error';
  readonly ip: Ipv4;
  readonly file: string;
  readonly mac?: Mac;
  /**
   * `missing` answered with ERROR 1; `probe` the client asked for the size and left, which is normal; `aborted` it sent
   * ERROR in mid-transfer; `timeout` it fell silent; `refused` it asked for what is never given; `failed` our own fault.
   */
  readonly reason: 'missing' | 'probe' | 'aborted' | 'timeout' | 'refused' | 'failed';
  readonly detail: string;
  readonly bytes?: number;
}

export interface HttpRequestEvent {
  readonly type: 'http.request';
  readonly ip: Ipv4;
  readonly mac?: Mac;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Body octets sent. */
  readonly bytes: number;
  readonly seconds: number;
  readonly agent?: string;
  /** The connection ended before the whole body was sent. */
  readonly aborted?: boolean;
}

/** A script or an installer marked its progress (`/report?mac=…&stage=…`). */
export interface HttpReportEvent {
  readonly type: 'http.report';
  readonly ip: Ipv4;
  readonly mac?: Mac;
  readonly stage: string;
  readonly message?: string;
}

export interface DnsQueryEvent {
  readonly type: 'dns.query';
  readonly ip: Ipv4;
  readonly mac?: Mac;
  readonly name: string;
  readonly qtype: string;
  /** `answered` from leases, `forwarded` to the laptop's resolvers, `nxdomain`, `refused`, `failed`. */
  readonly result: 'answered' | 'forwarded' | 'nxdomain' | 'refused' | 'failed';
}

/** The stages of a first boot, in their order. */
export const STAGES = ['seen', 'offered', 'leased', 'loader', 'kernel', 'initrd', 'installer', 'up'] as const;
export type Stage = (typeof STAGES)[number];

export interface DeviceSeenEvent {
  readonly type: 'device.seen';
  readonly device: string;
  readonly mac: Mac;
  readonly name: string;
  /** It was known already under another MAC. */
  readonly knownAs?: Mac;
}

export interface DeviceStageEvent {
  readonly type: 'device.stage';
  readonly device: string;
  readonly mac: Mac;
  readonly name: string;
  readonly stage: Stage;
  readonly ip?: Ipv4;
  /** What showed it, e.g. `ipxe.efi by TFTP`. */
  readonly by: string;
  /** Seconds the stage before it took. */
  readonly after?: number;
}

export interface DeviceHintEvent {
  readonly type: 'device.hint';
  readonly device: string;
  readonly mac: Mac;
  readonly name: string;
  /** Stable name of the rule that fired. */
  readonly rule: string;
  /** What happened, and what to do next, as a sentence each. */
  readonly hint: string;
}

/** Of a console session, and of its board as far as it is known. */
export interface ConsoleFacts {
  /** Id of the session. */
  readonly console: string;
  /** What it is connected to, e.g. `/dev/ttyUSB0`. */
  readonly target: string;
  readonly mac?: Mac;
  readonly ip?: Ipv4;
}

/** The board of a console began anew. */
export interface ConsoleBootEvent extends ConsoleFacts {
  readonly type: 'console.boot';
  /** Boots seen on this console, this one included. */
  readonly boot: number;
  readonly stage: ConsoleStage;
  readonly by: string;
}

export interface ConsoleStageEvent extends ConsoleFacts {
  readonly type: 'console.stage';
  readonly stage: ConsoleStage;
  /** What people call the stage. */
  readonly name: string;
  /** What showed it, e.g. `U-Boot 2023.07`. */
  readonly by: string;
  /** Seconds since the stage before it. */
  readonly after?: number;
}

/** A known failure in the output. */
export interface ConsoleHintEvent extends ConsoleFacts {
  readonly type: 'console.hint';
  /** Stable name of the rule that fired. */
  readonly rule: string;
  /** What happened, and what to do next, as a sentence each. */
  readonly hint: string;
  /** What the board printed. */
  readonly line: string;
}

/** The device of a console is known: what this boot's output showed so far belongs to it. */
export interface ConsoleBoundEvent extends ConsoleFacts {
  readonly type: 'console.bound';
  /** What it was read from, e.g. `ethaddr`. */
  readonly by: string;
  readonly stages: readonly { readonly stage: ConsoleStage; readonly by: string; readonly at: number }[];
}

export interface NicLinkEvent {
  readonly type: 'nic.link';
  readonly nic: string;
  readonly carrier: boolean;
  readonly speed?: number;
  /** The port itself went away or came back. */
  readonly present: boolean;
}

export interface SafetyRefusedEvent {
  readonly type: 'safety.refused';
  readonly rule: SafetyRule;
  readonly because: string;
  readonly override?: string;
}

/** The safety rules by name: those of the network, then those of drives. */
export const SAFETY_RULES = [
  'chosen-nic-only',
  'no-second-dhcp',
  'no-default-route',
  'leave-no-trace',
  'temporary',
  'inside-root',
  'untrusted-text',
  'never-the-system-disk',
  'same-device',
  'removable-only',
  'never-the-source',
  'never-touch',
  'verify-by-default',
] as const;
export type SafetyRule = (typeof SAFETY_RULES)[number];

/** Those that a person may override; the others hold always. */
export const OVERRIDABLE_RULES = ['no-second-dhcp', 'no-default-route'] as const satisfies readonly SafetyRule[];

/** A person chose another iPXE script, for one device or for all that have none of their own; it is given from now on. */
export interface ScriptSetEvent {
  readonly type: 'script.set';
  readonly for: Mac | 'default';
  /** Its length; absent when the choice was taken back. */
  readonly bytes?: number;
}

/** A chosen script was given to a device. */
export interface ScriptServedEvent {
  readonly type: 'script.served';
  readonly ip: Ipv4;
  readonly mac?: Mac;
  /** Name under which it was asked for. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Something the operator should read although nothing failed, e.g. leases that cannot be saved. */
export interface NoticeEvent {
  readonly type: 'notice';
  readonly code: string;
  readonly message: string;
}

export interface ReadyEvent {
  readonly type: 'ready';
  readonly nic: string;
  readonly address: Ipv4;
  readonly prefix: number;
  readonly range: readonly [Ipv4, Ipv4] | undefined;
  readonly mode: 'dhcp' | 'proxy';
  /** Each bound service with its address, e.g. `{"service":"tftp","address":"10.32.0.1","port":69}`. */
  readonly bound: readonly { readonly service: string; readonly address: Ipv4; readonly port: number }[];
  readonly root: string | undefined;
  readonly forced: readonly SafetyRule[];
}

export interface StoppedEvent {
  readonly type: 'stopped';
  readonly reason: string;
}

export type BenchEvent =
  | DhcpRequestEvent
  | DhcpReplyEvent
  | DhcpNakEvent
  | DhcpDeclineEvent
  | DhcpIgnoredEvent
  | TftpStartEvent
  | TftpDoneEvent
  | TftpErrorEvent
  | HttpRequestEvent
  | HttpReportEvent
  | DnsQueryEvent
  | DeviceSeenEvent
  | DeviceStageEvent
  | DeviceHintEvent
  | ConsoleBootEvent
  | ConsoleStageEvent
  | ConsoleHintEvent
  | ConsoleBoundEvent
  | NicLinkEvent
  | SafetyRefusedEvent
  | ScriptSetEvent
  | ScriptServedEvent
  | NoticeEvent
  | ReadyEvent
  | StoppedEvent;

/** How servers report: the log fills in number and time. */
export type Emit = (event: BenchEvent) => void;

/**
 * How far a transfer is that takes its time. No event: it moves its device on and is in no log, where it would push out
 * what happened. Its end is told by `tftp.done`, `tftp.error` or `http.request`, for the same file.
 */
export interface TransferProgress {
  readonly via: 'tftp' | 'http';
  readonly ip: Ipv4;
  readonly mac?: Mac;
  readonly file: string;
  /** Octets delivered so far, and in all. */
  readonly bytes: number;
  readonly size: number;
  readonly blksize?: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

export type TellProgress = (progress: TransferProgress) => void;
