/** Sends files over a session to a receiver that was started on the other end: rx, rb, rz, loadx, loady. */
import type { Clock } from '../../host/host.ts';
import { drive } from '../drive.ts';
import type { Session } from '../session.ts';
import { openFiles } from './outgoing.ts';
import { type Ending, type SendEffect, SendMachine } from './send-machine.ts';
import { type BlockSize, encodeBlock } from './xmodem.ts';
import { sendZmodem } from './zmodem.ts';

export interface SendFilesOptions {
  /** XMODEM has neither names nor sizes, so it takes one file and may add bytes at its end. */
  readonly protocol: 'xmodem' | 'ymodem' | 'zmodem';
  readonly paths: readonly string[];
  readonly clock: Clock;
  /** Octets of a full XMODEM or YMODEM block; default 128 for XMODEM, which every receiver takes, 1024 for YMODEM. */
  readonly blocks?: BlockSize;
  readonly progress?: (progress: SendProgress) => void;
  readonly signal?: AbortSignal;
}

export interface SendProgress {
  /** Name of the file on its way. */
  readonly file: string;
  /** Octets of it that have arrived. */
  readonly bytes: number;
  readonly of: number;
}

export interface SendReport {
  readonly ok: boolean;
  /** Why not, as a sentence. */
  readonly why: string | undefined;
  /** Names of the files that arrived whole. */
  readonly sent: readonly string[];
  readonly seconds: number;
}

const WHY: Readonly<Record<Exclude<Ending, { ok: true }>['why'], string>> = {
  silent: 'The receiver did not answer. Start it on the other end first (rx, rb, loadx, loady) and try again.',
  cancelled: 'The receiver cancelled the transfer.',
  refused: 'The receiver refused the same block again and again: the line loses bytes, or it expects another protocol.',
  stopped: 'It was stopped.',
};

/**
 * Resolves with what arrived, also when it stopped on the way. Throws BenchError FILE_UNREADABLE, or CONSOLE_CLAIMED, with
 * nothing sent.
 */
export async function sendFiles(session: Session, options: SendFilesOptions): Promise<SendReport> {
  const opened = await openFiles(options.protocol === 'xmodem' ? options.paths.slice(0, 1) : options.paths);
  try {
    return await (options.protocol === 'zmodem'
      ? sendZmodem(session, opened.files, options)
      : sendBlocks(session, opened.files, options.protocol, options));
  } finally {
    await opened.close();
  }
}

async function sendBlocks(
  session: Session,
  files: Awaited<ReturnType<typeof openFiles>>['files'],
  protocol: 'xmodem' | 'ymodem',
  { clock, blocks = protocol === 'ymodem' ? 1024 : 128, progress, signal }: SendFilesOptions,
): Promise<SendReport> {
  const began = clock.now();
  const sender = new SendMachine(protocol, files, blocks, began);
  let stopped: string | undefined;
  const told = (effects: SendEffect[]): SendEffect[] => {
    const { file, bytes } = sender.progress;
    const current = files[file];
    if (current) progress?.({ file: current.name, bytes, of: current.size });
    return effects;
  };
  const machine = {
    get deadline() {
      return sender.deadline;
    },
    push: (bytes: Uint8Array, now: number) => told(sender.push(bytes, now)),
    tick: (now: number) => sender.tick(now),
    stop: (why: string) => {
      stopped = why;
      return sender.stop();
    },
  };
  const { ending } = await drive<SendEffect>({
    session,
    clock,
    machine,
    start: () => [],
    by: `a file on its way (${protocol.toUpperCase()})`,
    async perform({ file, from, length, number, size, crc }, write) {
      const data = await files[file]!.read(from, length);
      if (data.length < length) return machine.stop(`"${files[file]!.name}" became shorter while it was sent.`);
      await write(encodeBlock(number, data, size, crc));
      return [];
    },
    endsWithLink: true,
    signal,
  });
  const seconds = (clock.now() - began) / 1000;
  const arrived = ending.ok ? files.length : protocol === 'ymodem' ? sender.progress.file : 0;
  const why = ending.ok ? undefined : ending.why === 'stopped' ? (stopped ?? WHY.stopped) : WHY[ending.why];
  return { ok: ending.ok, why, sent: files.slice(0, arrived).map(file => file.name), seconds };
}
