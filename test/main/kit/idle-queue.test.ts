import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { IdleQueue } from '../../../main/kit/idle-queue.ts';

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await turn();
};

describe('IdleQueue', () => {
  it('does nothing while more comes in with every turn', async () => {
    const done: number[] = [];
    const queue = new IdleQueue<number>(item => done.push(item), { longestMs: 60_000 });
    for (let i = 0; i < 20; i++) {
      queue.push(i);
      await turn();
    }
    expect(done).toEqual([]);
    await turns(3);
    expect(done).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('lets nothing wait longer than it may, however busy it is', async () => {
    const done: number[] = [];
    const queue = new IdleQueue<number>(item => done.push(item), { longestMs: 0 });
    queue.push(1);
    await turn();
    queue.push(2);
    expect(done).toEqual([1]);
    queue.flush();
  });

  it('holds no more than it may', async () => {
    const done: number[] = [];
    const queue = new IdleQueue<number>(item => done.push(item), { most: 10, longestMs: 60_000 });
    for (let i = 0; i < 12; i++) queue.push(i);
    await turn();
    expect(done.length).toBeGreaterThan(0);
    queue.flush();
    expect(done).toHaveLength(12);
  });

  it('keeps the order across portions, and a flush in between', async () => {
    const done: number[] = [];
    const queue = new IdleQueue<number>(item => done.push(item));
    for (let i = 0; i < 100; i++) queue.push(i);
    await turns(3);
    queue.flush();
    queue.push(100);
    await turns(3);
    expect(done).toEqual(Array.from({ length: 101 }, (_, i) => i));
  });
});
