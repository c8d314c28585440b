/** Sends files by ZMODEM to an `rz` on the other end; zmodem.js speaks the protocol, this feeds it. */
import type { Transfer } from 'zmodem.js';
import type { Clock } from '../../host/host.ts';
import type { Session } from '../session.ts';
import type { OpenFile } from './outgoing.ts';
import type { SendProgress, SendReport } from './send-files.ts';
import { CANCEL } from './xmodem.ts';

interface ZmodemOptions {
  readonly clock: Clock;
  readonly progress?: (progress: SendProgress) => void;
  readonly signal?: AbortSignal;
}

/** Octets read and given to the line at once. */
const PIECE = 8192;
/** Milliseconds: a person has to start the receiver; it fell silent. */
const START = 60_000;
const SILENT = 30_000;

const NO_RECEIVER = 'The receiver did not answer. Start it on the other end first (rz) and try again.';

export async function sendZmodem(
  session: Session,
  files: readonly OpenFile[],
  { clock, progress, signal }: ZmodemOptions,
): Promise<SendReport> {
  const claim = session.claim('a file on its way (ZMODEM)');
  const began = clock.now();
  const sent: string[] = [];
  // Loaded with the first transfer: no other command needs it.
  const { default: Zmodem } = await import('zmodem.js');
  let writing = Promise.resolve();
  let unfollow = (): void => {};
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);

  let timer = clock.after(START, () => fail(new Error(NO_RECEIVER)));
  const alive = (): void => {
    timer();
    timer = clock.after(SILENT, () => fail(new Error('The receiver fell silent.')));
  };

  const found = new Promise<import('zmodem.js').SendSession>(resolve => {
    const sentry = new Zmodem.Sentry({
      to_terminal: () => {},
      on_retract: () => {},
      sender: octets => {
        writing = writing.then(() => claim.write(Uint8Array.from(octets)));
        writing.catch(fail);
      },
      on_detect: detection => {
        if (detection.get_session_role() === 'send') resolve(detection.confirm());
        else fail(new Error('The other end sends a file itself (sz); start rz there.'));
      },
    });
    const unread = session.onBytes(bytes => {
      try {
        sentry.consume(bytes);
      } catch (error) {
        fail(new Error(`The receiver ended it: ${(error as Error).message}.`));
      }
    });
    const unwatch = session.onState(state => {
      if (state.phase !== 'open') fail(new Error('The connection was lost in between.'));
    });
    const stop = (): void => fail(new Error('It was stopped.'));
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
    unfollow = () => {
      unread();
      unwatch();
      signal?.removeEventListener('abort', stop);
    };
  });

  const sendAll = async (): Promise<void> => {
    const zmodem = await found;
    alive();
    const offered = files.map(file => file.size);
    for (const [number, file] of files.entries()) {
      const transfer = await zmodem.send_offer({
        name: file.name,
        size: file.size,
        ...(file.modified !== undefined && { mtime: new Date(file.modified * 1000) }),
        files_remaining: files.length - number,
        bytes_remaining: offered.slice(number).reduce((sum, size) => sum + size, 0),
      });
      if (!transfer) throw new Error(`The receiver does not take "${file.name}"; it may have a file of that name.`);
      await sendOne(file, transfer);
      sent.push(file.name);
    }
    await zmodem.close();
  };
  const sendOne = async (file: OpenFile, transfer: Transfer): Promise<void> => {
    for (let at = transfer.get_offset(); at < file.size; ) {
      const piece = await file.read(at, Math.min(PIECE, file.size - at));
      if (piece.length === 0) throw new Error(`"${file.name}" became shorter while it was sent.`);
      transfer.send(piece);
      // The line sets the pace.
      await writing;
      at += piece.length;
      alive();
      progress?.({ file: file.name, bytes: at, of: file.size });
    }
    await transfer.end();
  };

  try {
    await Promise.race([sendAll(), failed]);
    await writing;
    return { ok: true, why: undefined, sent, seconds: (clock.now() - began) / 1000 };
  } catch (error) {
    // Eight CAN end `rz`, whatever it is in the middle of.
    await claim.write(CANCEL).catch(() => undefined);
    return { ok: false, why: (error as Error).message, sent, seconds: (clock.now() - began) / 1000 };
  } finally {
    timer();
    unfollow();
    claim.release();
  }
}
