/** The calls of the iPXE view: scripts and their drafts, what a dry run finds, builds, inspection, who gets which script. */
import * as v from 'valibot';
import type { Inspection } from '../ipxe/inspect.ts';
import type { Fetched, LibraryEntry, TargetName } from '../ipxe/script/index.ts';
import type { Firmware } from '../ipxe/targets.ts';
import { name, nothing, returns, text } from './call.ts';

/** Of a script, as people call it: a file name without its ending, on every system. */
const script = v.pipe(
  v.string(),
  v.regex(
    /^(?!(con|prn|aux|nul|com\d|lpt\d)(\.|$))[\p{L}\p{N}](?:[\p{L}\p{N}_ .()+-]{0,78}[\p{L}\p{N}_()+-])?$/iu,
    'a script is called by letters, digits, blanks and . _ ( ) + - alone',
  ),
);
/** UTF-16 units; what is served may have a megabyte. */
const body = v.pipe(v.string(), v.maxLength(1024 * 1024));
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const base64 = v.pipe(v.string(), v.base64(), v.maxLength(3 * 1024 * 1024));
const file = v.strictObject({ name: text, base64 });

/** `default`: every machine that has none of its own. */
const receiver = v.union([v.literal('default'), v.pipe(v.string(), v.regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/))]);

/** Octets that `ipxe.octets` gives and `ipxe.upload` takes at once. */
export const PIECE = 1024 * 1024;
/** Larger files are inspected where they are, not sent. */
export const LARGEST_UPLOAD = 64 * 1024 * 1024;

export const IPXE_CALLS = {
  /** Looks into the folder of scripts again: other programs may have changed it. */
  'ipxe.scripts': returns<void>()(nothing),
  'ipxe.read': returns<ScriptTexts>()(v.strictObject({ name: script })),
  /** Keeps what is typed, without saving it; undefined: it is as saved. */
  'ipxe.draft': returns<void>()(v.strictObject({ name: script, text: v.exactOptional(body) })),
  /**
   * Writes the file and drops the draft; machines that get this script get the new text from their next boot on. Throws
   * SCRIPT_CHANGED when the file is another one than the window knows.
   */
  'ipxe.save': returns<SavedScript>()(
    v.strictObject({
      name: script,
      text: body,
      /** SHA-256 of the file as the window knows it; absent: there is none. */
      knows: v.exactOptional(text),
    }),
  ),
  'ipxe.rename': returns<void>()(v.strictObject({ from: script, to: script })),
  /** File and draft. Machines that got it get what they would without it. */
  'ipxe.delete': returns<void>()(v.strictObject({ name: script })),

  /** What the bench's own HTTP and TFTP would answer a machine, in the order of `urls`. */
  'ipxe.lookup': returns<readonly Fetched[]>()(
    v.strictObject({ mac: name, urls: v.pipe(v.array(v.pipe(v.string(), v.maxLength(4096))), v.maxLength(200)) }),
  ),
  /** What is known of the devices on the bench for a dry run, and which file they need. */
  'ipxe.machines': returns<readonly Machine[]>()(nothing),
  /** The kernels that the bench has, for a menu of them. */
  'ipxe.library': returns<readonly LibraryEntry[]>()(nothing),
  /** Puts a file that belongs to a script under the folder that is served. Throws FILE_EXISTS when there is another, FILE_UNWRITABLE. */
  'ipxe.place': returns<{ readonly path: string }>()(
    v.strictObject({ path: text, text: body, replace: v.exactOptional(v.boolean()) }),
  ),

  /** A password as answer files keep it: a hash of crypt(3). */
  'ipxe.hash': returns<{ readonly hash: string }>()(
    v.strictObject({ password: v.pipe(v.string(), v.minLength(1), v.maxLength(512)) }),
  ),

  /** Builds in memory; `ipxe.octets` fetches it. A window has one build at a time. */
  'ipxe.build': returns<BuildView>()(
    v.strictObject({
      target: v.custom<TargetName>(value => typeof value === 'string' && value.length < 32),
      script: v.strictObject({ name: text, text: body }),
      ca: v.exactOptional(file),
      table: v.exactOptional(v.picklist(['mbr', 'gpt'])),
    }),
  ),
  /** A piece of the window's build, base64. */
  'ipxe.octets': returns<string>()(v.strictObject({ sha256: text, offset: whole })),

  /** Writes the window's build to a file of this laptop, for the flasher. Throws FILE_UNWRITABLE. */
  'ipxe.keep': returns<{ readonly path: string }>()(v.strictObject({ sha256: text, name: script })),

  /** A piece of a file to be inspected; pieces come in order, and the first one begins anew. */
  'ipxe.upload': returns<void>()(v.strictObject({ offset: whole, base64 })),
  /** What a file is, and the script in it: the uploaded one, or one of this laptop. Throws IPXE_FILE, FILE_UNREADABLE. */
  'ipxe.inspect': returns<Inspection>()(v.strictObject({ name: text, path: v.exactOptional(text) })),

  /** Who gets a saved script from its next boot on; without `name` the choice is taken back. */
  'ipxe.give': returns<void>()(v.strictObject({ to: receiver, name: v.exactOptional(script) })),
} as const;

export interface SavedScript {
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly sha256: string;
}

/** A script in the list: saved, typed and not saved, or both. */
export interface ScriptView {
  readonly name: string;
  readonly saved?: SavedScript;
  /** Text that is not saved: when it was typed. */
  readonly draft?: number;
}

export interface ScriptTexts {
  readonly saved?: SavedScript & { readonly text: string };
  readonly draft?: string;
}

/** A script that somebody gets, by name. */
export interface ScriptChoice {
  readonly to: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Where a dry run happens, and who gets what. */
export interface IpxeView {
  /** Of the bench that is served, else of the one that would be. */
  readonly bench: {
    readonly serving: boolean;
    readonly server: string;
    readonly httpPort: number | undefined;
    readonly tftp: boolean;
    readonly root: string | undefined;
    /** First address for machines. */
    readonly firstAddress: string | undefined;
  };
  /** Folder of saved scripts. */
  readonly folder: string;
  readonly choices: readonly ScriptChoice[];
}

/** A device of the bench as a dry run needs it. */
export interface Machine {
  readonly id: string;
  readonly name: string;
  readonly mac: string;
  readonly ip: string | undefined;
  /** Undefined: it has not said. */
  readonly firmware: Firmware | undefined;
  readonly serial: string | undefined;
  readonly uuid: string | undefined;
}

export interface BuildView {
  readonly target: TargetName;
  readonly size: number;
  readonly sha256: string;
  readonly notes: readonly string[];
  /** Seconds that it took. */
  readonly seconds: number;
}
