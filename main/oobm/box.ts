/**
 * A cluster box by way of its control board: power, presence and consoles of its blades over SSH. Every command and its
 * output is kept, so that nothing is claimed that cannot be looked up.
 */
import type { Client } from 'ssh2';
import type { KnownHosts } from '../console/known-hosts.ts';
import type { Dialer } from '../console/link.ts';
import { connectSsh, type SshLogin, type SshPlace, sshDialer } from '../console/links/ssh.ts';
import { BenchError, systemCode } from '../errors.ts';
import type { Clock } from '../host/host.ts';
import { Emitter } from '../kit/emitter.ts';
import {
  type Blade,
  caveat,
  consoleCommand,
  failureOf,
  LIST,
  type PcieDevice,
  type PowerAction,
  parseList,
  powerCommand,
  RESCAN,
  type Variant,
  VERSION,
  variantOf,
} from './nodectl.ts';

export interface BoxOptions {
  /** The control board; user and password are `mixtile` until somebody changes them. */
  readonly place: SshPlace;
  /** Asked anew for every connection. */
  readonly login: () => Promise<SshLogin>;
  readonly knownHosts: KnownHosts;
  readonly clock: Clock;
}

/** One command as it was run. Times are milliseconds since 1970. */
export interface BoxRecord {
  readonly n: number;
  readonly at: number;
  readonly command: string;
  /** Null when the connection was lost in between, or it took too long. */
  readonly exit: number | null;
  /** What it printed, both streams as they came. */
  readonly output: string;
  readonly seconds: number;
  /** Why it did not do what it should, as a sentence part. */
  readonly failed: string | undefined;
}

export interface Presence {
  /** Blades on the control board's PCI bus. Which slot an address belongs to, nodectl does not tell. */
  readonly devices: readonly PcieDevice[];
  /** What this does and does not mean, as a sentence. */
  readonly means: string;
  readonly record: BoxRecord;
}

export interface BladeResult {
  readonly blade: Blade;
  readonly ok: boolean;
  readonly record: BoxRecord;
  /** What a person should know about this command, as a sentence. */
  readonly caveat: string | undefined;
}

export interface Box {
  readonly target: string;
  /** Whose nodectl it is. */
  readonly variant: Variant;
  /** The last 500 commands, oldest first. */
  readonly records: readonly BoxRecord[];
  onRecord(listener: (record: BoxRecord) => void): () => void;
  presence(): Promise<Presence>;
  /** One blade after the other; one that fails does not keep the others from it. */
  power(action: PowerAction, blades: readonly Blade[]): Promise<readonly BladeResult[]>;
  /** Looks for blades on the PCI bus anew. */
  rescan(): Promise<BoxRecord>;
  /** For `Consoles.openDialer`: a connection of its own, so that several are open beside each other. */
  console(blade: Blade): Dialer;
  close(): Promise<void>;
}

const KEPT_RECORDS = 500;
/** Characters kept of a command's output. */
const KEPT_OUTPUT = 64 * 1024;
/** A reboot waits a second by itself. */
const COMMAND_MS = 30_000;

/**
 * Logs in and asks which nodectl is there. Throws BenchError: HOST_KEY_CHANGED, CONSOLE_LOGIN_REFUSED,
 * CONSOLE_UNREACHABLE, BOX_DROPS_SSH, COMMAND_FAILED without a nodectl.
 */
export async function openBox(options: BoxOptions, signal?: AbortSignal): Promise<Box> {
  const { place, clock } = options;
  const target = `ssh:${place.user}@${place.host}${place.port === 22 ? '' : `:${place.port}`}`;
  const records: BoxRecord[] = [];
  const recorded = new Emitter<BoxRecord>();
  let client: Client | undefined;
  let closed = false;
  let queue: Promise<unknown> = Promise.resolve();
  let count = 0;

  const connect = async (): Promise<Client> => {
    try {
      const fresh = await connectSsh(options, signal);
      fresh.on('close', () => {
        if (client === fresh) client = undefined;
      });
      fresh.on('error', () => {});
      client = fresh;
      return fresh;
    } catch (error) {
      throw dropped(error) ? new BenchError('BOX_DROPS_SSH', { host: place.host }, { cause: error }) : error;
    }
  };

  /** One after the other: the control board is a small router. */
  const run = (command: string): Promise<BoxRecord> => {
    const mine = queue.then(async () => {
      if (closed) throw new BenchError('CONSOLE_CLOSED', { target });
      const at = clock.now();
      const { exit, output } = await execute(client ?? (await connect()), command);
      const failed = failureOf(exit, output);
      const record: BoxRecord = { n: ++count, at, command, exit, output, seconds: (clock.now() - at) / 1000, failed };
      records.push(record);
      if (records.length > KEPT_RECORDS) records.shift();
      recorded.emit(record);
      return record;
    });
    queue = mine.catch(() => undefined);
    return mine;
  };

  const close = async (): Promise<void> => {
    closed = true;
    client?.end();
    client = undefined;
  };

  const asked = await run(VERSION);
  const variant = variantOf(asked.output);
  if (asked.exit === 127) {
    await close();
    throw new BenchError('COMMAND_FAILED', { command: VERSION, reason: asked.failed ?? 'it is not there' });
  }

  return {
    target,
    variant,
    records,
    onRecord: recorded.on,
    async presence() {
      const record = await run(LIST);
      return { devices: parseList(record.output), means: caveat('list', variant)!, record };
    },
    async power(action, blades) {
      const results: BladeResult[] = [];
      for (const blade of blades) {
        const record = await run(powerCommand(action, blade));
        results.push({ blade, ok: record.failed === undefined, record, caveat: caveat(action, variant) });
      }
      return results;
    },
    rescan: () => run(RESCAN),
    console: blade => sshDialer({ ...options, target: `${target} blade ${blade}`, command: consoleCommand(blade) }),
    close,
  };
}

function execute(client: Client, command: string): Promise<{ readonly exit: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) {
        reject(new BenchError('COMMAND_FAILED', { command, reason: error.message }, { cause: error }));
        return;
      }
      let output = '';
      let exit: number | null = null;
      const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
      const take = (stream: keyof typeof decoders) => (bytes: Uint8Array) => {
        output = (output + decoders[stream].decode(bytes, { stream: true })).slice(-KEPT_OUTPUT);
      };
      const timer = setTimeout(() => channel.close(), COMMAND_MS);
      channel.on('data', take('stdout'));
      channel.stderr.on('data', take('stderr'));
      channel.on('exit', (code: number | null) => {
        exit = code;
      });
      channel.on('close', () => {
        clearTimeout(timer);
        resolve({ exit, output });
      });
    });
  });
}

/** It answered and hung up before any key was shown: what a damaged host key of dropbear looks like from outside. */
function dropped(error: unknown): boolean {
  if (!(error instanceof BenchError) || error.code !== 'CONSOLE_UNREACHABLE') return false;
  const { cause } = error as { cause?: unknown };
  return (
    systemCode(cause) === 'ECONNRESET' ||
    /before handshake|socket hang up/i.test((cause as Error | undefined)?.message ?? '')
  );
}
