/** The channel of systems that cannot pass descriptors, over a real socket. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Channel } from '../../../../main/host/helper/channel.ts';
import { MAX_LINE } from '../../../../main/host/helper/lines.ts';
import { connectStream, listenStream } from '../../../../main/host/helper/stream-channel.ts';

async function meeting() {
  const folder = mkdtempSync(join(tmpdir(), 'benchboot-stream-'));
  const path = join(folder, 'helper');
  const open = await listenStream(path);
  onTestFinished(() => {
    open.close();
    rmSync(folder, { recursive: true });
  });
  return { path, came: new Promise<Channel>(resolve => open.onCandidate(resolve)) };
}

const line = (channel: Channel) => new Promise<string | undefined>(resolve => channel.onLine(resolve));
const end = (channel: Channel) => new Promise<void>(resolve => channel.onEnd(resolve));

describe('a stream channel', () => {
  it('carries messages both ways, and tells of its end on both sides', async () => {
    const { path, came } = await meeting();
    const helper = await connectStream(path);
    const engine = await came;
    helper.send({ from: 'helper' });
    expect(await line(engine)).toBe('{"from":"helper"}');
    engine.send({ from: 'engine' });
    expect(await line(helper)).toBe('{"from":"engine"}');
    const ends = Promise.all([end(helper), end(engine)]);
    engine.close();
    await ends;
    helper.send({ too: 'late' });
  });

  it('passes no descriptors', async () => {
    const { path } = await meeting();
    const helper = await connectStream(path);
    expect([helper.take(0), helper.take(1)]).toEqual([[], undefined]);
    helper.close();
  });

  it('is as bounded as every other', async () => {
    const { path, came } = await meeting();
    const socket = connect(path, () => socket.end(`${'x'.repeat(10 * MAX_LINE)}\n`));
    expect(await line(await came)).toBeUndefined();
  });

  it('is refused where nobody listens', async () => {
    await expect(connectStream(join(tmpdir(), 'benchboot-nobody-here'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
