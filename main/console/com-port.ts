/**
 * RFC 2217: a serial port's settings, modem lines and break as telnet subnegotiations. The client's side: commands out,
 * answers and notices in.
 */
import type { FlowControl, LineSettings, Parity } from '../host/host.ts';

/** Section 3; the access server answers with the number plus 100. */
const CODE = {
  setBaudRate: 1,
  setDataSize: 2,
  setParity: 3,
  setStopSize: 4,
  setControl: 5,
  notifyLineState: 6,
  notifyModemState: 7,
  setLineStateMask: 10,
  setModemStateMask: 11,
} as const;
const ANSWER = 100;

const PARITIES: readonly Parity[] = ['none', 'odd', 'even', 'mark', 'space'];

/** Values of SET-CONTROL. */
const FLOW: Readonly<Record<FlowControl, number>> = { none: 1, 'xon-xoff': 2, 'rts-cts': 3 };
const CONTROL = {
  breakOn: 5,
  breakOff: 6,
  dtrState: 7,
  dtrOn: 8,
  dtrOff: 9,
  rtsState: 10,
  rtsOn: 11,
  rtsOff: 12,
} as const;

/** A command's body, as the option's subnegotiation carries it. */
export type ComPortCommand = Uint8Array;

/** One command for each setting that is named, in the order in which they are answered. */
export function setLine({
  baudRate,
  dataBits,
  parity,
  stopBits,
  flowControl,
}: Partial<LineSettings>): ComPortCommand[] {
  const commands: ComPortCommand[] = [];
  if (baudRate !== undefined) {
    const body = new Uint8Array(5);
    body[0] = CODE.setBaudRate;
    new DataView(body.buffer).setUint32(1, baudRate);
    commands.push(body);
  }
  if (dataBits !== undefined) commands.push(Uint8Array.of(CODE.setDataSize, dataBits));
  if (parity !== undefined) commands.push(Uint8Array.of(CODE.setParity, PARITIES.indexOf(parity) + 1));
  if (stopBits !== undefined) commands.push(Uint8Array.of(CODE.setStopSize, stopBits));
  if (flowControl !== undefined) commands.push(Uint8Array.of(CODE.setControl, FLOW[flowControl]));
  return commands;
}

export const setDtr = (on: boolean): ComPortCommand => control(on ? CONTROL.dtrOn : CONTROL.dtrOff);
export const setRts = (on: boolean): ComPortCommand => control(on ? CONTROL.rtsOn : CONTROL.rtsOff);
export const setBreak = (on: boolean): ComPortCommand => control(on ? CONTROL.breakOn : CONTROL.breakOff);
export const askDtr = control(CONTROL.dtrState);
export const askRts = control(CONTROL.rtsState);
/** Asks to be told of every change of a modem line. */
export const watchModemLines: ComPortCommand = Uint8Array.of(CODE.setModemStateMask, 0xff);

function control(value: number): ComPortCommand {
  return Uint8Array.of(CODE.setControl, value);
}

export interface ComPortNotice {
  /** Which command this answers; undefined for a notice of its own. */
  readonly answers?: number;
  readonly settings?: Partial<LineSettings>;
  readonly lines?: { readonly dtr?: boolean; readonly rts?: boolean };
  readonly inputs?: { readonly cts: boolean; readonly dsr: boolean; readonly ri: boolean; readonly dcd: boolean };
}

/** The number that `notice.answers` has for an answer to this command. */
export const answerTo = (command: ComPortCommand): number => command[0]! + ANSWER;

/** What the access server says; undefined when it is nothing we know, or damaged. */
export function decodeNotice(body: Uint8Array): ComPortNotice | undefined {
  const [code, value] = body;
  if (code === undefined) return undefined;
  const settings = (found: Partial<LineSettings> | undefined): ComPortNotice | undefined =>
    found && { answers: code, settings: found };
  switch (code - ANSWER) {
    case CODE.setBaudRate:
      if (body.length < 5) return undefined;
      return settings({ baudRate: new DataView(body.buffer, body.byteOffset).getUint32(1) });
    case CODE.setDataSize:
      return settings(value === 5 || value === 6 || value === 7 || value === 8 ? { dataBits: value } : undefined);
    case CODE.setParity: {
      const parity = PARITIES[(value ?? 0) - 1];
      return settings(parity && { parity });
    }
    case CODE.setStopSize:
      return settings(value === 1 || value === 2 ? { stopBits: value } : undefined);
    case CODE.setControl:
      return decodeControl(code, value);
    case CODE.notifyModemState: {
      if (value === undefined) return undefined;
      const on = (bit: number): boolean => (value & bit) !== 0;
      return { inputs: { dcd: on(0x80), ri: on(0x40), dsr: on(0x20), cts: on(0x10) } };
    }
    case CODE.setModemStateMask:
    case CODE.setLineStateMask:
      return { answers: code };
    default:
      return undefined;
  }
}

function decodeControl(answers: number, value: number | undefined): ComPortNotice | undefined {
  const flow = (Object.keys(FLOW) as FlowControl[]).find(name => FLOW[name] === value);
  if (flow) return { answers, settings: { flowControl: flow } };
  switch (value) {
    case undefined:
      return undefined;
    case CONTROL.dtrOn:
    case CONTROL.dtrOff:
      return { answers, lines: { dtr: value === CONTROL.dtrOn } };
    case CONTROL.rtsOn:
    case CONTROL.rtsOff:
      return { answers, lines: { rts: value === CONTROL.rtsOn } };
    default:
      return { answers };
  }
}
