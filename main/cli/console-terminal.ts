/**
 * A console in the user's own terminal: what the device draws is shown as it comes, what is typed goes to the device,
 * and Ctrl-A gives commands. The terminal is left as it was found.
 */

import { USUAL_BAUD_RATES } from '../console/links/serial.ts';
import { LogLines } from '../console/log-lines.ts';
import type { Session } from '../console/session.ts';
import { type Allowed, TerminalFilter } from '../console/terminal-filter.ts';
import { BenchError } from '../errors.ts';
import type { FlowControl, LineSettings, Parity } from '../host/host.ts';
import { rawOutput } from '../host/node/terminal-line.ts';
import { printable } from '../kit/printable.ts';
import { bytesText } from '../kit/quantity.ts';
import { type ConsoleCommand, ConsoleKeys, keysHelp } from './console-keys.ts';

export interface TerminalOptions {
  readonly session: Session;
  readonly timestamps: boolean;
  readonly allowed: Allowed;
}

/** Colours, cursor, screen, keypad, mouse, paste and focus modes as a shell expects them. */
const RESET =
  '\x1b[0m\x1b[?25h\x1b[?7h\x1b[?1l\x1b>\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1004l\x1b[?2004l\x1b[?1049l';

const FLOWS: readonly FlowControl[] = ['none', 'rts-cts', 'xon-xoff'];
const PARITIES: readonly Parity[] = ['none', 'even', 'odd', 'mark', 'space'];
const PULSE_MS = 100;

/** Resolves when the user leaves, or standard input ends. */
export async function showInTerminal({ session, timestamps, allowed }: TerminalOptions): Promise<void> {
  const { stdin, stdout } = process;
  const restore = takeTerminal();
  const filter = new TerminalFilter(allowed);
  const lines = timestamps ? new LogLines() : undefined;
  let localEcho = false;

  const tell = (text: string): void => void stdout.write(`\r\n*** ${printable(text, 400)}\r\n`);
  const attachment = session.attach(
    item => {
      if (item.type === 'bytes') {
        const shown = filter.pass(item.bytes);
        const text = lines ? withReturns(lines.text(shown, Date.now())) : shown;
        stdout.write(text, () => attachment?.shown(item.bytes.length));
      } else if (item.type === 'skipped') {
        tell(
          `skipped ${item.lines} lines (${bytesText(item.bytes)}): this terminal is slower than the device; the log has them`,
        );
      } else if (item.marker.kind !== 'section') tell(item.marker.text);
    },
    { from: 'oldest' },
  );

  const attempt = (work: Promise<unknown>): void => {
    work.catch((error: unknown) => tell((error as Error).message));
  };
  const resize = (): void => session.resize(stdout.columns ?? 80, stdout.rows ?? 24);
  resize();
  stdout.on('resize', resize);

  const keys = new ConsoleKeys();
  try {
    await new Promise<void>(resolve => {
      const leave = (): void => resolve();
      const act = (command: ConsoleCommand): void => {
        if (command === 'exit') leave();
        else if (command === 'help') stdout.write(keysHelp());
        else if (command === 'local-echo') {
          localEcho = !localEcho;
          tell(`local echo ${localEcho ? 'on' : 'off'}`);
        } else if (command === 'clear') stdout.write('\x1b[2J\x1b[H');
        else if (command === 'note') session.mark('note', 'mark');
        else attempt(lineCommand(session, command).then(tell));
      };
      stdin.on('end', leave);
      stdin.on('data', (typed: Buffer) => {
        for (const action of keys.press(typed)) {
          if (action.do === 'send') {
            if (localEcho) stdout.write(action.bytes);
            attempt(session.write(action.bytes));
          } else if (action.do === 'command') act(action.command);
          else if (action.do === 'show') stdout.write(action.text);
          else attempt(changeLine(session, { baudRate: action.baudRate }).then(tell));
        }
      });
    });
  } finally {
    attachment.detach();
    stdout.off('resize', resize);
    stdin.removeAllListeners('data').removeAllListeners('end').pause();
    restore();
  }
}

/** Keys come one by one and unchanged. The returned function puts everything back; it also runs when the program ends. */
function takeTerminal(): () => void {
  const { stdin, stdout } = process;
  if (!stdin.isTTY) return () => {};
  stdin.setRawMode(true);
  rawOutput(stdin.fd);
  let taken = true;
  const restore = (): void => {
    if (!taken) return;
    taken = false;
    process.off('exit', restore);
    if (stdout.isTTY) stdout.write(RESET);
    stdin.setRawMode(false);
  };
  process.on('exit', restore);
  return restore;
}

/** What the keys do to the line; gives what to tell of it. */
async function lineCommand(session: Session, command: ConsoleCommand): Promise<string> {
  if (command === 'break') {
    await session.sendBreak();
    return 'break sent';
  }
  if (command === 'settings') return describe(session);
  const line = lineOf(session, command);
  const { baudRate, flowControl, parity } = line.settings;
  switch (command) {
    case 'rate-up':
      return changeLine(session, { baudRate: USUAL_BAUD_RATES.find(rate => rate > baudRate) ?? baudRate });
    case 'rate-down':
      return changeLine(session, { baudRate: USUAL_BAUD_RATES.findLast(rate => rate < baudRate) ?? baudRate });
    case 'flow':
      return changeLine(session, { flowControl: after(FLOWS, flowControl) });
    case 'parity':
      return changeLine(session, { parity: after(PARITIES, parity) });
  }
  const lines = await line.modemLines();
  if (command === 'pulse-dtr') {
    const dtr = lines?.dtr ?? true;
    await line.setModemLines({ dtr: !dtr });
    await new Promise(resolve => setTimeout(resolve, PULSE_MS));
    await line.setModemLines({ dtr });
    return 'DTR pulsed';
  }
  const name = command === 'toggle-dtr' ? 'dtr' : 'rts';
  const on = !(lines?.[name] ?? true);
  await line.setModemLines({ [name]: on });
  return `${name.toUpperCase()} ${on ? 'on' : 'off'}`;
}

async function changeLine(session: Session, change: Partial<LineSettings>): Promise<string> {
  await lineOf(session, 'settings').set(change);
  return describe(session);
}

function lineOf(session: Session, what: string) {
  if (session.line) return session.line;
  throw new BenchError('LINE_REFUSED', { target: session.target, what, reason: 'this way has no serial settings' });
}

const after = <T>(values: readonly T[], value: T): T => values[(values.indexOf(value) + 1) % values.length]!;

/** `115200 8N1`. */
export function lineText({ baudRate, dataBits, parity, stopBits, flowControl }: LineSettings): string {
  const flow = flowControl === 'none' ? '' : `, ${flowControl}`;
  return `${baudRate} ${dataBits}${parity[0]!.toUpperCase()}${stopBits}${flow}`;
}

async function describe(session: Session): Promise<string> {
  const { line } = session;
  if (!line) return `${session.target}: ${session.state.phase}`;
  const applied = line.appliedBaudRate;
  const differs =
    applied !== undefined && applied !== line.settings.baudRate
      ? ` (the adapter runs at ${applied}: it cannot do the rate asked for)`
      : '';
  const lines = await line.modemLines();
  const modem = lines
    ? Object.entries(lines)
        .flatMap(([name, on]) => (on === undefined ? [] : [on ? name.toUpperCase() : name]))
        .join(' ')
    : 'no modem lines';
  return `${session.target}: ${lineText(line.settings)}${differs}; ${modem}`;
}

/** Lines of ours for a terminal that does not return by itself. */
function withReturns(text: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(text).toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
}
