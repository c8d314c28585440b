/** `benchboot console`: one console in this terminal, for people and for scripts. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { oneOf } from '../bench/wish.ts';
import type { ConsoleSpec } from '../console/consoles.ts';
import { runScript } from '../console/expect/run-script.ts';
import { parseScript, type Script } from '../console/expect/script.ts';
import type { SshLogin } from '../console/links/ssh.ts';
import { ownLogin } from '../console/own-login.ts';
import type { Session } from '../console/session.ts';
import { BenchError } from '../errors.ts';
import { nodeClock } from '../host/node/clock.ts';
import { parseDuration } from '../kit/duration.ts';
import { printable } from '../kit/printable.ts';
import { localEngine } from '../local-engine.ts';
import { command, parsed } from './command.ts';
import { lineSettings, unescaped } from './console-flags.ts';
import { lineText, showInTerminal } from './console-terminal.ts';
import { INTERRUPTED, interruption } from './interruption.ts';
import type { Output } from './output.ts';

const ALLOWABLE = ['clipboard', 'title', 'links'] as const;

export const openConsole = command({
  words: 'console',
  operands: 'PORT',
  summary:
    'a serial, SSH, telnet, RFC 2217, TCP or Unix-socket console in this terminal; C-a C-x leaves, C-a C-h helps',
  details:
    'PORT is a serial port (`benchboot ports` lists them; a /dev/serial/by-id name is best), tcp:HOST:PORT,\n' +
    'telnet:HOST[:PORT], rfc2217:HOST:PORT, ssh:USER@HOST[:PORT] or unix:PATH. A port that is not there yet is waited\n' +
    'for, one that goes away is taken up again. With --wait or --expect it ends by itself: exit code 0 when it was seen.',
  flags: {
    baud: { value: 'N', help: 'any baud rate; default 115200' },
    line: { value: '8N1', help: 'data bits 5 to 8, parity N, E, O, M or S, stop bits 1 or 2' },
    flow: { value: 'KIND', help: 'none (default), rts-cts or xon-xoff' },
    log: { value: 'FILE', help: 'text log; the bytes as they came go to a file of that name ending in .raw' },
    'no-log': { help: 'keep no log' },
    timestamps: { help: 'begin each line on the screen with its time' },
    send: { value: 'TEXT', help: 'send this first; \\r is Enter, \\n, \\t, \\e and \\xNN work too' },
    wait: { value: 'REGEX', help: 'end when the output matches (RE2 syntax)' },
    expect: { value: 'FILE', help: 'run a script of sends and waits (JSON), and end with it' },
    set: { value: 'NAME=VALUE', help: 'a value of that script', repeat: true },
    within: {
      value: 'TIME',
      help: 'give up after this time: --wait, and with --expect a port that is not there; default 30s',
    },
    key: { value: 'FILE', help: 'SSH: private key to log in with', repeat: true },
    allow: { value: 'WHAT', help: 'let the device use the clipboard, the title or links', repeat: true },
  },
  async run(values, [target], output) {
    const line = lineSettings(values.baud, values.line, values.flow);
    const within = parsed('within', values.within, 'a time such as 30s', parseDuration) ?? 30;
    const allowed = (values.allow ?? []).map(
      word => parsed('allow', word, `one of ${ALLOWABLE.join(', ')}`, oneOf(...ALLOWABLE))!,
    );
    const script = scriptOf(values, within);
    const scripted = script !== undefined || (values.send !== undefined && !process.stdin.isTTY);
    const spec: ConsoleSpec = {
      target: target!,
      line,
      login: () => login(values.key ?? []),
      ...(values['no-log'] ? { log: false as const } : values.log !== undefined && { log: values.log }),
      tell: output.log,
    };
    const engine = localEngine();
    const session = engine.consoles.open(spec);
    const log = engine.consoles.logOf(session.id);
    announce(session, log?.text, output, !scripted && !output.json);
    // Timers of the engine do not keep the program alone alive while it waits for a port.
    const alive = setInterval(() => {}, 60_000);
    try {
      const stopped = refusal(session);
      const interrupted = interruption();
      if (output.json) recordOutput(session, output);
      else if (scripted) showOutput(session);
      const work = async (): Promise<number> => {
        await connected(session, script && within);
        if (script) {
          const report = await runScript(session, script.script, { ...script, clock: nodeClock });
          output.record({ type: 'console.script', ...report });
          if (!report.ok) output.log(`benchboot: ${report.why}`);
          return report.ok ? 0 : 1;
        }
        if (values.send !== undefined) await session.write(unescaped(values.send));
        if (scripted) {
          await session.line?.drain();
          return 0;
        }
        if (output.json) return new Promise<number>(() => {});
        return 0;
      };
      const terminal = async (): Promise<number> => {
        // A password is asked for in the terminal as it is.
        if (target!.startsWith('ssh:')) await connected(session);
        const allow = Object.fromEntries(allowed.map(word => [word, true]));
        const left = showInTerminal({ session, timestamps: values.timestamps === true, allowed: allow });
        await Promise.race([work(), left]);
        await left;
        return 0;
      };
      const ended = scripted || output.json ? work() : terminal();
      return await Promise.race([ended, stopped, interrupted.then(() => INTERRUPTED)]);
    } finally {
      clearInterval(alive);
      await engine.close();
    }
  },
});

/** What a person should know before the first byte. */
function announce(session: Session, log: string | undefined, output: Output, interactive: boolean): void {
  output.record({ type: 'console.open', target: session.target, log });
  session.onState(state => {
    const { since, phase } = state;
    const reason =
      state.phase === 'waiting' ? state.reason : state.phase === 'stopped' ? state.error.message : undefined;
    output.record({ t: new Date(since).toISOString(), type: 'console.state', phase, reason });
    if (state.phase === 'waiting' && !interactive) output.log(printable(state.reason, 400));
  });
  if (!interactive) return;
  output.line(`${session.target}${log ? `, logged to ${log}` : ''}. C-a C-x leaves, C-a C-h helps.`);
  let told = '';
  session.onState(state => {
    if (state.phase === 'waiting' && session.counters.connections === 0 && told !== state.reason) {
      told = state.reason;
      process.stdout.write(`*** ${printable(state.reason, 400)}\r\n`);
    }
    if (state.phase === 'open' && session.line) process.stdout.write(`*** ${lineText(session.line.settings)}\r\n`);
  });
}

/** Rejects when the session needs a person. */
function refusal(session: Session): Promise<never> {
  return new Promise((_, reject) => {
    const look = (): void => {
      if (session.state.phase === 'stopped') reject(session.state.error);
    };
    session.onState(look);
    look();
  });
}

/** `seconds`: how long it is waited for, and at least for the end of the try that is under way; undefined for ever. */
function connected(session: Session, seconds?: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let late = false;
    const look = (): void => {
      const { state } = session;
      if (state.phase === 'open') {
        clearTimeout(timer);
        resolve();
      } else if (late && state.phase === 'waiting')
        reject(state.error ?? new BenchError('CONSOLE_NOT_THERE', { target: session.target }));
    };
    const deadline = (): void => {
      late = true;
      look();
    };
    const timer = seconds === undefined ? undefined : setTimeout(deadline, seconds * 1000);
    session.onState(look);
    look();
  });
}

function recordOutput(session: Session, output: Output): void {
  const decoder = new TextDecoder();
  session.onBytes(bytes => {
    const text = decoder.decode(bytes, { stream: true });
    if (text) output.record({ t: new Date().toISOString(), type: 'console.output', text });
  });
  session.onMarker(marker => {
    const { kind, offset, text } = marker;
    output.record({ t: new Date(marker.at).toISOString(), type: 'console.marker', kind, offset, text });
  });
}

/** Scripts get what the device printed, unchanged, on standard output. */
function showOutput(session: Session): void {
  session.onBytes(bytes => void process.stdout.write(bytes));
}

interface ScriptWish {
  readonly script: Script;
  readonly values: Readonly<Record<string, string>>;
  readonly first?: Uint8Array;
}

function scriptOf(
  {
    send,
    wait,
    expect,
    set = [],
  }: { readonly send?: string; readonly wait?: string; readonly expect?: string; readonly set?: readonly string[] },
  within: number,
): ScriptWish | undefined {
  if (expect !== undefined) {
    if (wait !== undefined || send !== undefined)
      throw new BenchError('USAGE', { problem: 'A script sends and waits by itself: leave --send and --wait out.' });
    const values = set.map(pair => {
      const at = pair.indexOf('=');
      if (at < 1) throw new BenchError('USAGE', { problem: `--set takes NAME=VALUE; "${pair}" is not.` });
      return [pair.slice(0, at), pair.slice(at + 1)] as const;
    });
    return { script: readScript(expect), values: Object.fromEntries(values) };
  }
  if (wait === undefined) return undefined;
  const json = { name: '--wait', steps: [{ wait: { regex: wait }, within }] };
  const result = parseScript(json);
  if (!result.ok) throw new BenchError('USAGE', { problem: `--wait takes a regular expression; "${wait}" is not.` });
  return { script: result.script, values: {}, ...(send !== undefined && { first: unescaped(send) }) };
}

function readScript(path: string): Script {
  const result = parseScript(readJson(path));
  if (result.ok) return result.script;
  throw new BenchError('USAGE', { problem: `The script "${path}" cannot run: ${result.problems.join('; ')}.` });
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new BenchError('FILE_UNREADABLE', { path, reason: (error as Error).message }, { cause: error });
  }
}

/** What the laptop has, then a question. */
async function login(named: readonly string[]): Promise<SshLogin> {
  return { ...(await ownLogin(named)), ...(process.stdin.isTTY && { askPassword }) };
}

/** Asks without showing the answer. */
function askPassword(): Promise<string | undefined> {
  return new Promise(resolve => {
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    process.stdout.write('password: ');
    const question = createInterface({ input: process.stdin, output: silent, terminal: true });
    question.question('', answer => {
      process.stdout.write('\r\n');
      question.close();
      resolve(answer);
    });
    question.on('SIGINT', () => {
      question.close();
      resolve(undefined);
    });
  });
}
