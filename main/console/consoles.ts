/** All consoles of this laptop: the serial ports there are, and the sessions that are open. */
import { join } from 'node:path';
import { BenchError } from '../errors.ts';
import type { Host, LineSettings, SerialPortInfo } from '../host/host.ts';
import { ConsoleLog } from './console-log.ts';
import { knownHosts } from './known-hosts.ts';
import type { Dialer } from './link.ts';
import { DEFAULT_LINE, serialDialer } from './links/serial.ts';
import { socketDialer } from './links/socket.ts';
import { type SshLogin, sshDialer } from './links/ssh.ts';
import { remotePortDialer, telnetDialer } from './links/telnet.ts';
import { LiveSession } from './live-session.ts';
import type { Session } from './session.ts';
import { type ConsoleTarget, parseTarget, targetText } from './target.ts';

export interface ConsolesOptions {
  readonly host: Pick<Host, 'clock' | 'serialPorts'>;
  /** Where logs (`consoles/`) and host keys (`known_hosts`) are kept. */
  readonly stateFolder: string;
  /** Called with every new session before its first byte, e.g. to follow its boots. */
  readonly opened?: (session: Session) => void;
}

export interface ConsoleSpec {
  /** A serial path, or `tcp:`, `telnet:`, `rfc2217:`, `ssh:`, `unix:` and a place; see `target.ts`. */
  readonly target: string;
  /** Serial and RFC 2217; what is missing is 115200 8N1 without flow control. */
  readonly line?: Partial<LineSettings>;
  /** SSH; asked anew for every connection. */
  readonly login?: () => Promise<SshLogin>;
  readonly name?: string;
  /**
   * Path of the text log; the bytes as they came go to the same path with `.raw`. Default: a file of this console in the
   * state folder. `false` keeps no log.
   */
  readonly log?: string | false;
  /** Something a person should know about the log, e.g. that the disk is full. Also a marker of the session. */
  readonly tell?: (text: string) => void;
}

export interface Consoles {
  /** Throws BenchError COMMAND_FAILED where the system does not tell. */
  ports(): Promise<readonly SerialPortInfo[]>;
  /** Opens a console, or gives the one that has this target open. Throws BenchError USAGE when the target is none. */
  open(spec: ConsoleSpec): Session;
  /** A session over a dialer of one's own, e.g. a command on a control board. */
  openDialer(dialer: Dialer, spec?: Omit<ConsoleSpec, 'target' | 'line' | 'login'>): Session;
  sessions(): readonly Session[];
  /** Paths of a session's log; undefined when it keeps none. */
  logOf(id: string): { readonly text: string; readonly raw: string } | undefined;
  /** Calls back when a session is opened or closed. Returns stop. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

export function createConsoles({ host, stateFolder, opened: onOpened }: ConsolesOptions): Consoles {
  const live = new Map<string, { readonly session: Session; readonly log: ConsoleLog | undefined }>();
  const listeners = new Set<() => void>();
  const hostKeys = knownHosts(join(stateFolder, 'known_hosts'));
  let count = 0;
  const changed = (): void => {
    for (const listener of listeners) listener();
  };

  const openDialer: Consoles['openDialer'] = (dialer, { name, log: wish, tell } = {}) => {
    const same = [...live.values()].find(({ session }) => session.target === dialer.target);
    if (same) return same.session;
    const id = `console-${++count}`;
    let session: LiveSession | undefined;
    const path = wish || join(stateFolder, 'consoles', `${fileName(dialer.target)}.log`);
    const log =
      wish === false
        ? undefined
        : new ConsoleLog({
            textPath: path,
            rawPath: path.endsWith('.log') ? `${path.slice(0, -4)}.raw` : `${path}.raw`,
            clock: host.clock,
            tell: text => {
              session?.mark('loss', text);
              tell?.(text);
            },
          });
    session = new LiveSession({
      id,
      dialer,
      clock: host.clock,
      ...(log && { log }),
      ...(name !== undefined && { name }),
      closed: () => {
        live.delete(id);
        changed();
      },
    });
    live.set(id, { session, log });
    onOpened?.(session);
    changed();
    return session;
  };

  return {
    ports: () => host.serialPorts.list(),
    sessions: () => Array.from(live.values(), ({ session }) => session),
    logOf: id => live.get(id)?.log?.paths,
    openDialer,
    open(spec) {
      const target = parseTarget(spec.target);
      if (!target)
        throw new BenchError('USAGE', {
          problem:
            `"${spec.target}" is no console. It is a serial port (\`benchboot ports\` lists them), ` +
            'tcp:HOST:PORT, telnet:HOST[:PORT], rfc2217:HOST:PORT, ssh:USER@HOST[:PORT] or unix:PATH.',
        });
      return openDialer(dialerOf(target, spec), spec);
    },
    onChange: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      await Promise.all(Array.from(live.values(), ({ session }) => session.close()));
    },
  };

  function dialerOf(target: ConsoleTarget, { line, login }: ConsoleSpec): Dialer {
    const settings = { ...DEFAULT_LINE, ...line };
    const text = targetText(target);
    switch (target.kind) {
      case 'serial':
        return serialDialer({ ports: host.serialPorts, path: target.path, settings });
      case 'unix':
        return socketDialer(text, { path: target.path });
      case 'tcp':
        return socketDialer(text, target);
      case 'telnet':
        return telnetDialer(text, target);
      case 'rfc2217':
        return remotePortDialer(text, target, settings);
      case 'ssh':
        return sshDialer({ target: text, place: target, login: login ?? (async () => ({})), knownHosts: hostKeys });
    }
  }
}

/** A name for files out of a target: what is no plain character becomes a dash. */
export function fileName(target: string): string {
  return (
    target
      .replace(/^\/dev\/(serial\/by-id\/)?/, '')
      .replace(/[^\w.-]+/g, '-')
      .replace(/^[-.]+/, '')
      .slice(0, 100) || 'console'
  );
}
