/**
 * The load for the TFTP benchmark, the same for every server: N clients at once in one thread over epoll, each fetching
 * the file `repeat` times. Loses packets on purpose, the same share of DATA and of ACK. Takes packets that arrive as one
 * (UDP_GRO) as one, so that it is not the bottleneck. Prints one line of JSON.
 *
 *     node tftp-load.ts SERVER LOCAL FILE CLIENTS REPEAT BLKSIZE WINDOWSIZE LOSS
 */
import { devicePlatform, tryOption } from 'node-dhcpd-lite/socket';
import { openKernel, pin, SOL_UDP } from '../../main/tftp/linux/kernel.ts';
import { decodePacket, encodePacket, header, OPCODE } from '../../main/tftp/wire.ts';

const [server = '', local = '', file = '', ...numbers] = process.argv.slice(2);
const [clients = 1, repeat = 1, blksize = 1468, windowsize = 1, loss = 0] = numbers.map(Number);
const NIC = process.env.TFTP_LOAD_NIC ?? 'lo';
/** linux/udp.h */
const UDP_GRO = 104;
/** A client's own patience, as U-Boot and atftp have it. Milliseconds. */
const CLIENT_TIMEOUT = 5000;

const kernel = openKernel();
const devices = await devicePlatform();
const epoll = kernel.epollCreate();
const packet = pin(65536);
const from = pin(16);
const fromLength = pin(4);
const ack = pin(4);
fromLength.bytes.writeUInt32LE(16, 0);

const byFd: (Client | undefined)[] = [];
let bytes = 0;
let again = 0;
let finished = 0;

class Client {
  fd = -1;
  readonly #request = pin(600);
  readonly #requestLength: number;
  readonly #peer = pin(16);
  /** The server's port. */
  #port = 0;
  #left = repeat;
  #expected = 0;
  #inWindow = 0;
  #blksize = 512;
  #windowsize = 1;
  #gap = false;
  deadline = 0;

  constructor() {
    const options: [string, string][] = [['blksize', String(blksize)]];
    if (windowsize > 1) options.push(['windowsize', String(windowsize)]);
    const request = encodePacket({ op: 'rrq', name: file, mode: 'octet', options });
    this.#request.bytes.set(request);
    this.#requestLength = request.length;
    this.begin();
  }

  /** Another fetch, from a port of its own. */
  begin(): void {
    if (this.fd >= 0) {
      byFd[this.fd] = undefined;
      kernel.close(this.fd);
    }
    this.fd = devices.openSocket('udp', { device: NIC, address: local, port: 0, receiveBuffer: 4 * 1024 * 1024 })!;
    tryOption(this.fd, SOL_UDP, UDP_GRO, 1);
    kernel.epollAdd(epoll, this.fd);
    byFd[this.fd] = this;
    this.ask();
  }

  ask(): void {
    this.#expected = 0;
    this.#inWindow = 0;
    this.#blksize = 512;
    this.#windowsize = 1;
    this.#peer.bytes.writeUInt16LE(2, 0);
    this.#peer.bytes.writeUInt16BE(69, 2);
    this.#peer.bytes.set(server.split('.').map(Number), 4);
    kernel.send(this.fd, this.#request.address, this.#requestLength, this.#peer.address);
    this.deadline = performance.now() + CLIENT_TIMEOUT;
  }

  /** All that has arrived. */
  readable(now: number): void {
    for (;;) {
      const length = kernel.receive(this.fd, packet.address, packet.bytes.length, from.address, fromLength.address);
      if (length < 4) return;
      this.deadline = now + CLIENT_TIMEOUT;
      if (packet.bytes[1] === OPCODE.data) {
        const slot = this.#blksize + 4;
        for (let at = 0; at < length; at += slot) if (this.#block(at, Math.min(slot, length - at))) return;
      } else this.#other(packet.bytes.subarray(0, length));
    }
  }

  #other(data: Uint8Array): void {
    const port = from.bytes.readUInt16BE(2);
    const said = decodePacket(data);
    if (said.op === 'oack' && this.#expected === 0) {
      for (const [name, value] of said.options) {
        if (name.toLowerCase() === 'blksize') this.#blksize = Number(value);
        if (name.toLowerCase() === 'windowsize') this.#windowsize = Number(value);
      }
      this.#agree();
      this.acknowledge(false);
    }
    if (said.op === 'error' && (this.#expected === 0 || port === this.#port))
      throw new Error(`${server} says ${JSON.stringify(said)}`);
  }

  #agree(): void {
    from.bytes.copy(this.#peer.bytes);
    this.#port = from.bytes.readUInt16BE(2);
    this.#expected = 1;
  }

  /** One DATA packet in `packet`; true when the file is complete. */
  #block(at: number, length: number): boolean {
    if (loss > 0 && Math.random() < loss) return false;
    if (this.#expected === 0) this.#agree();
    if (from.bytes.readUInt16BE(2) !== this.#port) return false;
    const data = packet.bytes;
    if (data[at + 2]! * 256 + data[at + 3]! !== (this.#expected & 0xffff)) {
      again++;
      // RFC 1350: a block that came again is acknowledged again; RFC 7440: a gap is reported once.
      if (this.#windowsize > 1 && this.#gap) return false;
      this.#gap = true;
      this.#inWindow = 0;
      this.acknowledge(true);
      return false;
    }
    this.#gap = false;
    this.#expected++;
    bytes += length - 4;
    const last = length < this.#blksize + 4;
    if (!last && ++this.#inWindow < this.#windowsize) return false;
    this.#inWindow = 0;
    this.acknowledge(!last);
    if (!last) return false;
    if (--this.#left > 0) this.begin();
    else {
      this.deadline = Number.POSITIVE_INFINITY;
      finished++;
    }
    return true;
  }

  acknowledge(mayBeLost: boolean): void {
    if (mayBeLost && loss > 0 && Math.random() < loss) return;
    header(ack.bytes, OPCODE.ack, (this.#expected - 1) & 0xffff);
    kernel.send(this.fd, ack.address, 4, this.#peer.address);
  }

  tick(now: number): void {
    if (now < this.deadline) return;
    if (this.#expected === 0) this.ask();
    else this.acknowledge(true);
    this.deadline = now + CLIENT_TIMEOUT;
  }
}

const began = performance.now();
const cpu = process.cpuUsage();
const all = Array.from({ length: clients }, () => new Client());
let ticked = began;
while (finished < clients) {
  const count = kernel.epollWait(epoll, 100);
  const now = performance.now();
  for (let at = 0; at < count; at++) byFd[kernel.eventFd(at)]?.readable(now);
  if (now - ticked > 100) {
    ticked = now;
    for (const client of all) client.tick(now);
  }
}
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ seconds, bytes, again, cpu: (user + system) / 1e6 }));
