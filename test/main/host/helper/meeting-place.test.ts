import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type MeetingPlace,
  makeMeetingPlace,
  socketPath,
  takeTokens,
} from '../../../../main/host/helper/meeting-place.ts';
import { writeTokens } from '../../../../main/host/helper/messages.ts';

const uid = process.getuid!();

function place(): MeetingPlace {
  const parent = mkdtempSync(join(tmpdir(), 'benchboot-meeting-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  return makeMeetingPlace(parent);
}

describe('the place to meet', () => {
  it('is for its user alone, gives its tokens once, and is removed', () => {
    const { folder, tokens, remove } = place();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(takeTokens(folder, uid)).toEqual(tokens);
    expect(() => takeTokens(folder, uid)).toThrow('ENOENT');
    remove();
    expect(existsSync(folder)).toBe(false);
  });

  it('has other tokens each time', () => {
    const [one, two] = [place().tokens, place().tokens];
    expect(new Set([one.helper, one.engine, two.helper, two.engine]).size).toBe(4);
  });

  it.each<readonly [string, (folder: string) => void, RegExp]>([
    ['is open to others', folder => chmodSync(folder, 0o710), /not a folder of user \d+ alone/],
    [
      'is a link',
      folder => {
        renameSync(folder, `${folder}-real`);
        symlinkSync(`${folder}-real`, folder);
      },
      /not a folder of user/,
    ],
    [
      'has tokens that are a link',
      folder => {
        renameSync(join(folder, 'tokens'), join(folder, 'real'));
        symlinkSync(join(folder, 'real'), join(folder, 'tokens'));
      },
      /ELOOP/,
    ],
    [
      'has tokens that are a pipe',
      folder => {
        rmSync(join(folder, 'tokens'));
        execFileSync('mkfifo', [join(folder, 'tokens')]);
      },
      /is not a file/,
    ],
    [
      'has tokens that are a folder',
      folder => {
        rmSync(join(folder, 'tokens'));
        mkdirSync(join(folder, 'tokens'));
      },
      /is not a file/,
    ],
    ['has tokens that are none', folder => writeFileSync(join(folder, 'tokens'), 'x'.repeat(1000)), /holds no tokens/],
    [
      'has too many tokens',
      folder => {
        const pair = writeTokens({ helper: 'a1'.repeat(32), engine: 'b2'.repeat(32) });
        writeFileSync(join(folder, 'tokens'), pair + pair);
      },
      /holds no tokens/,
    ],
  ])('is refused when it %s', (_what, spoil, message) => {
    const { folder } = place();
    spoil(folder);
    expect(() => takeTokens(folder, uid)).toThrow(message);
  });

  it("is refused when it is another user's", () => {
    expect(() => takeTokens(place().folder, uid + 1)).toThrow('is not a folder of user');
  });

  it('has its socket inside, but on Windows beside all folders', () => {
    expect(socketPath('/run/user/1000/benchboot-a1', 'linux')).toBe('/run/user/1000/benchboot-a1/helper');
    expect(socketPath('C:/Temp/benchboot-a1', 'win32')).toBe('\\\\.\\pipe\\benchboot-a1');
  });
});
