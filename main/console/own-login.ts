/** What this laptop's user logs in with by SSH without being asked: the agent, and private keys. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { BenchError } from '../errors.ts';
import type { SshLogin } from './links/ssh.ts';

const USUAL_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/**
 * The agent and the keys that were named, or else the usual ones of `~/.ssh` that need no passphrase. Throws BenchError
 * FILE_UNREADABLE for a named key that cannot be used.
 */
export async function ownLogin(named: readonly string[] = []): Promise<SshLogin> {
  const usual = USUAL_KEYS.map(name => join(homedir(), '.ssh', name)).filter(existsSync);
  // Loaded with the first connection: no other command needs it.
  const { default: ssh2 } = await import('ssh2');
  const keys = (named.length > 0 ? named : usual).flatMap(path => {
    const isNamed = named.includes(path);
    const key = readKey(path, isNamed);
    const isBroken = key === undefined || ssh2.utils.parseKey(key) instanceof Error;
    if (isBroken && isNamed)
      throw new BenchError('FILE_UNREADABLE', {
        path,
        reason: 'it is no private key, or has a passphrase; load it into ssh-agent',
      });
    return isBroken ? [] : [key];
  });
  const agent = process.env.SSH_AUTH_SOCK;
  return { keys, ...(agent && { agent }) };
}

/** Undefined for one that nobody asked for and that may not be read. */
function readKey(path: string, isNamed: boolean): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (!isNamed) return undefined;
    throw new BenchError('FILE_UNREADABLE', { path, reason: (error as Error).message }, { cause: error });
  }
}
