/** What the calls of the consoles do: each is one step to the session, the desk or the box that it concerns. */
import { senseRate } from '../console/baud-sense/sense-rate.ts';
import { READY_MADE } from '../console/expect/ready-made.ts';
import { runScript } from '../console/expect/run-script.ts';
import { parseScript, type Script } from '../console/expect/script.ts';
import type { SshLogin } from '../console/links/ssh.ts';
import { testAdapter } from '../console/loopback/test-adapter.ts';
import { ownLogin } from '../console/own-login.ts';
import { pasteText } from '../console/paste/paste-text.ts';
import type { Marker } from '../console/session.ts';
import { TerminalFilter } from '../console/terminal-filter.ts';
import { sendFiles } from '../console/transfer/send-files.ts';
import type { Caller, HandlersOf } from '../contract/calls.ts';
import type { CONSOLE_CALLS } from '../contract/console-calls.ts';
import type { Engine } from '../engine.ts';
import { BenchError } from '../errors.ts';
import type { Clock } from '../host/host.ts';
import { printable } from '../kit/printable.ts';
import type { BoxDesk } from './box-desk.ts';
import type { ConsoleDesk } from './console-desk.ts';

export interface ConsoleHandlerParts {
  readonly engine: Pick<Engine, 'consoles'>;
  readonly desk: ConsoleDesk;
  readonly boxes: BoxDesk;
  readonly clock: Clock;
}

const SSH_PORT = 22;

/** Octets of output that a terminal draws before somebody looks for more. */
const RECENT = 1 << 20;

export function consoleHandlers(parts: ConsoleHandlerParts): HandlersOf<typeof CONSOLE_CALLS> {
  const { engine, desk, boxes, clock } = parts;
  const { consoles } = engine;
  const attached = new Map<Caller, Map<number, () => void>>();

  const lineOf = (id: string) => {
    const { line, target } = desk.session(id);
    if (!line)
      throw new BenchError('LINE_REFUSED', { target, what: 'a setting', reason: 'it has no line at the moment' });
    return line;
  };

  return {
    'console.ports': () => consoles.ports(),
    'console.open'({ target, name, line, password }) {
      const login = loginWith(password);
      const session = consoles.open({ target, login, ...(name && { name }), ...(line && { line }) });
      return { id: session.id };
    },
    'console.close': ({ id }) => desk.session(id).close(),
    'console.rename'({ id, name }) {
      desk.session(id).rename(name);
      desk.changed(id);
    },
    'console.release': ({ id }) => desk.session(id).release(),
    'console.resume': ({ id }) => desk.session(id).resume(),

    'console.attach'({ id, from, as = 'terminal' }, caller) {
      const stream = caller.stream();
      const filter = as === 'terminal' ? new TerminalFilter() : undefined;
      /** Octets that are none of the console's, or that the filter had held back and gave later: taken in once too often. */
      let again = 0;
      const session = desk.session(id);
      const attachment = session.attach(
        item => {
          if (item.type === 'skipped') stream.write(NOTHING, item.bytes);
          if (item.type === 'marker' && filter && isShown(item.marker)) {
            const line = Buffer.from(`\r\n\x1b[0;2m── ${printable(item.marker.text)} ──\x1b[0m\r\n`);
            stream.write(line);
            again += line.length;
          }
          if (item.type !== 'bytes') return;
          const shown = filter?.pass(item.bytes) ?? item.bytes;
          stream.write(shown);
          const heldBack = item.bytes.length - shown.length;
          // The first item may come while it is being attached.
          if (heldBack > 0) queueMicrotask(() => attachment.shown(heldBack));
          else again -= heldBack;
        },
        { from: from === 'recent' ? Math.max(0, session.counters.received - RECENT) : from },
      );
      stream.onTaken(octets => {
        const known = Math.min(again, octets);
        again -= known;
        attachment.shown(octets - known);
      });
      const own = attached.get(caller) ?? new Map<number, () => void>();
      own.set(stream.id, () => {
        attachment.detach();
        stream.end();
      });
      if (!attached.has(caller)) {
        attached.set(caller, own);
        caller.onGone(() => {
          for (const detach of own.values()) detach();
          attached.delete(caller);
        });
      }
      const { held, older } = attachment;
      return { stream: stream.id, held, older };
    },
    'console.detach'({ stream }, caller) {
      const own = attached.get(caller);
      own?.get(stream)?.();
      own?.delete(stream);
    },
    'console.write': ({ id, base64 }) => desk.session(id).write(Buffer.from(base64, 'base64')),
    'console.resize': ({ id, columns, rows }) => desk.session(id).resize(columns, rows),
    'console.mark': ({ id, text }) => desk.session(id).mark('note', text),

    async 'console.line'({ id, settings }) {
      await lineOf(id).set(settings);
      desk.changed(id);
    },
    'console.modem': ({ id }) => desk.session(id).line?.modemLines(),
    'console.setModem': ({ id, ...lines }) => lineOf(id).setModemLines(lines),
    'console.break': ({ id }) => desk.session(id).sendBreak(),

    'console.paste': ({ id, text, ...options }) =>
      desk.work(id, { kind: 'paste', says: 'Pasting', of: text.length }, (session, signal) =>
        pasteText(session, text, { ...options, clock, signal }),
      ),
    'console.send': ({ id, protocol, paths }) =>
      desk.work(id, { kind: 'send', says: 'Sending' }, (session, signal, progress) =>
        sendFiles(session, {
          protocol,
          paths,
          clock,
          signal,
          progress: ({ file, bytes, of }) => progress({ says: `Sending ${file}`, done: bytes, of }),
        }),
      ),
    'console.scripts': () => READY_MADE,
    'console.script'({ id, script, values }) {
      const found = typeof script === 'string' ? readyMade(script) : checked(script);
      return desk.work(id, { kind: 'script', says: `Running ${found.name}` }, (session, signal) =>
        runScript(session, found, { clock, signal, ...(values && { values }) }),
      );
    },
    'console.sense': ({ id }) =>
      desk.work(id, { kind: 'sense', says: 'Sensing the rate' }, (session, signal) =>
        senseRate(session, { clock, signal }),
      ),
    'console.loopback': ({ id }) =>
      desk.work(id, { kind: 'loopback', says: 'Testing the adapter' }, (session, signal) =>
        testAdapter(session, { clock, signal }),
      ),
    'console.cancel': ({ id }) => desk.cancel(id),

    async 'box.open'({ host, port = SSH_PORT, user, password }) {
      return { id: await boxes.open({ host, port, user }, loginWith(password)) };
    },
    'box.presence': ({ id }) => boxes.box(id).presence(),
    'box.power': ({ id, action, blades }) => boxes.box(id).power(action, blades),
    'box.rescan': ({ id }) => boxes.box(id).rescan(),
    'box.console'({ id, blade }) {
      const session = consoles.openDialer(boxes.box(id).console(blade), { name: `blade ${blade}` });
      return { id: session.id };
    },
    'box.close': ({ id }) => boxes.close(id),
  };
}

const NOTHING = new Uint8Array(0);

/** The password that was typed, and what the laptop has anyway. */
const loginWith = (password: string | undefined) => async (): Promise<SshLogin> => ({
  ...(await ownLogin()),
  ...(password !== undefined && { password }),
});

/** In the scrollback: what interrupts it, and what a person noted. That it begins is plain to see. */
const isShown = ({ kind, offset }: Marker): boolean => kind === 'note' || (kind === 'link' && offset > 0);

function readyMade(name: string): Script {
  const script = READY_MADE.find(each => each.name === name);
  if (script) return script;
  throw new BenchError('USAGE', {
    problem: `There is no ready-made script "${name}". There are: ${READY_MADE.map(each => each.name).join(', ')}.`,
  });
}

function checked(json: unknown): Script {
  const result = parseScript(json);
  if (result.ok) return result.script;
  throw new BenchError('USAGE', { problem: `This is no console script: ${result.problems.join('; ')}.` });
}
