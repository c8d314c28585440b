/** A channel that carries descriptors: a Unix socket of Linux, whose other side the kernel names. */
import koffi, { type node } from 'koffi';
import { libc } from 'node-dhcpd-lite/socket';
import { type Channel, Ears, type Meeting } from './channel.ts';
import { LineReader } from './lines.ts';
import {
  acceptUnix,
  connectUnix,
  listenUnix,
  type Peer,
  peerOf,
  Receiver,
  sendWithDescriptors,
} from './unix-socket.linux.ts';

/** Parts read at one turn of the event loop. */
const PARTS = 16;

/**
 * Connects to whoever listens there, if it is that process of that user. Nothing is said to anybody else. Throws a system
 * error, or says who it is instead.
 */
export function connectPeer(path: string, expected: Peer): Channel {
  const fd = connectUnix(path);
  try {
    const { pid, uid } = peerOf(fd);
    if (uid !== expected.uid || pid !== expected.pid)
      throw new Error(
        `process ${pid} of user ${uid} listens there, not process ${expected.pid} of user ${expected.uid}`,
      );
    return new DescriptorChannel(fd, { descriptors: false });
  } catch (error) {
    libc().close(fd);
    throw error;
  }
}

/** Listens; processes of other users than `uid` are turned away unheard. Throws a system error. */
export function listenForUser(path: string, uid: number): Meeting {
  const fd = listenUnix(path);
  let found: (channel: Channel) => void = () => {};
  const poll = koffi.node.poll(fd, { readable: true }, () => {
    for (let accepted = acceptUnix(fd); accepted !== undefined; accepted = acceptUnix(fd)) {
      if (peerOf(accepted).uid === uid) found(new DescriptorChannel(accepted, { descriptors: true }));
      else libc().close(accepted);
    }
  });
  let open = true;
  return {
    path,
    onCandidate(listener) {
      found = listener;
    },
    close() {
      if (!open) return;
      open = false;
      poll.stop();
      poll.close();
      libc().close(fd);
    },
  };
}

class DescriptorChannel implements Channel {
  readonly #fd: number;
  readonly #poll: node.PollHandle;
  readonly #receiver: Receiver;
  readonly #lines = new LineReader();
  readonly #ears = new Ears();
  readonly #descriptors: number[] = [];

  constructor(fd: number, options: { readonly descriptors: boolean }) {
    this.#fd = fd;
    this.#receiver = new Receiver(options);
    this.#poll = koffi.node.poll(fd, { readable: true }, () => this.#read());
  }

  send(message: object, descriptors: readonly number[] = []): void {
    if (this.#ears.ended) return;
    const bytes = new TextEncoder().encode(`${JSON.stringify(message)}\n`);
    // Messages are small and each is answered: a full buffer means that nobody reads.
    if (!sendWithDescriptors(this.#fd, bytes, descriptors)) this.close();
  }

  onLine(listener: (line: string | undefined) => void): void {
    this.#ears.onLine(listener);
  }

  onEnd(listener: () => void): void {
    this.#ears.onEnd(listener);
  }

  take(count: number): readonly number[] | undefined {
    return this.#descriptors.length < count ? undefined : this.#descriptors.splice(0, count);
  }

  keepAlive(alive: boolean): void {
    if (alive) this.#poll.ref();
    else this.#poll.unref();
  }

  close(): void {
    if (this.#ears.ended) return;
    this.#poll.stop();
    this.#poll.close();
    libc().close(this.#fd);
    for (const descriptor of this.#descriptors.splice(0)) libc().close(descriptor);
    this.#ears.end();
  }

  #read(): void {
    for (let part = 0; part < PARTS && !this.#ears.ended; part++) {
      const received = this.#receiver.receive(this.#fd);
      if (!received) return;
      this.#descriptors.push(...received.descriptors);
      if (received.bytes.length === 0) {
        this.close();
        return;
      }
      for (const line of this.#lines.push(received.bytes)) if (!this.#ears.ended) this.#ears.hear(line);
    }
  }
}
