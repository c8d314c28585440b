/**
 * What a terminal device can be told while it is open, beyond Node: framing and any rate (Linux termios2), modem lines
 * and break (tty_ioctl(2), also of macOS). Knows no stream and no port list.
 */
import koffi from 'koffi';
import { systemError } from 'node-dhcpd-lite/socket';
import type { FlowControl, LineSettings, ModemLines, Parity } from '../host.ts';

type Ioctl = (fd: number, request: number, type: string, argument: Uint8Array | null) => number;

type Flock = (fd: number, operation: number) => number;

let ioctl: Ioctl | undefined;
let flock: Flock | undefined;

/** sys/file.h, of Linux and BSD systems. */
const LOCK_EX = 2;
const LOCK_NB = 4;

/** Throws a system error: ENOTTY where the device has no such thing, EIO when it is gone. */
function control(fd: number, request: number, argument: Uint8Array | null, what: string): void {
  ioctl ??= koffi.load(null).func('int ioctl(int, unsigned long, ...)') as Ioctl;
  if (ioctl(fd, request, 'void *', argument) < 0) throw systemError('ioctl', what);
}

/* Modem lines and break ------------------------------------------------------------------------------------------- */

/** Request numbers of Linux (asm-generic/ioctls.h) and of BSD systems (sys/ttycom.h). */
const REQUESTS =
  process.platform === 'linux'
    ? { get: 0x5415, raise: 0x5416, drop: 0x5417, breakOn: 0x5427, breakOff: 0x5428, exclusive: 0x540c }
    : {
        get: 0x4004746a,
        raise: 0x8004746c,
        drop: 0x8004746b,
        breakOn: 0x2000747b,
        breakOff: 0x2000747a,
        exclusive: 0x2000740d,
      };

/** TIOCM_* bits, the same on both. */
const BITS = { dtr: 0x002, rts: 0x004, cts: 0x020, dcd: 0x040, ri: 0x080, dsr: 0x100 } as const;

export function readModemLines(fd: number): ModemLines {
  const word = new Int32Array(1);
  control(fd, REQUESTS.get, new Uint8Array(word.buffer), 'TIOCMGET');
  const on = (name: keyof typeof BITS): boolean => (word[0]! & BITS[name]) !== 0;
  return { dtr: on('dtr'), rts: on('rts'), cts: on('cts'), dsr: on('dsr'), dcd: on('dcd'), ri: on('ri') };
}

/** Changes these lines alone: setting the whole word would touch the other one. */
export function writeModemLines(fd: number, lines: { readonly dtr?: boolean; readonly rts?: boolean }): void {
  for (const name of ['dtr', 'rts'] as const) {
    if (lines[name] === undefined) continue;
    const word = new Uint8Array(Int32Array.of(BITS[name]).buffer);
    control(fd, lines[name] ? REQUESTS.raise : REQUESTS.drop, word, lines[name] ? 'TIOCMBIS' : 'TIOCMBIC');
  }
}

export function holdBreak(fd: number, on: boolean): void {
  control(fd, on ? REQUESTS.breakOn : REQUESTS.breakOff, null, on ? 'TIOCSBRK' : 'TIOCCBRK');
}

/**
 * Nobody else may open the device from now on: an advisory lock, which other terminal programs look at (and we), and the
 * system's own refusal, which holds for everybody but root. Throws EAGAIN when another has the lock.
 */
export function takeExclusively(fd: number): void {
  flock ??= koffi.load(null).func('int flock(int, int)') as Flock;
  if (flock(fd, LOCK_EX | LOCK_NB) < 0) throw systemError('flock', 'the lock of the port');
  control(fd, REQUESTS.exclusive, null, 'TIOCEXCL');
}

/* Rate and framing, Linux ----------------------------------------------------------------------------------------- */

const TCGETS2 = 0x802c542a;
const TCSETS2 = 0x402c542b;
/** `struct termios2` of asm-generic/termbits.h: four flag words, line discipline, 19 control characters, two rates. */
const TERMIOS2 = { length: 44, input: 0, output: 4, control: 8, inputRate: 36, outputRate: 40 } as const;

const OPOST = 0x1;
const CBAUD = 0x100f;
const BOTHER = 0x1000;
const CSIZE = 0x30;
const CSTOPB = 0x40;
const PARENB = 0x100;
const PARODD = 0x200;
const HUPCL = 0x400;
const CMSPAR = 0x40000000;
const CRTSCTS = 0x80000000;
const IXON = 0x400;
const IXANY = 0x800;
const IXOFF = 0x1000;

/** Rates with a constant of their own (asm-generic/termbits.h): programs that know no other way read them back too. */
const STANDARD_RATES: Readonly<Record<number, number>> = {
  1200: 0x9,
  2400: 0xb,
  4800: 0xc,
  9600: 0xd,
  19200: 0xe,
  38400: 0xf,
  57600: 0x1001,
  115200: 0x1002,
  230400: 0x1003,
  460800: 0x1004,
  500000: 0x1005,
  576000: 0x1006,
  921600: 0x1007,
  1000000: 0x1008,
  1152000: 0x1009,
  1500000: 0x100a,
  2000000: 0x100b,
  2500000: 0x100c,
  3000000: 0x100d,
  3500000: 0x100e,
  4000000: 0x100f,
};

const PARITY: Readonly<Record<Parity, number>> = {
  none: 0,
  even: PARENB,
  odd: PARENB | PARODD,
  mark: PARENB | PARODD | CMSPAR,
  space: PARENB | CMSPAR,
};
const FLOW: Readonly<Record<FlowControl, { readonly control: number; readonly input: number }>> = {
  none: { control: 0, input: 0 },
  'rts-cts': { control: CRTSCTS, input: 0 },
  'xon-xoff': { control: 0, input: IXON | IXOFF },
};

/** The settings can be changed while the device is open. */
export const canReframe = process.platform === 'linux';

/** Applies rate and framing at once, and lets the lines stand when the device is closed. Gives the rate the driver took. */
export function reframe(fd: number, settings: LineSettings): number {
  const bytes = new Uint8Array(TERMIOS2.length);
  const view = new DataView(bytes.buffer);
  control(fd, TCGETS2, bytes, 'TCGETS2');
  reframed(view, settings);
  control(fd, TCSETS2, bytes, 'TCSETS2');
  control(fd, TCGETS2, bytes, 'TCGETS2');
  return view.getUint32(TERMIOS2.outputRate, true);
}

/** Changes a `struct termios2` to these settings. */
export function reframed(view: DataView, { baudRate, dataBits, parity, stopBits, flowControl }: LineSettings): void {
  const flow = FLOW[flowControl];
  const framing = ((dataBits - 5) << 4) | (stopBits === 2 ? CSTOPB : 0) | PARITY[parity] | flow.control;
  const rate = STANDARD_RATES[baudRate] ?? BOTHER;
  const cleared = CBAUD | (CBAUD << 16) | CSIZE | CSTOPB | PARENB | PARODD | CMSPAR | CRTSCTS | HUPCL;
  view.setUint32(TERMIOS2.control, (view.getUint32(TERMIOS2.control, true) & ~cleared) | rate | framing, true);
  const input = view.getUint32(TERMIOS2.input, true) & ~(IXON | IXANY | IXOFF);
  view.setUint32(TERMIOS2.input, input | flow.input, true);
  view.setUint32(TERMIOS2.inputRate, baudRate, true);
  view.setUint32(TERMIOS2.outputRate, baudRate, true);
}

/**
 * A line feed written to this terminal no longer returns, as full-screen programs expect. Node's raw mode leaves that on;
 * ending raw mode puts it back. Elsewhere than on Linux nothing is changed.
 */
export function rawOutput(fd: number): void {
  if (!canReframe) return;
  const bytes = new Uint8Array(TERMIOS2.length);
  const view = new DataView(bytes.buffer);
  control(fd, TCGETS2, bytes, 'TCGETS2');
  view.setUint32(TERMIOS2.output, view.getUint32(TERMIOS2.output, true) & ~OPOST, true);
  control(fd, TCSETS2, bytes, 'TCSETS2');
}
