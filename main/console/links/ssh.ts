/**
 * Dials by SSH: a shell, or a command of its own in a terminal. The host key is remembered at first use; another one
 * later is a full stop.
 */
import type {
  AnyAuthMethod,
  AuthHandlerMiddleware,
  Client,
  ClientChannel,
  ConnectConfig,
  KeyboardInteractiveAuthMethod,
} from 'ssh2';
import { BenchError } from '../../errors.ts';
import { fingerprint, hostName, type KnownHosts, keyType } from '../known-hosts.ts';
import type { Dialer, Link } from '../link.ts';
import { LinkEvents } from './link-events.ts';
import { backOff, reasonOf } from './socket.ts';

export interface SshPlace {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

/** What a person has to log in with; all that is given is tried. */
export interface SshLogin {
  readonly password?: string;
  /** Asked when nothing else was taken and the server takes passwords; undefined when nobody answers. */
  readonly askPassword?: () => Promise<string | undefined>;
  /** Private keys as their files have them. */
  readonly keys?: readonly Uint8Array[];
  /** Path of the agent's socket. */
  readonly agent?: string;
}

export interface SshOptions {
  readonly place: SshPlace;
  /** Asked anew for every connection. */
  readonly login: () => Promise<SshLogin>;
  readonly knownHosts: KnownHosts;
}

const CONNECT_MS = 15_000;
/** A sleeping laptop or a host that was switched off is found out after three of these. */
const KEEP_ALIVE_MS = 10_000;

/** A logged-in connection. Throws BenchError HOST_KEY_CHANGED, CONSOLE_LOGIN_REFUSED or CONSOLE_UNREACHABLE. */
export async function connectSsh({ place, login, knownHosts }: SshOptions, signal?: AbortSignal): Promise<Client> {
  const { host, port, user } = place;
  const target = `ssh:${user}@${hostName(host, port)}`;
  const pinned = knownHosts.find(host, port);
  const given = await login();
  // Loaded with the first connection: no other command needs it.
  const { default: ssh2 } = await import('ssh2');
  const client = new ssh2.Client();
  let stranger: BenchError | undefined;

  const hostVerifier = (key: Buffer): boolean => {
    if (pinned.some(known => key.equals(known.key))) return true;
    if (pinned.length > 0) {
      stranger = new BenchError('HOST_KEY_CHANGED', {
        host: hostName(host, port),
        offered: fingerprint(key),
        pinned: pinned.map(known => fingerprint(known.key)).join(', '),
        file: knownHosts.path,
      });
      return false;
    }
    try {
      knownHosts.add(host, port, { type: keyType(key) ?? 'unknown', key });
      return true;
    } catch (error) {
      stranger = error as BenchError;
      return false;
    }
  };

  const config: ConnectConfig = {
    host,
    port,
    username: user,
    hostVerifier,
    readyTimeout: CONNECT_MS,
    keepaliveInterval: KEEP_ALIVE_MS,
    keepaliveCountMax: 3,
    authHandler: methods(user, given),
    // The type that is pinned first: a host with several keys must not look changed.
    ...(pinned.length > 0 && { algorithms: { serverHostKey: { prepend: algorithmsOf(pinned[0]!.type) } as never } }),
  };

  return new Promise((resolve, reject) => {
    const fail = (error: BenchError): void => {
      signal?.removeEventListener('abort', abort);
      client.end();
      client.destroy();
      reject(error);
    };
    const abort = (): void => fail(new BenchError('CONSOLE_UNREACHABLE', { target, reason: 'given up' }));
    signal?.addEventListener('abort', abort);
    client.on('error', (error: Error & { level?: string }) => {
      if (stranger) fail(stranger);
      else if (error.level === 'client-authentication')
        fail(
          new BenchError('CONSOLE_LOGIN_REFUSED', { target, reason: 'no way to log in was taken' }, { cause: error }),
        );
      else fail(new BenchError('CONSOLE_UNREACHABLE', { target, reason: reasonOf(error) }, { cause: error }));
    });
    client.on('ready', () => {
      signal?.removeEventListener('abort', abort);
      resolve(client);
    });
    try {
      client.connect(config);
    } catch (error) {
      fail(new BenchError('CONSOLE_LOGIN_REFUSED', { target, reason: (error as Error).message }, { cause: error }));
    }
    if (signal?.aborted) abort();
  });
}

/** `command`: run that in a terminal instead of a login shell. */
export function sshDialer(options: SshOptions & { readonly target: string; readonly command?: string }): Dialer {
  return {
    target: options.target,
    retryAfter: backOff,
    async open(signal) {
      const client = await connectSsh(options, signal);
      try {
        return sshLink(options.target, client, await openTerminal(client, options.command));
      } catch (error) {
        client.end();
        const reason = (error as Error).message;
        throw new BenchError('CONSOLE_UNREACHABLE', { target: options.target, reason }, { cause: error });
      }
    },
  };
}

function openTerminal(client: Client, command: string | undefined): Promise<ClientChannel> {
  const window = { term: 'xterm-256color', cols: 80, rows: 24 };
  return new Promise((resolve, reject) => {
    const opened = (error: Error | undefined, channel: ClientChannel): void => {
      if (error) reject(error);
      else resolve(channel);
    };
    if (command === undefined) client.shell(window, opened);
    else client.exec(command, { pty: window }, opened);
  });
}

function sshLink(target: string, client: Client, channel: ClientChannel): Link {
  const events = new LinkEvents();
  let wanted = false;
  let reason = 'the other end closed the connection';
  client.on('error', error => {
    reason = reasonOf(error);
  });
  client.on('close', () => events.end({ reason, wanted }));
  channel.on('data', (bytes: Buffer) => events.data(bytes));
  channel.stderr.on('data', (bytes: Buffer) => events.data(bytes));
  channel.on('exit', (code: number | null) => {
    reason = code ? `the command on the other end failed (exit code ${code})` : 'the other end logged out';
  });
  channel.on('close', () => client.end());
  return {
    onData: events.onData,
    onClose: events.onClose,
    write: bytes =>
      new Promise((resolve, reject) => {
        const closed = (): BenchError => new BenchError('CONSOLE_CLOSED', { target });
        if (events.ended) reject(closed());
        else channel.write(bytes, error => (error ? reject(closed()) : resolve()));
      }),
    close: () => {
      wanted = true;
      client.end();
      // A host that is gone never answers the goodbye.
      const timer = setTimeout(() => client.destroy(), 1000);
      return events.closed().finally(() => clearTimeout(timer));
    },
    resize: (columns, rows) => channel.setWindow(rows, columns, 0, 0),
    hold: held => void (held ? channel.pause() : channel.resume()),
  };
}

/** What is tried in turn, as far as the server takes it: the agent's keys, those that were given, the password. */
function methods(user: string, { agent, keys = [], password, askPassword }: SshLogin): AuthHandlerMiddleware {
  const username = user;
  let known: Promise<string | undefined> | undefined;
  const secret = (): Promise<string | undefined> => {
    known ??= password === undefined && askPassword ? askPassword() : Promise.resolve(password);
    return known;
  };
  const candidates: (() => Promise<AnyAuthMethod | undefined>)[] = [
    async () => ({ type: 'none', username }),
    ...(agent ? [async () => ({ type: 'agent' as const, username, agent })] : []),
    ...keys.map(key => async () => ({ type: 'publickey' as const, username, key: Buffer.from(key) })),
    async () => {
      const text = await secret();
      return text === undefined ? undefined : { type: 'password', username, password: text };
    },
    async () => {
      const text = await secret();
      const prompt: KeyboardInteractiveAuthMethod['prompt'] = (_name, _instructions, _language, prompts, answer) =>
        answer(prompts.map(() => text ?? ''));
      return text === undefined ? undefined : { type: 'keyboard-interactive', username, prompt };
    },
  ];
  const types = [
    'none',
    ...(agent ? ['publickey'] : []),
    ...keys.map(() => 'publickey'),
    'password',
    'keyboard-interactive',
  ];
  let next = 0;
  return (left, _partial, use) => {
    const tryNext = async (): Promise<void> => {
      while (next < candidates.length) {
        const at = next++;
        if (left && !(left as readonly string[]).includes(types[at]!)) continue;
        const method = await candidates[at]!();
        if (method) return use(method);
      }
      use(NO_MORE);
    };
    void tryNext().catch(() => use(NO_MORE));
  };
}

/** `ssh2` takes it for the end of the list; its types leave that out. */
const NO_MORE = false as never;

/** Signature algorithms of a key type: RSA keys sign with SHA-2 now (RFC 8332). */
function algorithmsOf(type: string): string[] {
  return type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type];
}
