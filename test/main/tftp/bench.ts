/** A TFTP server on the loopback port with made-up content, and a raw client socket, for the server's tests. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { closeSync, fstatSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchEvent } from '../../../main/bench/events.ts';
import type { Content, Finding } from '../../../main/content/content.ts';
import { nodeHost } from '../../../main/host/node/node-host.ts';
import { startTftp, type TftpOptions, type TftpServer } from '../../../main/tftp/server.ts';
import { decodePacket, encodePacket, type Mode, type Option, type Packet } from '../../../main/tftp/wire.ts';
import { ModelClient } from './model-client.ts';

export const LOOPBACK = { linux: 'lo', darwin: 'lo0' }[process.platform as string] ?? 'Loopback Pseudo-Interface 1';

export interface TestServer extends TftpServer {
  readonly events: BenchEvent[];
  /** Resolves with the first event of that type, past or coming, once there are as many as `count`. */
  event<T extends BenchEvent['type']>(type: T, count?: number): Promise<Extract<BenchEvent, { type: T }>>;
  /** Descriptors of served files that are open now. */
  readonly openFiles: () => number;
  /** Served files that were closed more than once. */
  readonly closedTwice: () => number;
  path: 'fast' | 'plain';
  /** The file's path on disk. */
  fileOf(name: string): string;
}

export async function testServer(
  fast: boolean,
  files: Readonly<Record<string, Uint8Array>>,
  changes: Partial<TftpOptions> & { readonly findings?: Readonly<Record<string, Finding | Promise<Finding>>> } = {},
): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tftp-test-'));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  const events: BenchEvent[] = [];
  const waiting = new Set<() => void>();
  let open = 0;
  let twice = 0;
  const content: Content = {
    async find({ name }) {
      const made = changes.findings?.[name];
      if (made) return made;
      if (!Object.hasOwn(files, name)) return { kind: 'none', why: 'missing', detail: `no "${name}"` };
      const fd = openSync(join(folder, name), 'r');
      const { size, mtimeMs, ino } = fstatSync(fd);
      open++;
      let closed = false;
      const close = () => {
        if (closed) twice++;
        else {
          closed = true;
          open--;
          closeSync(fd);
        }
      };
      return { kind: 'file', name, fd, size, mtimeMs, ino, close };
    },
  };
  const host = nodeHost();
  const server = await startTftp({
    sockets: host.sockets,
    clock: host.clock,
    nic: LOOPBACK,
    address: '127.0.0.1',
    port: 0,
    content,
    macOf: () => '52:54:00:be:00:01',
    fast,
    ...changes,
    emit: event => {
      events.push(event);
      for (const check of waiting) check();
    },
  });
  return {
    ...server,
    events,
    openFiles: () => open,
    closedTwice: () => twice,
    fileOf: name => join(folder, name),
    event: (type, count = 1) =>
      new Promise(resolve => {
        const check = () => {
          const found = events.filter(event => event.type === type);
          if (found.length < count) return;
          waiting.delete(check);
          resolve(found[0] as never);
        };
        waiting.add(check);
        check();
      }),
    async close() {
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export interface Received {
  readonly packet: ReturnType<typeof decodePacket>;
  readonly bytes: Uint8Array;
  readonly port: number;
}

/** A client port of its own that sends what it is told and remembers what came. */
export class RawClient {
  readonly #socket: Socket;
  readonly #server: number;
  readonly #inbox: Received[] = [];
  #arrived: (() => void) | undefined;

  private constructor(socket: Socket, server: number) {
    this.#socket = socket;
    this.#server = server;
    socket.on('message', (bytes, { port }) => {
      this.#inbox.push({ packet: decodePacket(bytes), bytes, port });
      this.#arrived?.();
    });
  }

  static async open(server: TftpServer): Promise<RawClient> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new RawClient(socket, server.local.port);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  get waiting(): number {
    return this.#inbox.length;
  }

  send(packet: Packet | Uint8Array, port = this.#server): void {
    this.#socket.send(packet instanceof Uint8Array ? packet : encodePacket(packet), port, '127.0.0.1');
  }

  ask(name: string, options: readonly Option[] = [], mode: Mode = 'octet'): void {
    this.send({ op: 'rrq', name, mode, options });
  }

  async next(): Promise<Received> {
    while (this.#inbox.length === 0)
      await new Promise<void>(resolve => {
        this.#arrived = resolve;
      });
    return this.#inbox.shift()!;
  }

  /** Fetches a whole file as RFC 1350 and 7440 have it. */
  async fetch(name: string, options: readonly Option[] = [], mode: Mode = 'octet'): Promise<ModelClient> {
    const client = new ModelClient();
    this.ask(name, options, mode);
    while (!client.done && !client.error) {
      const { bytes, port } = await this.next();
      for (const reply of client.take(bytes)) this.send(reply, port);
    }
    return client;
  }

  close(): Promise<void> {
    return new Promise(resolve => this.#socket.close(() => resolve()));
  }
}
