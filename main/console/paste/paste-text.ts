/** Pastes a text into a session at the pace of its other end. */
import type { Clock } from '../../host/host.ts';
import { drive } from '../drive.ts';
import type { Session } from '../session.ts';
import { Paste, type PasteEffect, type PasteOptions, type PasteReport } from './paste.ts';

export interface PasteTextOptions extends PasteOptions {
  readonly clock: Clock;
  /** Called as lines are entered. */
  readonly progress?: (progress: { readonly lines: number; readonly of: number; readonly bytes: number }) => void;
  readonly signal?: AbortSignal;
}

/** Resolves with what was entered, also when it stopped on the way. Throws BenchError CONSOLE_CLAIMED, with nothing sent. */
export async function pasteText(session: Session, text: string, options: PasteTextOptions): Promise<PasteReport> {
  const { clock, progress, signal, ...paces } = options;
  const paste = new Paste(text, paces);
  let told = 0;
  const telling = (effects: PasteEffect[]): PasteEffect[] => {
    if (paste.progress.lines !== told) progress?.(paste.progress);
    told = paste.progress.lines;
    return effects;
  };
  const machine = {
    get deadline() {
      return paste.deadline;
    },
    push: (bytes: Uint8Array, now: number) => telling(paste.push(bytes, now)),
    tick: (now: number) => telling(paste.tick(now)),
    stop: (why: string, now: number) => paste.stop(why, now),
  };
  const { report } = await drive<PasteEffect>({
    session,
    clock,
    machine,
    start: now => paste.start(now),
    by: 'a paste',
    endsWithLink: true,
    signal,
  });
  return report;
}
