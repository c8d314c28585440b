/**
 * The host keys that were seen at first use, one line each as OpenSSH writes them (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT):
 * `name type key`, with `[name]:port` for another port than 22.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BenchError, systemCode } from '../errors.ts';

export interface HostKey {
  /** `ssh-ed25519`, … */
  readonly type: string;
  readonly key: Uint8Array;
}

export interface KnownHosts {
  /** The file they are kept in. */
  readonly path: string;
  /** The keys known for that place; throws BenchError FILE_UNREADABLE. */
  find(host: string, port: number): readonly HostKey[];
  /** Remembers a key; throws BenchError FILE_UNWRITABLE. */
  add(host: string, port: number, key: HostKey): void;
}

export function knownHosts(path: string): KnownHosts {
  const read = (): string => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return '';
      // Taken for empty it would pin a stranger's key.
      throw new BenchError('FILE_UNREADABLE', { path, reason: (error as Error).message }, { cause: error });
    }
  };
  return {
    path,
    find: (host, port) => parseKnownHosts(read()).flatMap(line => (line.name === hostName(host, port) ? [line] : [])),
    add(host, port, { type, key }) {
      try {
        mkdirSync(dirname(path), { recursive: true });
        const line = `${hostName(host, port)} ${type} ${Buffer.from(key).toString('base64')}\n`;
        appendFileSync(path, line, { mode: 0o600 });
      } catch (error) {
        throw new BenchError('FILE_UNWRITABLE', { path, reason: (error as Error).message }, { cause: error });
      }
    },
  };
}

export const hostName = (host: string, port: number): string => (port === 22 ? host : `[${host}]:${port}`);

/** Lines that are no key of ours to read (comments, markers, hashed names) are passed over. */
export function parseKnownHosts(text: string): (HostKey & { readonly name: string })[] {
  return text.split('\n').flatMap(line => {
    const [names = '', type, key] = line.trim().split(/\s+/);
    if (!type || !key || /^[#@|]/.test(names)) return [];
    return names.split(',').map(name => ({ name, type, key: Buffer.from(key, 'base64') }));
  });
}

/** The key type a host key begins with (RFC 4253 section 6.6); undefined when it is damaged. */
export function keyType(key: Uint8Array): string | undefined {
  if (key.length < 4) return undefined;
  const length = new DataView(key.buffer, key.byteOffset).getUint32(0);
  return length > 0 && length <= 64 && key.length >= 4 + length
    ? Buffer.from(key.subarray(4, 4 + length)).toString('latin1')
    : undefined;
}

/** As OpenSSH shows it: `SHA256:…`. */
export function fingerprint(key: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}
