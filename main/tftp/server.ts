/** Port 69: reads requests, finds their content, hands each transfer to a runner and reports it. Knows no retransmission. */
import type { Ipv4, Mac } from 'node-dhcpd-lite';
import type { Emit, TellProgress, TftpErrorEvent } from '../bench/events.ts';
import type { Content, Finding, FoundBytes, FoundFile } from '../content/content.ts';
import type { Clock, Endpoint, Sockets, UdpSocket } from '../host/host.ts';
import { printable } from '../kit/printable.ts';
import { DEFAULT_LIMITS, type TftpLimits } from './limits.ts';
import { openFastRunner } from './linux/runner-fast.ts';
import { negotiate, type Terms } from './negotiate.ts';
import type { Runner, Running } from './runner.ts';
import { plainRunner } from './runner-plain.ts';
import { errorText, type Outcome } from './session.ts';
import { decodePacket, ERROR_CODE, type ErrorNumber, encodePacket, OPCODE, type Request } from './wire.ts';

export interface TftpOptions {
  readonly sockets: Sockets;
  readonly clock: Clock;
  readonly nic: string;
  readonly address: Ipv4;
  /** Default 69. */
  readonly port?: number;
  readonly content: Content;
  /** The MAC that holds an address, for events and for content made per device. */
  readonly macOf: (ip: Ipv4) => Mac | undefined;
  readonly emit: Emit;
  /** Told of transfers that take their time. */
  readonly progress?: TellProgress;
  /** Use the system's fast path where there is one; default true. */
  readonly fast?: boolean;
  readonly limits?: Partial<TftpLimits>;
}

export interface TftpServer {
  readonly local: Endpoint;
  /** How transfers are carried. */
  readonly path: 'fast' | 'plain';
  /** Ends every transfer and gives the port back. */
  close(): Promise<void>;
}

/** Throws BenchError PORT_TAKEN, PERMISSION_MISSING or NIC_GONE. */
export async function startTftp(options: TftpOptions): Promise<TftpServer> {
  const { sockets, clock, nic, address, port = 69 } = options;
  const socket = await sockets.udp({ nic, address, port, receiveBuffer: 1024 * 1024 });
  const plain = plainRunner({ sockets, clock, nic, address });
  const fast = options.fast === false ? undefined : await openFastRunner({ nic, address }, plain);
  const server = new Server(options, socket, fast ?? plain);
  return { local: socket.local, path: fast ? 'fast' : 'plain', close: () => server.close() };
}

/** A request from its arrival to its end. */
interface Entry {
  readonly client: Endpoint;
  readonly request: Request;
  readonly mac: Mac | undefined;
  readonly began: number;
  heard: boolean;
  /** What came from the same client meanwhile: the very request again, or another one that says it left this one. */
  after: 'nothing' | 'again' | 'another';
  running: Running | undefined;
}

/** A request repeated from the same port is the same one for this long; later, the client began anew. Milliseconds. */
const SAME_REQUEST = 1000;

class Server {
  readonly #options: TftpOptions;
  readonly #limits: TftpLimits;
  readonly #socket: UdpSocket;
  readonly #runner: Runner;
  /** By the client's address and port, in order of arrival. */
  readonly #entries = new Map<string, Entry>();
  #closing: Promise<void> | undefined;

  constructor(options: TftpOptions, socket: UdpSocket, runner: Runner) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#socket = socket;
    this.#runner = runner;
    socket.onMessage((bytes, from) => this.#received(bytes, from));
    socket.onError(error =>
      options.emit({ type: 'notice', code: 'TFTP_STOPPED', message: `TFTP ended. ${errorText(error)}` }),
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#runner.close().then(() => this.#socket.close());
    return this.#closing;
  }

  #received(bytes: Uint8Array, client: Endpoint): void {
    if (this.#closing || client.port === 0) return;
    const packet = decodePacket(bytes);
    if (packet.op === 'rrq') this.#requested(packet, client);
    else if (packet.op === 'wrq') {
      const detail = 'this server only gives files, it takes none';
      this.#refuse(client, packet.name, 'refused', detail, ERROR_CODE.accessViolation);
    } else if (packet.op === 'malformed' && (packet.claims === OPCODE.rrq || packet.claims === OPCODE.wrq))
      this.#refuse(client, '', 'refused', packet.why, ERROR_CODE.illegalOperation);
    // Anything else is astray here, e.g. a client that acknowledges an ERROR; answering could start an endless exchange.
  }

  #requested(request: Request, client: Endpoint): void {
    const key = `${client.address}:${client.port}`;
    const now = this.#options.clock.now();
    const before = this.#entries.get(key);
    if (before) {
      const same = sameRequest(before.request, request);
      if (same && (!before.running || Math.abs(now - before.began) < SAME_REQUEST)) return;
      before.after = same ? 'again' : 'another';
      this.#entries.delete(key);
      // Without a word: the client takes the first packet for the answer to its new request.
      before.running?.stop();
    }
    for (const entry of this.#entries.values())
      if (entry.client.address === client.address && entry.request.name === request.name) entry.after = 'another';
    const full = this.#makeRoom(client.address);
    if (full) {
      this.#refuse(client, request.name, 'refused', full, ERROR_CODE.undefined);
      return;
    }
    const mac = this.#options.macOf(client.address);
    const entry: Entry = { client, request, mac, began: now, heard: false, after: 'nothing', running: undefined };
    this.#entries.set(key, entry);
    void this.#answer(entry, key);
  }

  /** Undefined when there is room for one more; otherwise why not. Makes it by ending whoever never answered, oldest first. */
  #makeRoom(address: Ipv4): string | undefined {
    const own = [...this.#entries.values()].filter(({ client }) => client.address === address);
    if (own.length >= this.#limits.perClient && !this.#recycle(own))
      return `${address} has ${own.length} transfers already, more are not given to one client`;
    if (this.#entries.size >= this.#limits.transfers && !this.#recycle(this.#entries.values()))
      return `the server is busy with ${this.#entries.size} transfers, try again`;
    return undefined;
  }

  #recycle(entries: Iterable<Entry>): boolean {
    for (const entry of entries)
      if (!entry.heard && entry.running) {
        this.#forget(entry);
        entry.running.stop('too many transfers, the oldest without an answer ends');
        return true;
      }
    return false;
  }

  #forget(entry: Entry): void {
    const key = `${entry.client.address}:${entry.client.port}`;
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }

  /** Never rejects. */
  async #answer(entry: Entry, key: string): Promise<void> {
    const { client, request, mac } = entry;
    let found: Finding;
    try {
      found = await this.#options.content.find({ name: request.name, via: 'tftp', ip: client.address, mac });
    } catch (error) {
      found = { kind: 'none', why: 'unreadable', detail: errorText(error) };
    }
    const current = this.#entries.get(key) === entry && !this.#closing;
    if (!current) {
      if (found.kind === 'file') found.close();
    } else if (found.kind === 'file' || found.kind === 'bytes') this.#run(entry, found);
    else {
      this.#forget(entry);
      this.#decline(client, request.name, found);
    }
  }

  #run(entry: Entry, found: FoundFile | FoundBytes): void {
    const { client, request } = entry;
    const netascii = request.mode === 'netascii';
    const size = found.kind === 'file' ? found.size : found.bytes.length;
    const terms = negotiate(request, netascii ? undefined : size, this.#limits);
    this.#options.emit({
      type: 'tftp.start',
      ...this.#about(entry),
      size,
      blksize: terms.blksize,
      windowsize: terms.windowsize,
    });
    entry.running = this.#runner.run(
      {
        client,
        origin:
          found.kind === 'file'
            ? { kind: 'file', fd: found.fd, size, netascii }
            : { kind: 'bytes', bytes: found.bytes, netascii },
        terms,
      },
      {
        heard: () => {
          entry.heard = true;
        },
        progressed: bytes =>
          this.#options.progress?.({
            via: 'tftp',
            ...this.#about(entry),
            bytes,
            size,
            blksize: terms.blksize,
            startedAt: entry.began,
          }),
        ended: outcome => {
          if (found.kind === 'file') found.close();
          this.#forget(entry);
          this.#report(entry, terms, outcome);
        },
      },
    );
  }

  #about({ client, request, mac }: Entry) {
    return { ip: client.address, file: printable(request.name), ...(mac === undefined ? {} : { mac }) };
  }

  #report(entry: Entry, terms: Terms, { ending, bytes, retransmits }: Outcome): void {
    const { emit, clock } = this.#options;
    if (ending.why === 'done') {
      emit({
        type: 'tftp.done',
        ...this.#about(entry),
        bytes,
        seconds: Math.max(0, clock.now() - entry.began) / 1000,
        blksize: terms.blksize,
        windowsize: terms.windowsize,
        retransmits,
      });
      return;
    }
    emit({ type: 'tftp.error', ...this.#about(entry), ...explain(ending, terms, entry), bytes });
  }

  #decline(client: Endpoint, name: string, found: Exclude<Finding, FoundFile | FoundBytes>): void {
    const shown = printable(name);
    if (found.kind === 'folder') this.#refuse(client, name, 'missing', `"${shown}" is a folder`, ERROR_CODE.notFound);
    else if (found.why === 'missing')
      this.#refuse(client, name, 'missing', `"${shown}" is not here`, ERROR_CODE.notFound, found.detail);
    else if (found.why === 'unreadable')
      this.#refuse(client, name, 'failed', `"${shown}" cannot be read`, ERROR_CODE.accessViolation, found.detail);
    else this.#refuse(client, name, 'refused', `"${shown}" is not given`, ERROR_CODE.accessViolation, found.detail);
  }

  /**
   * At once, because a client without an answer waits seconds for each of many names. From port 69 itself: a client that
   * has not begun a transfer takes its first answer from any port, and a flood of bad requests then costs no sockets.
   */
  #refuse(
    client: Endpoint,
    name: string,
    reason: TftpErrorEvent['reason'],
    says: string,
    code: ErrorNumber,
    detail: string = says,
  ): void {
    this.#socket.send(encodePacket({ op: 'error', code, text: says }), client);
    const mac = this.#options.macOf(client.address);
    this.#options.emit({
      type: 'tftp.error',
      ip: client.address,
      file: printable(name),
      ...(mac === undefined ? {} : { mac }),
      reason,
      detail: printable(detail),
    });
  }
}

function sameRequest(a: Request, b: Request): boolean {
  return a.name === b.name && a.mode === b.mode && String(a.options) === String(b.options);
}

function explain(
  ending: Exclude<Outcome['ending'], { why: 'done' }>,
  terms: Terms,
  { after, heard }: Entry,
): Pick<TftpErrorEvent, 'reason' | 'detail'> {
  switch (ending.why) {
    case 'peer': {
      const said = `the client sent ERROR ${ending.code}${ending.text ? ` "${printable(ending.text)}"` : ''}`;
      // UEFI ends its size probe with 8, Raspberry Pi and PXE ROMs with 0, right after the OACK.
      const probe = ending.early && terms.sizeAsked;
      return probe ? { reason: 'probe', detail: `asked for the size: ${said}` } : { reason: 'aborted', detail: said };
    }
    case 'silent':
      if (!ending.halfOpen) return { reason: 'timeout', detail: 'the client fell silent in mid-transfer' };
      if (after === 'another') return { reason: 'probe', detail: 'the client went on with another request for it' };
      return { reason: 'timeout', detail: 'the client never answered' };
    case 'stopped':
      if (after === 'another') {
        const detail = 'the client went on with another request from the same port';
        return heard ? { reason: 'aborted', detail } : { reason: 'probe', detail };
      }
      if (after === 'again')
        return { reason: 'timeout', detail: 'the client asked again: it does not hear the answers, or began anew' };
      return { reason: 'aborted', detail: 'ended by this server' };
    case 'failed':
      return { reason: 'failed', detail: printable(ending.text) };
  }
}
