/** What a dry run is given and what it answers: plain data, fit for JSON. */
import type { TargetName } from './commands.ts';
import type { Device } from './device.ts';
import type { Position } from './text.ts';

/** What a URL would give. */
export type Fetched =
  /** `text` when it is a script, so that `chain` can be followed. */
  | { readonly is: 'file'; readonly size: number; readonly text?: string | undefined }
  /** There, but nothing iPXE could load; an installer may want just that. */
  | { readonly is: 'folder' }
  | { readonly is: 'missing'; readonly why?: string | undefined }
  /** Another server's: not looked at, taken as there. */
  | { readonly is: 'elsewhere' };

export interface DryRunOptions {
  readonly device: Device;
  readonly lookup?: ((url: string) => Fetched) | undefined;
  /** Where the script came from; a network URL means that the network is open, and relative names start there. */
  readonly from?: string | undefined;
  /**
   * What is chosen or typed, by the setting that `choose`, `read` or `login` fills; several for several times. `prompt`
   * is the key pressed at prompts. What is not here waits for its timeout, and without one the run ends there.
   */
  readonly choices?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** Program that runs it; left out, the usual one for the device. */
  readonly target?: TargetName | undefined;
  /** Default 1 Gb/s. */
  readonly linkBitsPerSecond?: number | undefined;
  /** Default 5,000. */
  readonly mostSteps?: number | undefined;
}

export interface Step extends Position {
  /** Index into `scripts`. */
  readonly script: number;
  /** The command with its settings expanded. */
  readonly command: string;
  readonly ok: boolean;
  /** `ok` is taken for granted: it cannot be known without the machine. */
  readonly assumed?: true;
  readonly says?: string;
  /** When it begins and how long it takes, seconds since the script began. */
  readonly at: number;
  readonly seconds: number;
}

export interface FetchStep {
  /** Index into `steps`. */
  readonly step: number;
  /** `system`: what starts fetches it later, as its command line says. */
  readonly by: 'ipxe' | 'system';
  readonly url: string;
  readonly found: Fetched['is'];
  readonly size: number | undefined;
  /** At link speed. */
  readonly seconds: number;
  readonly why: string | undefined;
}

export interface MenuItem {
  /** Undefined for a heading. */
  readonly name: string | undefined;
  readonly text: string;
  readonly key: string | undefined;
}

export interface MenuShown {
  readonly step: number;
  readonly title: string;
  readonly items: readonly MenuItem[];
  readonly setting: string;
  readonly selected: string;
  /** Milliseconds; undefined: it waits for ever. */
  readonly timeoutMs: number | undefined;
  /** Undefined: the run waits here. */
  readonly chosen: string | undefined;
}

export type EndingKind =
  | 'boots'
  | 'disk'
  /** A program or script that was not looked into takes over. */
  | 'hands-over'
  | 'waits'
  | 'shell'
  | 'reboot'
  | 'poweroff'
  /** `exit`, or the end of the script with nothing started. */
  | 'leaves'
  /** A command failed and nothing caught it: the machine goes on to its next boot device. */
  | 'fails'
  /** Goes round with a pause until something succeeds. */
  | 'retries'
  /** Goes round for ever, nothing can change it. */
  | 'loops'
  | 'too-long';

export interface Ending {
  readonly kind: EndingKind;
  /** The machine ends where nobody wants it to. */
  readonly dead: boolean;
  readonly sentence: string;
  readonly step: number | undefined;
}

export interface DryRun {
  readonly scripts: readonly string[];
  readonly steps: readonly Step[];
  readonly fetches: readonly FetchStep[];
  readonly menus: readonly MenuShown[];
  /** What stands on the screen, `echo` and what iPXE says. */
  readonly screen: readonly string[];
  readonly ending: Ending;
  readonly seconds: number;
}
