/** The calls of the consoles: ports, sessions, what is typed and sent, line settings, helpers, and the cluster box. */
import * as v from 'valibot';
import type { Verdict } from '../console/baud-sense/sense.ts';
import type { ExpectReport } from '../console/expect/run.ts';
import type { Script } from '../console/expect/script.ts';
import type { LoopbackResult } from '../console/loopback/loopback.ts';
import type { PasteReport } from '../console/paste/paste.ts';
import type { SendReport } from '../console/transfer/send-files.ts';
import type { ModemLines, SerialPortInfo } from '../host/host.ts';
import type { BladeResult, BoxRecord, Presence } from '../oobm/box.ts';
import { name, nothing, returns, text } from './call.ts';

const ofConsole = { id: name };
/** Bits per second; what the hardware makes of it is its own affair. */
const baudRate = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000_000));
const line = {
  baudRate: v.exactOptional(baudRate),
  dataBits: v.exactOptional(v.picklist([5, 6, 7, 8])),
  parity: v.exactOptional(v.picklist(['none', 'even', 'odd', 'mark', 'space'])),
  stopBits: v.exactOptional(v.picklist([1, 2])),
  flowControl: v.exactOptional(v.picklist(['none', 'rts-cts', 'xon-xoff'])),
};
const password = v.exactOptional(v.pipe(v.string(), v.maxLength(1024)));
const octets = v.pipe(v.string(), v.base64(), v.maxLength(1024 * 1024));
const cells = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000));
const blade = v.picklist([1, 2, 3, 4]);

export interface Attached {
  readonly stream: number;
  /** Octets that were there already, and come first. */
  readonly held: number;
  /** Octets kept from before those. */
  readonly older: number;
}

export const CONSOLE_CALLS = {
  /** The serial ports as they are now. */
  'console.ports': returns<readonly SerialPortInfo[]>()(nothing),
  /** Opens a console (see `main/console/target.ts` for what a target may be), or gives the one that has it open. */
  'console.open': returns<{ readonly id: string }>()(
    v.strictObject({
      target: text,
      name: v.exactOptional(name),
      line: v.exactOptional(v.strictObject(line)),
      password,
    }),
  ),
  /** Ends the session; its log stays. */
  'console.close': returns<void>()(v.strictObject(ofConsole)),
  'console.rename': returns<void>()(v.strictObject({ ...ofConsole, name })),
  /** Lets go of the port for another program, and takes it back. */
  'console.release': returns<void>()(v.strictObject(ofConsole)),
  'console.resume': returns<void>()(v.strictObject(ofConsole)),

  /**
   * Its output as a stream of octets for this window: from the oldest that is kept, the last mebibyte (`recent`), or from
   * now on. For a terminal, which is the usual, it is filtered; `octets` is what came, for views that show numbers.
   */
  'console.attach': returns<Attached>()(
    v.strictObject({
      ...ofConsole,
      from: v.picklist(['oldest', 'recent', 'now']),
      as: v.exactOptional(v.picklist(['terminal', 'octets'])),
    }),
  ),
  'console.detach': returns<void>()(v.strictObject({ stream: v.number() })),
  'console.write': returns<void>()(v.strictObject({ ...ofConsole, base64: octets })),
  'console.resize': returns<void>()(v.strictObject({ ...ofConsole, columns: cells, rows: cells })),
  /** A line of the person's own in the log. */
  'console.mark': returns<void>()(v.strictObject({ ...ofConsole, text })),

  'console.line': returns<void>()(v.strictObject({ ...ofConsole, settings: v.strictObject(line) })),
  /** Undefined where the port has none. */
  'console.modem': returns<ModemLines | undefined>()(v.strictObject(ofConsole)),
  'console.setModem': returns<void>()(
    v.strictObject({ ...ofConsole, dtr: v.exactOptional(v.boolean()), rts: v.exactOptional(v.boolean()) }),
  ),
  'console.break': returns<void>()(v.strictObject(ofConsole)),

  /* Work on a console: one at a time; how far it is stands in the view, `console.cancel` stops it. */
  'console.paste': returns<PasteReport>()(
    v.strictObject({
      ...ofConsole,
      text: v.pipe(v.string(), v.maxLength(1024 * 1024)),
      echo: v.exactOptional(v.boolean()),
      prompt: v.exactOptional(text),
    }),
  ),
  /** `paths` are of this laptop. */
  'console.send': returns<SendReport>()(
    v.strictObject({
      ...ofConsole,
      protocol: v.picklist(['xmodem', 'ymodem', 'zmodem']),
      paths: v.pipe(v.array(text), v.minLength(1), v.maxLength(64)),
    }),
  ),
  'console.scripts': returns<readonly Script[]>()(nothing),
  /** A ready-made script by its name, or one of the person's own. */
  'console.script': returns<ExpectReport>()(
    v.strictObject({
      ...ofConsole,
      script: v.union([name, v.looseObject({})]),
      values: v.exactOptional(v.record(v.string(), v.pipe(v.string(), v.maxLength(4096)))),
    }),
  ),
  'console.sense': returns<Verdict>()(v.strictObject(ofConsole)),
  'console.loopback': returns<readonly LoopbackResult[]>()(v.strictObject(ofConsole)),
  'console.cancel': returns<void>()(v.strictObject(ofConsole)),

  /** Logs in to a cluster box's control board. */
  'box.open': returns<{ readonly id: string }>()(
    v.strictObject({
      host: name,
      port: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535))),
      user: name,
      password,
    }),
  ),
  'box.presence': returns<Presence>()(v.strictObject({ id: name })),
  'box.power': returns<readonly BladeResult[]>()(
    v.strictObject({
      id: name,
      action: v.picklist(['poweron', 'poweroff', 'reboot']),
      blades: v.pipe(v.array(blade), v.minLength(1), v.maxLength(4)),
    }),
  ),
  'box.rescan': returns<BoxRecord>()(v.strictObject({ id: name })),
  /** The blade's console as a session. */
  'box.console': returns<{ readonly id: string }>()(v.strictObject({ id: name, blade })),
  'box.close': returns<void>()(v.strictObject({ id: name })),
} as const;
