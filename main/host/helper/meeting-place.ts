/**
 * Where the engine and its helper meet: a folder of the engine's user that nobody else enters, with the socket and the
 * one-time tokens. The engine listens and the helper comes: so a process with rights never waits for strangers, only ever
 * has the one connection it made itself, and looks at who made the folder and who listens there before it says a word.
 */
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseTokens, type Tokens, writeTokens } from './messages.ts';

export interface MeetingPlace {
  readonly folder: string;
  readonly tokens: Tokens;
  remove(): void;
}

const TOKENS = 'tokens';

/** Made new for each start. Throws a system error. */
export function makeMeetingPlace(parent = temporaryFolder()): MeetingPlace {
  // mkdtemp(3): for the owner alone.
  const folder = mkdtempSync(join(parent, 'benchboot-'));
  const tokens: Tokens = { helper: randomBytes(32).toString('hex'), engine: randomBytes(32).toString('hex') };
  writeFileSync(join(folder, TOKENS), writeTokens(tokens), { mode: 0o600, flag: 'wx' });
  return { folder, tokens, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The user's own folder for what ends with the session, where there is one; after `su` it is somebody else's. */
function temporaryFolder(): string {
  const { XDG_RUNTIME_DIR } = process.env;
  try {
    if (XDG_RUNTIME_DIR) accessSync(XDG_RUNTIME_DIR, constants.W_OK);
    return XDG_RUNTIME_DIR || tmpdir();
  } catch {
    return tmpdir();
  }
}

/** The socket in that folder; Windows has a name space of its own for them. */
export const socketPath = (folder: string, platform: NodeJS.Platform = process.platform): string =>
  platform === 'win32' ? `\\\\.\\pipe\\${basename(folder)}` : join(folder, 'helper');

/**
 * Takes the tokens out of a folder that must belong to `uid` alone, through no link: the folder's path came from a user,
 * and what reads here has rights. They are there once. Throws when anything is not as it should be.
 */
export function takeTokens(folder: string, uid: number | undefined): Tokens {
  if (uid !== undefined) {
    const stats = lstatSync(folder);
    if (!stats.isDirectory() || stats.uid !== uid || (stats.mode & 0o077) !== 0)
      throw new Error(`${folder} is not a folder of user ${uid} alone`);
  }
  const path = join(folder, TOKENS);
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile() || (uid !== undefined && stats.uid !== uid))
      throw new Error(`${path} is not a file of user ${uid}`);
    const bytes = Buffer.alloc(256);
    const tokens = parseTokens(bytes.toString('latin1', 0, readSync(fd, bytes)));
    if (!tokens) throw new Error(`${path} holds no tokens`);
    unlinkSync(path);
    return tokens;
  } finally {
    closeSync(fd);
  }
}
