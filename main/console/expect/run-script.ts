/** Runs a script on a session: follows its bytes, sends what the script says, and alone writes meanwhile. */
import type { Clock } from '../../host/host.ts';
import { drive } from '../drive.ts';
import type { Session } from '../session.ts';
import { type ExpectEffect, type ExpectReport, ExpectRun } from './run.ts';
import type { Script } from './script.ts';

export interface RunScriptOptions {
  readonly clock: Clock;
  readonly values?: Readonly<Record<string, string>>;
  /** Bytes that are sent before the first step; what was printed before them does not count. */
  readonly first?: Uint8Array;
  /** Stops it, as a person would. */
  readonly signal?: AbortSignal;
}

/** Output that may already hold the prompt that is waited for, bytes. */
const SEEN = 512;

/**
 * Resolves with what happened, however it ended; a link that is lost and comes back does not end it. Throws BenchError
 * CONSOLE_CLAIMED, with nothing sent.
 */
export async function runScript(session: Session, script: Script, options: RunScriptOptions): Promise<ExpectReport> {
  const { clock, values, first, signal } = options;
  const machine = new ExpectRun(script, values);
  const start = (now: number): ExpectEffect[] => {
    const from = Math.max(0, session.counters.received - SEEN);
    if (first) return [{ do: 'send', bytes: first }, ...machine.start(now)];
    return machine.start(now, session.snapshot(from).bytes);
  };
  const { report } = await drive<ExpectEffect>({
    session,
    clock,
    machine,
    start,
    by: `the script ${script.name}`,
    signal,
  });
  return report;
}
