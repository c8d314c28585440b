/** Starts the helper as administrator and waits until it has shown that it is ours. */
import { BenchError } from '../../errors.ts';
import { hasKnownStructures } from '../node/linux-structures.ts';
import type { Channel, Meeting } from './channel.ts';
import { scriptCommand } from './elevation.ts';
import { makeMeetingPlace, socketPath } from './meeting-place.ts';
import { greet, isGreeting, type Tokens } from './messages.ts';
import { listenStream } from './stream-channel.ts';
import type { Elevate } from './system-elevation.ts';

export interface HelperStart {
  /** The script of the helper. */
  readonly helperEntry: string;
  readonly elevate: Elevate;
}

/** The person or the system did not let it start; `message` is the end of a sentence. */
export class Refused extends Error {}

/** The user that the helper runs as. */
const ROOT = 0;

/** Throws Refused, or BenchError HELPER_FAILED. */
export async function startHelper({ helperEntry, elevate }: HelperStart): Promise<Channel> {
  const place = makeMeetingPlace();
  let meeting: Meeting | undefined;
  try {
    meeting = await listen(socketPath(place.folder));
    const ours = greeted(meeting, place.tokens);
    const { platform, execPath: program, versions, pid } = process;
    const user = process.getuid?.() ?? '-';
    const script = [helperEntry, place.folder, String(user), String(pid)] as const;
    const ended = elevate(scriptCommand({ platform, program, electron: versions.electron !== undefined }, script));
    const first = await Promise.race([ours, ended]);
    if ('send' in first) return first;
    if (first.refused !== undefined) throw new Refused(first.refused);
    throw new BenchError('HELPER_FAILED', { reason: lastLine(first.output) ?? 'it ended before it was ready' });
  } finally {
    meeting?.close();
    place.remove();
  }
}

async function listen(path: string): Promise<Meeting> {
  if (!hasKnownStructures()) return listenStream(path);
  return (await import('./descriptor-channel.linux.ts')).listenForUser(path, ROOT);
}

/** The first who shows the helper's token; others are shown out. */
function greeted(meeting: Meeting, tokens: Tokens): Promise<Channel> {
  return new Promise(resolve => {
    meeting.onCandidate(channel => {
      channel.onLine(line => {
        if (!isGreeting(line, tokens.helper)) {
          channel.close();
          return;
        }
        channel.send(greet(tokens.engine));
        resolve(channel);
      });
    });
  });
}

function lastLine(output: string): string | undefined {
  return (
    output
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^benchboot helper: /, '')
      .trim() || undefined
  );
}
