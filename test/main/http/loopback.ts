/** What HTTP tests stand on: loopback sockets, a clock set by hand, content from a table, and a client that sends raw octets. */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { connect, type Server, type Socket } from 'node:net';
import type { Mac } from 'node-dhcpd-lite';
import type { BenchEvent, HttpReportEvent, HttpRequestEvent, TellProgress } from '../../../main/bench/events.ts';
import type { Content, ContentRequest, Finding } from '../../../main/content/content.ts';
import type { Clock, Endpoint, Sockets } from '../../../main/host/host.ts';
import type { SendFile } from '../../../main/http/send-file.ts';
import { type HttpServer, startHttp } from '../../../main/http/server.ts';

const refuse = () => Promise.reject(new Error('HTTP needs none'));
export const loopbackSockets: Sockets = {
  udp: refuse,
  holder: async () => undefined,
  listen: (server: Server, { address, port }: Endpoint) =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, address, () => resolve({ address, port: (server.address() as { port: number }).port }));
    }),
};

export class HandClock implements Clock {
  #now: number;
  readonly #timers = new Set<{ at: number; work: () => void }>();

  constructor(now = Date.UTC(2026, 10, 21, 3, 15, 57)) {
    this.#now = now;
  }

  now = (): number => this.#now;

  after(ms: number, work: () => void): () => void {
    const timer = { at: this.#now + ms, work };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves time on, running what falls due in its order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter(timer => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.#now = due.at;
      due.work();
    }
    this.#now = end;
  }

  get pending(): number {
    return this.#timers.size;
  }
}

export interface TestContent extends Content {
  readonly asked: ContentRequest[];
  /** Files given out and not closed again. */
  readonly open: () => number;
  /** Files closed more than once. */
  readonly closedTwice: () => number;
}

type Source =
  | string
  | Finding
  | { readonly path: string; readonly unchanged?: () => boolean }
  | (() => Promise<Finding>);

/** Content by name: text made on the spot, a file on disk, or any finding. Everything else is missing. */
export function tableContent(table: Readonly<Record<string, Source>>): TestContent {
  const asked: ContentRequest[] = [];
  let open = 0;
  let closedTwice = 0;
  const find = async (request: ContentRequest): Promise<Finding> => {
    asked.push(request);
    const source = table[request.name];
    if (source === undefined) return { kind: 'none', why: 'missing', detail: 'no such file' };
    if (typeof source === 'function') return source();
    if (typeof source === 'string') return { kind: 'bytes', name: request.name, bytes: Buffer.from(source) };
    if ('kind' in source) return source;
    const fd = openSync(source.path, 'r');
    const { size, mtimeMs, ino } = fstatSync(fd);
    open++;
    let closed = false;
    const close = () => {
      if (closed) closedTwice++;
      else closeSync(fd);
      closed = true;
      open--;
    };
    const { unchanged } = source;
    return {
      kind: 'file',
      name: request.name,
      fd,
      size,
      mtimeMs,
      ino,
      close,
      ...(unchanged ? { unchanged } : undefined),
    };
  };
  return { find, asked, open: () => open, closedTwice: () => closedTwice };
}

export interface Bench {
  readonly server: HttpServer;
  readonly port: number;
  readonly clock: HandClock;
  readonly events: BenchEvent[];
  readonly requests: () => HttpRequestEvent[];
  readonly reports: () => HttpReportEvent[];
  /** Resolves with the first event, past or to come, that fits. */
  event<T extends BenchEvent['type']>(
    type: T,
    fits?: (event: Extract<BenchEvent, { type: T }>) => boolean,
  ): Promise<Extract<BenchEvent, { type: T }>>;
}

export async function startBench(
  content: Content,
  more: { sendFile?: SendFile; progress?: TellProgress; macOf?: (ip: string) => Mac | undefined } = {},
): Promise<Bench> {
  const clock = new HandClock();
  const events: BenchEvent[] = [];
  const waiting = new Set<(event: BenchEvent) => void>();
  const server = await startHttp({
    sockets: loopbackSockets,
    clock,
    nic: 'lo',
    address: '127.0.0.1',
    port: 0,
    content,
    macOf: () => undefined,
    emit: event => {
      events.push(event);
      for (const tell of waiting) tell(event);
    },
    ...more,
  });
  const ofType = <T extends BenchEvent['type']>(type: T) =>
    events.filter(event => event.type === type) as Extract<BenchEvent, { type: T }>[];
  return {
    server,
    port: server.local.port,
    clock,
    events,
    requests: () => ofType('http.request'),
    reports: () => ofType('http.report'),
    event(type, fits = () => true) {
      type E = Extract<BenchEvent, { type: typeof type }>;
      const known = ofType(type).find(fits);
      if (known) return Promise.resolve(known);
      return new Promise(resolve => {
        const tell = (event: BenchEvent) => {
          if (event.type !== type || !fits(event as E)) return;
          waiting.delete(tell);
          resolve(event as E);
        };
        waiting.add(tell);
      });
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly fields: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** A client that says exactly what it is told and reads answers by their length, like boot firmware does. */
export class RawClient {
  readonly socket: Socket;
  #chunks: Buffer[] = [];
  /** Octets awaited: less than that is not worth joining the chunks. */
  #enough = 0;
  #changed: () => void = () => {};
  closed = false;
  /** The server ended its side. */
  ended = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', chunk => {
      this.#chunks.push(chunk);
      if (this.#chunks.reduce((sum, each) => sum + each.length, 0) >= this.#enough) this.#changed();
    });
    socket.on('end', () => {
      this.ended = true;
      this.#changed();
    });
    socket.on('close', () => {
      this.closed = true;
      this.#changed();
    });
    socket.on('error', () => {});
  }

  /** `from`: its own address, one of 127/8. */
  static connect(port: number, from?: string): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: from, allowHalfOpen: true });
      socket.once('error', reject);
      socket.once('connect', () => resolve(new RawClient(socket)));
    });
  }

  send(text: string | Buffer): this {
    this.socket.write(text);
    return this;
  }

  /** Everything the server still says until it ends its side. */
  async rest(): Promise<Buffer> {
    while (!this.ended && !this.closed) await this.#change();
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [];
    return all;
  }

  /** The next answer; `toHead` when its request was HEAD. Throws when the connection ended before it was whole. */
  async answer(toHead = false): Promise<Answer> {
    for (;;) {
      const input = Buffer.concat(this.#chunks);
      this.#chunks = [input];
      this.#enough = 0;
      const blank = input.indexOf('\r\n\r\n');
      if (blank >= 0) {
        const [statusLine = '', ...lines] = input.toString('latin1', 0, blank).split('\r\n');
        const fields = new Map(
          lines.map(line => {
            const colon = line.indexOf(': ');
            return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)] as const;
          }),
        );
        const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
        const length = toHead || status === 304 || status < 200 ? 0 : Number(fields.get('content-length') ?? 0);
        const end = blank + 4 + length;
        if (input.length >= end) {
          this.#chunks = [input.subarray(end)];
          return { status, fields, body: input.subarray(blank + 4, end) };
        }
        this.#enough = end;
      }
      if (this.ended || this.closed) throw new Error(`cut short: ${input.toString('latin1')}`);
      await this.#change();
    }
  }

  get(path: string, ...lines: string[]): Promise<Answer> {
    return this.send(request('GET', path, ...lines)).answer();
  }

  head(path: string, ...lines: string[]): Promise<Answer> {
    return this.send(request('HEAD', path, ...lines)).answer(true);
  }

  #change(): Promise<void> {
    return new Promise(resolve => {
      this.#changed = resolve;
    });
  }
}

export const request = (method: string, path: string, ...lines: string[]): string =>
  [`${method} ${path} HTTP/1.1`, 'Host: 10.32.0.1', ...lines, '', ''].join('\r\n');
