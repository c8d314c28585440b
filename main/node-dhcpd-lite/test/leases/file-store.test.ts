import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Lease, type LeaseFileOptions, openLeaseFile } from '../../src/index.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leases-'));
  path = join(folder, 'leases');
});
afterEach(() => rm(folder, { recursive: true }));

const lease = (n: number, facts: Partial<Lease> = {}): Lease => ({
  ip: `10.32.${n >> 8}.${n & 255}`,
  state: 'bound',
  key: `mac-${n}`,
  mac: `mac-${n}`,
  clientId: undefined,
  hostname: undefined,
  expires: 1000 + n,
  acks: 1,
  sticky: false,
  ...facts,
});

function store(options: Partial<LeaseFileOptions> = {}) {
  return openLeaseFile(path, {
    onError: error => {
      throw error;
    },
    ...options,
  });
}

async function reread(): Promise<readonly Lease[]> {
  const reader = store();
  const leases = await reader.load();
  await reader.close();
  return leases;
}

/** File calls that fail with a full disk while `full`; a write then leaves half of its text behind. */
function disk() {
  const state = { full: false, writes: 0 };
  const enospc = () => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  const files: NonNullable<LeaseFileOptions['files']> = {
    readFile,
    rename,
    rm,
    async open(name, flags) {
      const handle = await open(name, flags);
      return {
        async appendFile(text) {
          state.writes++;
          if (!state.full) return handle.appendFile(text);
          await handle.appendFile(String(text).slice(0, String(text).length / 2));
          throw enospc();
        },
        datasync: () => handle.datasync(),
        close: () => handle.close(),
      };
    },
  };
  return { state, files };
}

/** Timers that fire when the test says so. */
function handTimers() {
  const waiting: (() => void)[] = [];
  return {
    after: (_: number, work: () => void) => void waiting.push(work),
    get pending() {
      return waiting.length;
    },
    fire() {
      for (const work of waiting.splice(0)) work();
    },
  };
}

describe('a lease file', () => {
  it('that does not exist is empty', async () => {
    expect(await reread()).toEqual([]);
  });

  it('gives back what was saved last for each address', async () => {
    const first = store();
    await first.load();
    first.save(lease(1));
    first.save(lease(2, { hostname: 'pi\n"x"', clientId: '01aa', sticky: true, state: 'released' }));
    first.save(lease(1, { acks: 2 }));
    await first.close();
    expect(await reread()).toEqual([
      lease(1, { acks: 2 }),
      lease(2, { hostname: 'pi\n"x"', clientId: '01aa', sticky: true, state: 'released' }),
    ]);
  });

  it('forgets what was forgotten', async () => {
    const first = store();
    await first.load();
    first.save(lease(1));
    first.save(lease(2));
    await first.close();
    const second = store();
    await second.load();
    second.forget(lease(1).ip);
    second.forget('10.99.0.1');
    await second.close();
    expect(await reread()).toEqual([lease(2)]);
  });

  it('is rewritten when most of it is history', async () => {
    const timers = handTimers();
    const writer = store({ after: timers.after });
    await writer.load();
    for (let round = 0; round < 1200; round++) {
      writer.save(lease(round % 2, { acks: round }));
      timers.fire();
    }
    await writer.close();
    const again = store();
    await again.load();
    for (let n = 0; n < 1100; n++) again.save(lease(n));
    await again.close();
    expect((await readFile(path, 'utf8')).split('\n').length).toBeLessThan(1200);
    expect(await reread()).toHaveLength(1100);
    expect(await readdir(folder)).toEqual(['leases']);
  });

  it('rejects loading when it is a folder', async () => {
    const reader = openLeaseFile(folder, { onError: () => undefined });
    await expect(reader.load()).rejects.toMatchObject({ code: 'EISDIR' });
  });
});

describe('a damaged lease file', () => {
  const good = `${JSON.stringify(lease(1))}\n`;
  const cases: Record<string, string> = {
    'a torn last line': good + JSON.stringify(lease(2)).slice(0, 40),
    'a torn line in the middle': `${JSON.stringify(lease(2)).slice(0, 40)}\n${good}`,
    'zeros that a crash left': `${good}${'\0'.repeat(100)}`,
    'lines of something else': `null\n[]\n"x"\n{"ip":1}\n{"ip":"10.0.0.1","state":"bound"}\n${good}`,
    'an unknown state': `${JSON.stringify({ ...lease(2), state: 'dreaming' })}\n${good}`,
  };
  it.each(Object.entries(cases))('gives what is whole: %s', async (_, text) => {
    await writeFile(path, text);
    expect(await reread()).toEqual([lease(1)]);
  });

  it('takes new lines behind a torn one', async () => {
    await writeFile(path, good + JSON.stringify(lease(2)).slice(0, 40));
    const writer = store();
    await writer.load();
    writer.save(lease(3));
    await writer.close();
    expect(await reread()).toEqual([lease(1), lease(3)]);
  });

  it('every cut of a journal loads without its last line at most', async () => {
    const whole = [1, 2, 3].map(n => `${JSON.stringify(lease(n))}\n`).join('');
    for (let length = 0; length <= whole.length; length += 7) {
      await writeFile(path, whole.slice(0, length));
      const complete = whole.slice(0, length).split('\n').length - 1;
      expect((await reread()).length).toBeGreaterThanOrEqual(complete);
    }
  });
});

describe('a full disk', () => {
  it('is told once, loses nothing, and is caught up with when there is room again', async () => {
    const { state, files } = disk();
    const timers = handTimers();
    const errors: Error[] = [];
    const writer = store({ files, after: timers.after, onError: error => errors.push(error) });
    await writer.load();
    const saveAndWait = async (n: number) => {
      const before = state.writes;
      writer.save(lease(n));
      await expect.poll(() => timers.pending).toBe(1);
      timers.fire();
      await expect.poll(() => state.writes).toBeGreaterThan(before);
    };
    await saveAndWait(1);
    state.full = true;
    for (const n of [2, 3, 4]) await saveAndWait(n);
    expect(errors.map(error => error.message)).toEqual(['ENOSPC: no space left on device']);
    expect((await reread())[0]).toEqual(lease(1));
    state.full = false;
    await saveAndWait(5);
    await writer.close();
    expect(new Set((await reread()).map(({ ip }) => ip))).toEqual(new Set([1, 2, 3, 4, 5].map(n => lease(n).ip)));
    expect(errors).toHaveLength(1);
  });

  it('in the middle of a rewrite leaves the old file as it was', async () => {
    const { state, files } = disk();
    await writeFile(path, Array.from({ length: 3000 }, (_, n) => `${JSON.stringify(lease(n % 3))}\n`).join(''));
    const before = await readFile(path, 'utf8');
    const errors: Error[] = [];
    const writer = store({ files, onError: error => errors.push(error) });
    await writer.load();
    state.full = true;
    writer.save(lease(9));
    await writer.close();
    expect(errors).toHaveLength(1);
    expect(await readFile(path, 'utf8')).toBe(before);
    expect(await readdir(folder)).toEqual(['leases']);
  });

  it('keeps at most one pending change for each address', async () => {
    const { state, files } = disk();
    state.full = true;
    const writer = store({ files, onError: () => undefined });
    await writer.load();
    for (let n = 0; n < 10_000; n++) writer.save(lease(n % 5, { acks: n }));
    state.full = false;
    await writer.close();
    expect((await readFile(path, 'utf8')).trim().split('\n')).toHaveLength(5);
  });
});

describe('kill -9', () => {
  it('in mid-write leaves a file that loads, and nothing that was on it before is lost', {
    timeout: 60_000,
  }, async () => {
    await writeFile(path, `${JSON.stringify(lease(600))}\n`);
    const program = fileURLToPath(new URL('../kit/lease-writer.ts', import.meta.url));
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, ['--experimental-strip-types', program, path, '50'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const grown = async () => (await stat(path)).size;
      const start = await grown();
      await once(child.stdout, 'data');
      await expect.poll(grown, { timeout: 20_000 }).not.toBe(start);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const leases = await reread();
      expect(leases.find(({ ip }) => ip === lease(600).ip)).toEqual(lease(600));
      expect(leases.length).toBeGreaterThan(20);
      await appendFile(path, '{"torn');
    }
  });
});
