/** The fast path's thread: an epoll loop over the sockets of all transfers. It sleeps in the kernel while any is alive. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { type DevicePlatform, devicePlatform } from 'node-dhcpd-lite/socket';
import { errorText } from '../session.ts';
import { Carry } from './carry.ts';
import { type Kernel, openKernel } from './kernel.ts';
import type { FromThread, ThreadData, ToThread } from './messages.ts';
import { closeTransferSockets, openTransferSockets, type TransferSockets } from './transfer-sockets.ts';

/** Longest sleep in the kernel, in milliseconds, because a process that exits waits for its threads. */
const LONGEST_SLEEP = 200;

const port = parentPort!;
const data = workerData as ThreadData;
const tell = (message: FromThread): void => port.postMessage(message);

class Loop {
  readonly wake: number;
  readonly #kernel: Kernel;
  readonly #devices: DevicePlatform;
  readonly #epoll: number;
  readonly #byId = new Map<number, Carry>();
  readonly #byFd: (Carry | undefined)[] = [];
  /** No deadline is earlier, so that most turns need not look at each. */
  #earliest = Number.POSITIVE_INFINITY;
  #closing = false;

  constructor(kernel: Kernel, devices: DevicePlatform) {
    this.#kernel = kernel;
    this.#devices = devices;
    this.#epoll = kernel.epollCreate();
    this.wake = kernel.eventfd();
    if (this.#epoll < 0 || this.wake < 0 || kernel.epollAdd(this.#epoll, this.wake) < 0)
      throw new Error('no epoll on this system');
  }

  handle(message: ToThread): void {
    switch (message.type) {
      case 'start':
        this.#start(message);
        break;
      case 'stop':
        this.#byId.get(message.id)?.session.stop(message.text);
        break;
      case 'close':
        this.#closing = true;
        for (const carry of [...this.#byId.values()]) carry.session.stop('the server stops');
    }
  }

  /** Until no transfer is left; the thread's own event loop takes over then. */
  run(): void {
    while (this.#byId.size > 0) {
      const sleep = Math.ceil(Math.min(LONGEST_SLEEP, Math.max(0, this.#earliest - performance.now())));
      const count = this.#kernel.epollWait(this.#epoll, sleep);
      const now = performance.now();
      for (let at = 0; at < count; at++) {
        const fd = this.#kernel.eventFd(at);
        if (fd === this.wake) this.#drain();
        else this.#readable(this.#byFd[fd], fd, now);
      }
      if (now >= this.#earliest) this.#tick(now);
    }
    if (this.#closing) {
      this.#kernel.close(this.#epoll);
      port.close();
    }
  }

  #readable(carry: Carry | undefined, fd: number, now: number): void {
    if (!carry) return;
    carry.readable(fd, now);
    this.#earliest = Math.min(this.#earliest, carry.session.deadline);
  }

  #drain(): void {
    this.#kernel.readEventfd(this.wake);
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
      this.handle(next.message as ToThread);
  }

  #tick(now: number): void {
    this.#earliest = Number.POSITIVE_INFINITY;
    for (const carry of [...this.#byId.values()]) {
      carry.session.tick(now);
      this.#earliest = Math.min(this.#earliest, carry.session.deadline);
    }
  }

  #start({ id, job }: Extract<ToThread, { type: 'start' }>): void {
    let sockets: TransferSockets;
    try {
      sockets = openTransferSockets(this.#devices, data);
    } catch (error) {
      tell({
        type: 'ended',
        id,
        outcome: { ending: { why: 'failed', text: errorText(error) }, bytes: 0, retransmits: 0 },
      });
      return;
    }
    let ended = false;
    const { own, strays } = sockets;
    const carry = new Carry(this.#kernel, sockets, job, {
      heard: () => tell({ type: 'heard', id }),
      progressed: bytes => tell({ type: 'progressed', id, bytes }),
      ended: outcome => {
        ended = true;
        this.#byId.delete(id);
        this.#byFd[own] = this.#byFd[strays] = undefined;
        closeTransferSockets(this.#devices, sockets);
        tell({ type: 'ended', id, outcome });
      },
    });
    if (ended) return;
    this.#byId.set(id, carry);
    this.#byFd[own] = this.#byFd[strays] = carry;
    this.#earliest = Math.min(this.#earliest, carry.session.deadline);
    this.#kernel.epollAdd(this.#epoll, own);
    this.#kernel.epollAdd(this.#epoll, strays);
  }
}

try {
  const devices = await devicePlatform();
  // Rights and names are the same for every transfer: tried once, before anybody relies on it.
  closeTransferSockets(devices, openTransferSockets(devices, data));
  const loop = new Loop(openKernel(), devices);
  port.on('message', (message: ToThread) => {
    loop.handle(message);
    loop.run();
  });
  tell({ type: 'ready', wake: loop.wake });
} catch (error) {
  tell({ type: 'unable', why: errorText(error) });
  port.close();
}
