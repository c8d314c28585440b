/**
 * An open serial port of the real machine. The `serialport` package opens it and sets its rate; on Linux and macOS bytes
 * flow through Node's own terminal streams, which see a hang-up at once and cost a fifth of the CPU.
 */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import type { SerialPort } from 'serialport';
import { BenchError, systemCode } from '../../errors.ts';
import type { LineSettings, ModemLines, PortHolder, SerialLine } from '../host.ts';
import { canReframe, holdBreak, readModemLines, reframe, takeExclusively, writeModemLines } from './terminal-line.ts';

/** What both ways of carrying bytes offer. */
interface Carrier {
  onData(listener: (bytes: Uint8Array) => void): void;
  onEnd(listener: () => void): void;
  write(bytes: Uint8Array, done: (error?: Error | null) => void): void;
  readonly hold: ((held: boolean) => void) | undefined;
  close(): Promise<void>;
}

/** Part of what `SerialPort.binding.open` gives, on every system. */
interface Binding {
  readonly fd?: number | null;
  readonly isOpen: boolean;
  update(options: { baudRate: number }): Promise<void>;
  getBaudRate(): Promise<{ baudRate: number }>;
  get(): Promise<{ cts: boolean; dsr: boolean; dcd: boolean }>;
  set(options: { dtr?: boolean; rts?: boolean; brk?: boolean }): Promise<void>;
  drain(): Promise<void>;
  close(): Promise<void>;
}

const UNPLUGGED = 'the adapter was unplugged';

/** `holder` is asked who has the port before it is opened: a second reader would take half of the first one's bytes. */
export async function openSerialLine(
  path: string,
  settings: LineSettings,
  holder: (realPath: string) => Promise<PortHolder | undefined>,
): Promise<SerialLine> {
  // What made a pty often keeps both of its ends open.
  const held = isPty(path) ? undefined : await holder(realPath(path));
  if (held && held.pid !== process.pid)
    throw new BenchError('CONSOLE_BUSY', { target: path, holder: `${held.program} (process ${held.pid})` });
  const { flowControl, parity, ...framing } = settings;
  // Loaded with the first port only: its native part is missing on rare systems, where everything else works.
  const { SerialPort } = await import('serialport');
  let stream: SerialPort | undefined;
  try {
    const options = {
      path,
      ...framing,
      // Mark and space exist on Linux only, where they are set after opening.
      parity: canReframe ? ('none' as const) : parity,
      rtscts: flowControl === 'rts-cts',
      xon: flowControl === 'xon-xoff',
      xoff: flowControl === 'xon-xoff',
      hupcl: false,
      lock: true,
    };
    if (process.platform !== 'win32') {
      const binding = (await SerialPort.binding.open(options as never)) as unknown as Binding;
      try {
        // Only now is it sure what the name stands for: a link may have come between the look and the opening.
        const pty = isPty(path);
        const gone = pty ? 'its other end was closed' : UNPLUGGED;
        const line = new NodeSerialLine({ path, gone, settings, binding, carrier: terminalCarrier(binding, pty) });
        await line.settle();
        return line;
      } catch (error) {
        await binding.close().catch(() => {});
        throw error;
      }
    }
    stream = new SerialPort({ ...options, autoOpen: false } as never);
    await new Promise<void>((resolve, reject) => stream!.open(error => (error ? reject(error) : resolve())));
    const binding = stream.port as unknown as Binding;
    const line = new NodeSerialLine({ path, gone: UNPLUGGED, settings, binding, carrier: streamCarrier(stream) });
    await line.settle();
    return line;
  } catch (error) {
    if (stream?.isOpen) stream.close();
    throw openFailure(path, error as Error);
  }
}

interface OpenedPort {
  readonly path: string;
  /** What it means when it ends by itself. */
  readonly gone: string;
  readonly settings: LineSettings;
  readonly binding: Binding;
  readonly carrier: Carrier;
}

class NodeSerialLine implements SerialLine {
  readonly #path: string;
  readonly #gone: string;
  readonly #binding: Binding;
  readonly #carrier: Carrier;
  #settings: LineSettings;
  #applied: number | undefined;
  #closing: Promise<void> | undefined;
  #ended = false;
  /** Where the outputs are not read back: as they were set. */
  #outputs: { dtr: boolean; rts: boolean } = { dtr: true, rts: true };

  constructor({ path, gone, settings, binding, carrier }: OpenedPort) {
    this.#path = path;
    this.#gone = gone;
    this.#settings = settings;
    this.#binding = binding;
    this.#carrier = carrier;
    carrier.onEnd(() => {
      this.#ended = true;
    });
  }

  get settings(): LineSettings {
    return this.#settings;
  }
  get appliedBaudRate(): number | undefined {
    return this.#applied;
  }
  get hold() {
    return this.#carrier.hold;
  }

  /** After opening: what the `serialport` package cannot set, and who else may open. */
  async settle(): Promise<void> {
    const fd = this.#terminal();
    if (fd === undefined) {
      this.#applied = await this.#readRate();
      return;
    }
    if (canReframe) this.#applied = reframe(fd, this.#settings);
    else this.#applied = await this.#readRate();
    takeExclusively(fd);
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#carrier.onData(listener);
  }

  onClose(listener: (reason: string) => void): void {
    this.#carrier.onEnd(() => {
      const wanted = this.#closing !== undefined;
      void this.close();
      listener(wanted ? 'it was closed' : this.#gone);
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#ended || this.#closing) reject(new BenchError('CONSOLE_CLOSED', { target: this.#path }));
      else
        this.#carrier.write(bytes, error => {
          if (error) reject(new BenchError('CONSOLE_CLOSED', { target: this.#path }, { cause: error }));
          else resolve();
        });
    });
  }

  async set(change: Partial<LineSettings>): Promise<void> {
    const wanted = { ...this.#settings, ...change };
    const fd = this.#terminal();
    try {
      if (fd !== undefined && canReframe) this.#applied = reframe(fd, wanted);
      else {
        const { baudRate, ...framing } = wanted;
        const same = (Object.keys(framing) as (keyof typeof framing)[]).every(
          name => framing[name] === this.#settings[name],
        );
        if (!same) throw new Error('this system changes framing and flow control only when a port is opened');
        await this.#binding.update({ baudRate });
        this.#applied = await this.#readRate();
      }
      this.#settings = wanted;
    } catch (error) {
      throw this.#refused(Object.values(change).join(' '), error);
    }
  }

  async modemLines(): Promise<ModemLines | undefined> {
    const fd = this.#terminal();
    try {
      if (fd !== undefined) return readModemLines(fd);
      const { cts, dsr, dcd } = await this.#binding.get();
      return { ...this.#outputs, cts, dsr, dcd, ri: undefined };
    } catch {
      return undefined;
    }
  }

  async setModemLines(lines: { readonly dtr?: boolean; readonly rts?: boolean }): Promise<void> {
    const fd = this.#terminal();
    try {
      if (fd !== undefined) writeModemLines(fd, lines);
      else {
        const outputs = { ...this.#outputs, ...lines };
        await this.#binding.set(outputs);
        this.#outputs = outputs;
      }
    } catch (error) {
      throw this.#refused('modem lines', error);
    }
  }

  async sendBreak(ms = 250): Promise<void> {
    const fd = this.#terminal();
    const hold = async (on: boolean): Promise<void> => {
      if (fd !== undefined) holdBreak(fd, on);
      else await this.#binding.set({ ...this.#outputs, brk: on });
    };
    try {
      await hold(true);
      await new Promise(resolve => setTimeout(resolve, ms));
      if (!this.#ended) await hold(false);
    } catch (error) {
      throw this.#refused('a break', error);
    }
  }

  async drain(): Promise<void> {
    // Bytes are handed over in order: an empty write is done when all before it are.
    await this.write(new Uint8Array(0));
    await this.#binding.drain().catch(error => {
      throw this.#refused('waiting for its transmitter', error);
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#carrier.close();
    if (this.#binding.isOpen) await this.#binding.close().catch(() => {});
  }

  /** The descriptor for calls of our own; undefined where the `serialport` package must do. */
  #terminal(): number | undefined {
    return process.platform === 'win32' ? undefined : (this.#binding.fd ?? undefined);
  }

  async #readRate(): Promise<number | undefined> {
    try {
      return (await this.#binding.getBaudRate()).baudRate;
    } catch {
      return undefined; // macOS and old drivers do not tell
    }
  }

  #refused(what: string, error: unknown): BenchError {
    if (error instanceof BenchError) return error;
    const reason = systemCode(error) === 'ENOTTY' ? 'this port has none' : (error as Error).message;
    return new BenchError('LINE_REFUSED', { target: this.#path, what, reason }, { cause: error });
  }
}

/**
 * Bytes over a terminal stream. Node opens the device once more for it and puts that in place of our descriptor: a lock
 * taken before is gone, so `settle` takes one.
 */
function terminalCarrier(binding: Binding, pty: boolean): Carrier {
  const stream = new ReadStream(binding.fd!);
  // A device that went away shows as the end of the stream or as EIO; both end in `close`.
  stream.on('error', () => {});
  const closed = new Promise<void>(resolve => stream.once('close', () => resolve()));
  return {
    onData: listener => stream.on('data', listener),
    onEnd: listener => void closed.then(listener),
    write: (bytes, done) => stream.write(bytes, done),
    hold: pty ? held => void (held ? stream.pause() : stream.resume()) : undefined,
    close: () => {
      stream.destroy();
      return closed;
    },
  };
}

/** Bytes over the `serialport` package's own stream (Windows). */
function streamCarrier(stream: SerialPort): Carrier {
  stream.on('error', () => {});
  const closed = new Promise<void>(resolve => stream.once('close', () => resolve()));
  return {
    onData: listener => stream.on('data', listener),
    onEnd: listener => void closed.then(listener),
    write: (bytes, done) => stream.write(Buffer.from(bytes), done),
    hold: undefined,
    close: () => {
      if (stream.isOpen) stream.close();
      return closed;
    },
  };
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

const isPty = (path: string): boolean => /^\/dev\/(pts\/\d+|ttys\d+)$/.test(realPath(path));

/** What the `serialport` package says in words, as an error of ours. */
function openFailure(path: string, error: Error): BenchError {
  if (error instanceof BenchError) return error;
  const { message } = error;
  if (/No such file|cannot find|File not found|No such device/i.test(message))
    return new BenchError('CONSOLE_NOT_THERE', { target: path }, { cause: error });
  if (/Permission denied|Operation not permitted/i.test(message))
    return new BenchError('CONSOLE_FORBIDDEN', { target: path, group: groupOf(path) }, { cause: error });
  if (/lock|busy|Access (is )?denied/i.test(message))
    return new BenchError('CONSOLE_BUSY', { target: path, holder: undefined }, { cause: error });
  // Between unplugging and the device file's removal the system answers with input/output errors.
  if (/Input\/output error|Device not configured/i.test(message))
    return new BenchError('CONSOLE_NOT_THERE', { target: path }, { cause: error });
  return new BenchError('LINE_REFUSED', { target: path, what: 'these settings', reason: message }, { cause: error });
}

/** The group that may open the device, on systems that have groups. */
function groupOf(path: string): string | undefined {
  try {
    const { gid, mode } = statSync(path);
    if ((mode & 0o060) !== 0o060 || gid === 0) return undefined;
    const line = readFileSync('/etc/group', 'utf8')
      .split('\n')
      .find(each => each.split(':')[2] === String(gid));
    return line?.split(':')[0];
  } catch {
    return undefined;
  }
}
