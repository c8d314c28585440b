/** The helper's life: carries out what the conversation decides, over one channel, until the engine is gone. */
import type { Nics } from '../host.ts';
import type { Channel } from './channel.ts';
import { BEGINNING, type Change, converse, type Effect, type Input } from './conversation.ts';
import { greet, type Request, sentErrorOf, type Tokens } from './messages.ts';
import { closeAll, type Done, undoChange } from './operations.ts';

export interface ServeParts {
  readonly channel: Channel;
  readonly tokens: Tokens;
  readonly perform: (request: Request) => Promise<Done>;
  /** For undoing. */
  readonly nics: Nics;
}

export interface Service {
  /** Everything is undone and nothing is left to do. Holds a sentence for whatever went wrong. */
  readonly ended: Promise<readonly string[]>;
  /** Ends it as if the engine had gone. */
  end(): void;
}

/** Greets the engine, then serves it. */
export function serveEngine({ channel, tokens, perform, nics }: ServeParts): Service {
  let state = BEGINNING;
  let finish: (failures: readonly string[]) => void = () => {};
  const ended = new Promise<readonly string[]>(resolve => {
    finish = resolve;
  });

  const take = (input: Input): void => {
    const [next, effects] = converse(state, input, tokens.engine);
    state = next;
    for (const effect of effects) act(effect);
  };
  const act = (effect: Effect): void => {
    switch (effect.do) {
      case 'send':
        channel.send(effect.answer);
        break;
      case 'run':
        void run(effect.request);
        break;
      case 'leave':
        channel.close();
        if (effect.stranger) finish(['whoever listens there does not know the token']);
        else void undoAll(effect.undo, nics).then(finish);
    }
  };
  const run = async (request: Request): Promise<void> => {
    const { id } = request;
    const done = await perform(request).catch((error: unknown) => ({ error: sentErrorOf(error) }));
    if ('error' in done) {
      channel.send({ id, error: done.error });
      take({ is: 'finished' });
      return;
    }
    const { value, descriptors = [], changed } = done;
    channel.send({ id, value, descriptors: descriptors.length }, descriptors);
    closeAll(descriptors);
    take({ is: 'finished', index: changed });
  };

  channel.onLine(text => take({ is: 'line', text }));
  channel.onEnd(() => take({ is: 'gone' }));
  channel.send(greet(tokens.helper));
  return { ended, end: () => take({ is: 'gone' }) };
}

async function undoAll(changes: readonly Change[], nics: Nics): Promise<string[]> {
  const failures: string[] = [];
  for (const change of changes) {
    try {
      await undoChange(change, nics);
    } catch (error) {
      failures.push(`a change to ${change.nic} could not be undone: ${error instanceof Error ? error.message : error}`);
    }
  }
  return failures;
}
