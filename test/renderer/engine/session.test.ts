/** One window against the real rpc layer: views come, calls go, the line breaks and comes back, another engine takes over. */
import { afterEach, expect, it, vi } from 'vitest';
import type { Handlers } from '../../../main/contract/calls.ts';
import { VIEW_KINDS } from '../../../main/contract/views.ts';
import type { Channel } from '../../../main/rpc/channel.ts';
import { memoryChannels } from '../../../main/rpc/memory-channel.ts';
import { serve } from '../../../main/rpc/serve.ts';
import { type Sources, ViewFeed } from '../../../main/rpc/view-feed.ts';
import type { Link, LinkEvents } from '../../../renderer/engine/link.ts';
import { Session } from '../../../renderer/engine/session.ts';

const EMPTY = { value: () => undefined, table: { keys: () => [], get: () => undefined }, log: { since: () => [] } };

/** An engine that calls itself `version`, and the link that leads to it. */
function world() {
  let version = 'first';
  let events: LinkEvents | undefined;
  let far: Channel | undefined;
  let opened = 0;
  const sources = {
    ...Object.fromEntries(Object.entries(VIEW_KINDS).map(([name, kind]) => [name, EMPTY[kind]])),
    engine: () => ({ version }),
  } as unknown as Sources;
  const feed = new ViewFeed(sources);
  const link: Link = {
    facts: { kind: 'browser', platform: 'test' },
    restartEngine: () => {},
    open(given) {
      opened += 1;
      events = given;
      const [engineEnd, windowEnd] = memoryChannels();
      far = engineEnd;
      const handlers = { 'bench.stop': () => {}, 'bench.resume': () => new Promise(() => {}) } as unknown as Handlers;
      serve({
        channel: engineEnd,
        handlers,
        feed,
        after: (ms, work) => {
          const timer = setTimeout(work, ms);
          return () => clearTimeout(timer);
        },
      });
      given.onChannel({
        ...windowEnd,
        onClose: listener =>
          windowEnd.onClose(() => {
            listener();
            given.onClosed();
          }),
      });
      return () => windowEnd.close();
    },
  };
  return {
    link,
    feed,
    rename: (name: string) => {
      version = name;
      feed.changed('engine');
    },
    break: () => far!.close(),
    shell: (engine: 'running' | 'gone') => events!.onEngine({ engine, restarts: 1 }),
    opened: () => opened,
  };
}

const until = (holds: () => void) => vi.waitFor(holds, { timeout: 30_000, interval: 5 });
let session: Session | undefined;
afterEach(() => session?.close());

it('shows the views, follows them, and carries calls', async () => {
  const engine = world();
  session = new Session(engine.link, done => done());
  session.open();
  await until(() => expect(session!.store.value('engine')).toEqual({ version: 'first' }));
  expect(session.state.line).toBe('up');
  await session.call('bench.stop', {});
  engine.rename('second');
  await until(() => expect(session!.store.value('engine')).toEqual({ version: 'second' }));
});

it('waits with the next change until the last one is painted', async () => {
  const engine = world();
  const waiting: (() => void)[] = [];
  session = new Session(engine.link, done => void waiting.push(done));
  session.open();
  await until(() => expect(waiting).toHaveLength(1));
  engine.rename('second');
  await session.call('bench.stop', {});
  expect(session.store.value('engine')).toEqual({ version: 'first' });
  waiting.shift()!();
  await until(() => expect(session!.store.value('engine')).toEqual({ version: 'second' }));
});

it('keeps what it had when the line breaks, fails what was under way, and comes back by itself', async () => {
  const engine = world();
  session = new Session(engine.link, done => done());
  session.open();
  await until(() => expect(session!.state.line).toBe('up'));
  const underWay = session.call('bench.resume', {});
  engine.break();
  await expect(underWay).rejects.toMatchObject({ view: { code: 'GONE' } });
  await until(() => expect(session!.state.line).toBe('down'));
  expect(session.store.value('engine')).toEqual({ version: 'first' });
  await expect(session.call('bench.stop', {})).rejects.toMatchObject({ view: { code: 'GONE' } });
  engine.rename('third');
  await until(() => expect(session!.state.line).toBe('up'));
  await until(() => expect(session!.store.value('engine')).toEqual({ version: 'third' }));
  expect(engine.opened()).toBe(2);
});

it('does not open a line that was closed on purpose', async () => {
  const engine = world();
  session = new Session(engine.link, done => done());
  session.open();
  await until(() => expect(session!.state.line).toBe('up'));
  session.close();
  engine.break();
  await new Promise(resolve => setImmediate(resolve));
  expect(engine.opened()).toBe(1);
});

it('tells of an engine that is gone and of the one after it', async () => {
  const engine = world();
  session = new Session(engine.link, done => done());
  const lines: string[] = [];
  session.onState(() => lines.push(`${session!.state.line} ${session!.state.engine.engine}`));
  session.open();
  await until(() => expect(session!.state.line).toBe('up'));
  engine.shell('gone');
  expect(session.state).toMatchObject({ line: 'down', engine: { engine: 'gone' } });
  engine.break();
  engine.shell('running');
  await until(() => expect(session!.state).toMatchObject({ line: 'up', engine: { engine: 'running' } }));
  expect(lines).toContain('down gone');
});
