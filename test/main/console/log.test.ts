import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ConsoleLog } from '../../../main/console/console-log.ts';
import { LogFile } from '../../../main/console/log-file.ts';
import { LogLines } from '../../../main/console/log-lines.ts';
import { MemoryClock } from '../../../main/host/memory/memory-clock.ts';

const AT = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const STAMP = '2026-01-02T03:04:05.006Z ';

function lines(parts: readonly string[]): string {
  const log = new LogLines();
  return Buffer.concat(parts.map(part => log.text(Buffer.from(part), AT))).toString();
}

describe('lines of a text log', () => {
  it.each([
    ['a line each', ['a\r\nb\n'], `${STAMP}a\n${STAMP}b\n`],
    ['a line in portions', ['a', 'b\r', '\nc'], `${STAMP}ab\n${STAMP}c`],
    ['empty lines', ['\r\n\n'], `${STAMP}\n${STAMP}\n`],
    ['two returns before the line feed', ['a\r\r\n'], `${STAMP}a\n`],
    ['a return after the line feed', ['a\n\rb\n\r'], `${STAMP}a\n${STAMP}b\n`],
    ['a progress line keeps its returns', ['1%\r', '2%\r3%\r\n'], `${STAMP}1%\r2%\r3%\n`],
    ['colours stay', ['\x1b[31mred\x1b[m\n'], `${STAMP}\x1b[31mred\x1b[m\n`],
  ])('%s', (_name, parts, text) => {
    expect(lines(parts)).toBe(text);
  });

  it('a line of ours stands alone, and the next byte begins a line', () => {
    const log = new LogLines();
    const text = [
      log.text(Buffer.from('cut'), AT),
      log.note('gone', AT),
      log.text(Buffer.from('back\n'), AT),
      log.note('end', AT),
    ];
    expect(Buffer.concat(text).toString()).toBe(
      `${STAMP}cut\n${STAMP}----- gone -----\n${STAMP}back\n${STAMP}----- end -----\n`,
    );
  });

  it('loses no letter, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ab\n]{0,300}$/), fc.integer({ min: 1, max: 50 }), (text, cut) => {
        const parts = text.match(new RegExp(`[^]{1,${cut}}`, 'g')) ?? [];
        expect(lines(parts).replaceAll(STAMP, '')).toBe(text);
        expect(lines(parts)).toBe(lines([text]));
      }),
    );
  });
});

let folder: string;
let clock: MemoryClock;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'console-log-'));
  clock = new MemoryClock(AT);
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

function logFile(path: string, maxBytes = 1e9, keep = 3) {
  const told: [string | undefined, number][] = [];
  const onTrouble = (reason: string | undefined, lost: number) => void told.push([reason, lost]);
  return { told, file: new LogFile({ path, clock, maxBytes, keep, onTrouble }) };
}

describe('a log file', () => {
  it('gathers what comes for a moment, and writes it in order', async () => {
    const path = join(folder, 'deep/er/x.log');
    const { file } = logFile(path);
    file.append(Buffer.from('a'));
    file.append(Buffer.from('b'));
    expect(clock.pending).toBe(1);
    clock.wind(100);
    await file.flush();
    expect(readFileSync(path, 'utf8')).toBe('ab');
    file.append(Buffer.from('c'));
    await file.close();
    expect(readFileSync(path, 'utf8')).toBe('abc');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('goes on with a file that is there', async () => {
    for (const text of ['one', 'two']) {
      const { file } = logFile(join(folder, 'x'));
      file.append(Buffer.from(text));
      await file.close();
    }
    expect(readFileSync(join(folder, 'x'), 'utf8')).toBe('onetwo');
  });

  it('changes to a fresh file, keeps a few, and loses nothing at the border', async () => {
    const { file } = logFile(join(folder, 'x'), 10, 2);
    for (let i = 0; i < 5; i++) {
      file.append(Buffer.from(`${i}`.repeat(12)));
      await file.flush();
    }
    await file.close();
    const found = readdirSync(folder).map(name => [name, readFileSync(join(folder, name), 'utf8').slice(0, 2)]);
    expect(found).toEqual([
      ['x', '44'],
      ['x.1', '33'],
      ['x.2', '22'],
    ]);
  });

  it.runIf(process.platform === 'linux')(
    'tells of a full disk, keeps the newest, and goes on when there is room',
    async () => {
      const path = join(folder, 'x');
      symlinkSync('/dev/full', path);
      const { file, told } = logFile(path);
      file.append(Buffer.alloc(3_000_000, 'a'));
      await file.flush();
      expect(told).toEqual([['the disk is full', 0]]);
      for (let i = 0; i < 4; i++) file.append(Buffer.alloc(1_000_000, `${i}`));
      expect(file.backlog).toBeLessThan(5e6);
      unlinkSync(path);
      clock.wind(2000);
      await file.flush();
      await file.close();
      expect(told[1]).toEqual([undefined, 3_000_000]);
      const kept = readFileSync(path, 'latin1');
      expect(kept).toBe([0, 1, 2, 3].map(i => `${i}`.repeat(1_000_000)).join(''));
    },
  );
});

describe('the log of a console', () => {
  it('has the bytes as they came, and text that acts on nobody', async () => {
    const text = join(folder, 'c.log');
    const raw = join(folder, 'c.raw');
    const log = new ConsoleLog({ textPath: text, rawPath: raw, clock, tell: () => {} });
    const received = '\x1b[1mU-Boot\x1b[m\r\n\x1b]52;c;aGk=\x07=> ';
    log.append(Buffer.from(received));
    log.note('boot 2 \x1b[2J', AT);
    await log.close();
    expect(readFileSync(raw, 'latin1')).toBe(received);
    expect(readFileSync(text, 'utf8')).toBe(
      `${STAMP}\x1b[1mU-Boot\x1b[m\n${STAMP}=> \n${STAMP}----- boot 2 ·[2J -----\n`,
    );
  });
});
