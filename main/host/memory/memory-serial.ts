/** Serial ports made of nothing: each has a scripted device at its far end, and can be unplugged and plugged in again. */
import { BenchError } from '../../errors.ts';
import type { LineSettings, ModemLines, SerialLine, SerialPortInfo, SerialPorts } from '../host.ts';

export type SerialPortScript = Partial<SerialPortInfo> & { readonly path: string };

/** The device's end of a port. */
export interface MemorySerialDevice {
  /** What the laptop sent since the last call. */
  received(): Uint8Array;
  /** The device sends; lost while nobody has the port open, as on a real line. */
  send(bytes: Uint8Array): void;
  /** As the laptop set the line last. */
  readonly settings: LineSettings | undefined;
  readonly lines: ModemLines;
  /** Milliseconds of each break. */
  readonly breaks: readonly number[];
}

class Port implements MemorySerialDevice {
  info: SerialPortInfo;
  open: MemoryLine | undefined;
  settings: LineSettings | undefined;
  lines: ModemLines = { dtr: false, rts: false, cts: true, dsr: true, dcd: false, ri: false };
  readonly breaks: number[] = [];
  readonly sent: Uint8Array[] = [];

  constructor(info: SerialPortInfo) {
    this.info = info;
  }

  received(): Uint8Array {
    return Buffer.concat(this.sent.splice(0));
  }

  send(bytes: Uint8Array): void {
    this.open?.deliver(bytes);
  }
}

class MemoryLine implements SerialLine {
  readonly #port: Port;
  readonly #data = new Set<(bytes: Uint8Array) => void>();
  readonly #closed = new Set<(reason: string) => void>();
  readonly hold = undefined;
  #ended = false;

  constructor(port: Port, settings: LineSettings) {
    this.#port = port;
    port.settings = settings;
    port.lines = { ...port.lines, dtr: true, rts: true };
  }

  get settings(): LineSettings {
    return this.#port.settings!;
  }
  get appliedBaudRate(): number {
    return this.settings.baudRate;
  }

  deliver(bytes: Uint8Array): void {
    for (const listener of this.#data) listener(bytes.slice());
  }

  end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#port.open = undefined;
    for (const listener of this.#closed) listener(reason);
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#data.add(listener);
  }
  onClose(listener: (reason: string) => void): void {
    this.#closed.add(listener);
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#ended) throw new BenchError('CONSOLE_CLOSED', { target: this.#port.info.path });
    this.#port.sent.push(bytes.slice());
  }
  async set(settings: Partial<LineSettings>): Promise<void> {
    this.#port.settings = { ...this.settings, ...settings };
  }
  async modemLines(): Promise<ModemLines> {
    return this.#port.lines;
  }
  async setModemLines(lines: { readonly dtr?: boolean; readonly rts?: boolean }): Promise<void> {
    this.#port.lines = { ...this.#port.lines, ...lines };
  }
  async sendBreak(ms = 250): Promise<void> {
    this.#port.breaks.push(ms);
  }
  async drain(): Promise<void> {}
  async close(): Promise<void> {
    this.end('it was closed');
  }
}

export class MemorySerialPorts implements SerialPorts {
  readonly #ports = new Map<string, Port>();

  constructor(scripts: readonly SerialPortScript[] = []) {
    for (const script of scripts) this.plug(script);
  }

  /** Plugs an adapter in; the device behind it stays the same when it was there before under another path. */
  plug(script: SerialPortScript, device?: MemorySerialDevice): MemorySerialDevice {
    const info: SerialPortInfo = {
      description: 'Serial port',
      bus: 'usb',
      driver: undefined,
      vendorId: undefined,
      productId: undefined,
      chip: undefined,
      serialNumber: undefined,
      interfaceNumber: undefined,
      busPath: undefined,
      byId: undefined,
      holder: undefined,
      ...script,
    };
    const port = device instanceof Port ? device : new Port(info);
    port.info = info;
    this.#ports.set(info.path, port);
    return port;
  }

  unplug(path: string): void {
    const port = this.#ports.get(path);
    this.#ports.delete(path);
    port?.open?.end('the adapter was unplugged');
  }

  async list(): Promise<readonly SerialPortInfo[]> {
    return Array.from(this.#ports.values(), port => port.info);
  }

  async open(path: string, settings: LineSettings): Promise<SerialLine> {
    const port = this.#ports.get(path);
    if (!port) throw new BenchError('CONSOLE_NOT_THERE', { target: path });
    if (port.open) throw new BenchError('CONSOLE_BUSY', { target: path, holder: undefined });
    port.open = new MemoryLine(port, settings);
    return port.open;
  }

  realPath(path: string): string | undefined {
    return this.#ports.has(path) ? path : undefined;
  }
}
