/**
 * Serves the contract over one channel: checks what comes in, answers calls, and sends what changed at the pace at which
 * the window can show it. Nothing that a window sends can do more than fail its own call or close its own channel.
 */
import * as v from 'valibot';
import { CALLS, type Caller, type CallName, type Handlers } from '../contract/calls.ts';
import { type ErrorView, errorView } from '../contract/error-view.ts';
import type { Channel } from './channel.ts';
import { failed, LONGEST_TEXT, readToEngine, type ToWindow } from './message.ts';
import { OutgoingStreams } from './stream.ts';
import type { ViewFeed } from './view-feed.ts';

export interface ServeParts {
  readonly channel: Channel;
  readonly handlers: Handlers;
  readonly feed: ViewFeed;
  /** Runs `work` once after `ms`; returns cancel. */
  readonly after: (ms: number, work: () => void) => () => void;
}

/** About the rate at which a person can follow; the window itself slows it down further by when it says `seen`. */
const BATCH_MS = 40;
/** A window that has so many calls open is broken. */
const MOST_OPEN_CALLS = 256;
const MOST_BAD_MESSAGES = 20;

export function serve({ channel, handlers, feed, after }: ServeParts): void {
  const gone = new Set<() => void>();
  const streams = new OutgoingStreams(message => send(message));
  const caller: Caller = {
    onGone: release => void gone.add(release),
    stream: () => streams.open(),
  };
  let openCalls = 0;
  let badMessages = 0;

  const send = (message: ToWindow): void => channel.send(JSON.stringify(message));

  /* Views */
  let cancel: (() => void) | undefined;
  let unseen: number | undefined;
  const follower = feed.follow(() => {
    if (unseen === undefined) cancel ??= after(BATCH_MS, flush);
  });
  function flush(): void {
    cancel = undefined;
    const message = follower.take();
    if (!message) return;
    unseen = message.n;
    send(message);
  }

  /* Calls */
  async function answer(id: number, name: string, args: unknown): Promise<ToWindow> {
    if (!Object.hasOwn(CALLS, name)) return failed(id, badCall(`There is no call "${name.slice(0, 64)}".`));
    const call = name as CallName;
    const checked = v.safeParse(CALLS[call].args, args ?? {});
    if (!checked.success) {
      const [issue] = checked.issues;
      return failed(id, badCall(`${call}: ${v.getDotPath(issue) ?? 'the arguments'}: ${issue.message}`));
    }
    try {
      // The schema of this very call has just been checked.
      const handler = handlers[call] as (args: unknown, caller: Caller) => unknown;
      return { kind: 'result', id, result: await handler(checked.output, caller) };
    } catch (error) {
      return failed(id, errorView(error));
    }
  }

  function bad(): void {
    badMessages += 1;
    if (badMessages >= MOST_BAD_MESSAGES) channel.close();
  }

  channel.onClose(() => {
    cancel?.();
    follower.close();
    streams.close();
    for (const release of gone) release();
    gone.clear();
  });
  channel.onText(text => {
    const message = text.length <= LONGEST_TEXT ? readToEngine(text) : undefined;
    if (!message) {
      bad();
      return;
    }
    switch (message.kind) {
      case 'call': {
        if (openCalls >= MOST_OPEN_CALLS) {
          send(failed(message.id, badCall('Too many calls are open at once.')));
          break;
        }
        openCalls += 1;
        void answer(message.id, message.call, message.args).then(reply => {
          openCalls -= 1;
          send(reply);
        });
        break;
      }
      case 'seen':
        if (message.n === unseen) {
          unseen = undefined;
          cancel ??= after(BATCH_MS, flush);
        }
        break;
      case 'resync':
        unseen = undefined;
        follower.restart();
        break;
      case 'taken':
        streams.taken(message.stream, message.octets);
        break;
    }
  });
  flush();
}

const badCall = (message: string): ErrorView => ({ code: 'BAD_CALL', message });
