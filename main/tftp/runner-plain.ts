/** Carries transfers over the host's UDP sockets; works on every system. */
import type { Ipv4 } from 'node-dhcpd-lite';
import type { Clock, Sockets, UdpSocket } from '../host/host.ts';
import type { Job, Runner, Running } from './runner.ts';
import { errorText, type Outcome, Session, type SessionListener } from './session.ts';
import { ERROR_CODE, encodePacket } from './wire.ts';

export interface PlainRunnerOptions {
  readonly sockets: Sockets;
  readonly clock: Clock;
  readonly nic: string;
  readonly address: Ipv4;
}

/** To whoever sends to a transfer that is not theirs (RFC 1350 section 4); the transfer goes on. */
export const FOREIGN = encodePacket({
  op: 'error',
  code: ERROR_CODE.unknownTransferId,
  text: 'this transfer belongs to another port',
});

export function plainRunner(options: PlainRunnerOptions): Runner {
  const live = new Set<PlainTransfer>();
  return {
    run(job, listener) {
      const transfer = new PlainTransfer(options, job, {
        heard: () => listener.heard(),
        progressed: bytes => listener.progressed(bytes),
        ended: outcome => {
          live.delete(transfer);
          listener.ended(outcome);
        },
      });
      live.add(transfer);
      return transfer;
    },
    async close() {
      const closing = [...live].map(transfer => {
        transfer.stop('the server stops');
        return transfer.closed;
      });
      await Promise.all(closing);
    },
  };
}

class PlainTransfer implements Running {
  readonly closed: Promise<void>;
  readonly #options: PlainRunnerOptions;
  readonly #job: Job;
  readonly #listener: SessionListener;
  #session: Session | undefined;
  #stopped: { readonly text: string | undefined } | undefined;
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor(options: PlainRunnerOptions, job: Job, listener: SessionListener) {
    this.#options = options;
    this.#job = job;
    this.#listener = listener;
    this.closed = this.#live();
  }

  stop(text?: string): void {
    this.#stopped ??= { text };
    this.#session?.stop(text);
  }

  /** From socket to socket closed. Never rejects. */
  async #live(): Promise<void> {
    const { sockets, nic, address } = this.#options;
    let socket: UdpSocket | undefined;
    let outcome: Outcome;
    try {
      socket = await sockets.udp({ nic, address, port: 0 });
      outcome = await this.#serve(socket);
    } catch (error) {
      outcome = { ending: { why: 'failed', text: errorText(error) }, bytes: 0, retransmits: 0 };
    }
    this.#timer?.cancel();
    try {
      // Node resolves even a literal address before it sends: a socket closed at once would swallow the last packet.
      await new Promise(setImmediate);
      await socket?.close();
    } catch {
      // The port went away with its NIC; the outcome is decided already.
    }
    this.#listener.ended(outcome);
  }

  #serve(socket: UdpSocket): Promise<Outcome> {
    const { clock } = this.#options;
    const { client, origin, terms } = this.#job;
    return new Promise(resolve => {
      const session = new Session(
        origin,
        terms,
        {
          send: packet => socket.send(packet, client),
          sendRun: ({ buffer, slot }, { offset, length }) => {
            for (let at = offset; at < offset + length; at += slot) {
              // A copy: the socket may hold the bytes beyond this call, and the buffer is filled again.
              socket.send(Buffer.from(buffer.subarray(at, Math.min(at + slot, offset + length))), client);
            }
          },
        },
        {
          heard: () => this.#listener.heard(),
          progressed: bytes => this.#listener.progressed(bytes),
          ended: resolve,
        },
        clock.now(),
      );
      this.#session = session;
      socket.onMessage((bytes, from) => {
        if (from.address === client.address && from.port === client.port) {
          session.receive(bytes, bytes.length, clock.now());
          this.#arm(session);
        } else socket.send(FOREIGN, from);
      });
      socket.onError(error => session.fail(errorText(error)));
      if (this.#stopped) session.stop(this.#stopped.text);
      this.#arm(session);
    });
  }

  /** One timer that is left running while deadlines only move away: most packets need none of their own. */
  #arm(session: Session): void {
    const { deadline } = session;
    if (deadline === Number.POSITIVE_INFINITY) return;
    if (this.#timer && this.#timer.at <= deadline) return;
    this.#timer?.cancel();
    const { clock } = this.#options;
    const cancel = clock.after(Math.max(1, Math.ceil(deadline - clock.now())), () => {
      this.#timer = undefined;
      session.tick(clock.now());
      this.#arm(session);
    });
    this.#timer = { at: deadline, cancel };
  }
}
