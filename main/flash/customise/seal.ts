/** Secrets as the target systems keep them: hashed on this laptop, so that nothing in clear is stored or written. */
import { createHash, pbkdf2Sync } from 'node:crypto';
import { type Recipe, sshKeyParts } from './recipe.ts';

/** Replaces what stands in clear by its hash. `random` gives that many octets. */
export function sealRecipe(recipe: Recipe, random: (length: number) => Uint8Array): Recipe {
  const { user, wifi } = recipe;
  return {
    ...recipe,
    ...(user?.password !== undefined && { user: sealedUser(user, user.password, random) }),
    ...(wifi?.passphrase !== undefined && { wifi: sealedWifi(wifi, wifi.passphrase) }),
  };
}

function sealedUser(
  { password: _, ...user }: NonNullable<Recipe['user']>,
  password: string,
  random: (length: number) => Uint8Array,
) {
  return { ...user, passwordHash: hashPassword(password, random) };
}

function sealedWifi({ passphrase: _, ...wifi }: NonNullable<Recipe['wifi']>, passphrase: string) {
  return { ...wifi, psk: wifiKey(wifi.ssid, passphrase) };
}

/** As crypt(3) keeps it, with a salt of its own. */
export const hashPassword = (password: string, random: (length: number) => Uint8Array): string =>
  sha512Crypt(password, saltOf(random(16)));

/**
 * The key of a WPA2 network, 64 hex digits: PBKDF2 of the passphrase with the name as salt (IEEE 802.11, J.4.1), as
 * `wpa_passphrase` makes it. What is 64 hex digits already is the key.
 */
export function wifiKey(ssid: string, passphrase: string): string {
  if (/^[0-9a-fA-F]{64}$/.test(passphrase)) return passphrase.toLowerCase();
  return pbkdf2Sync(passphrase, ssid, 4096, 32, 'sha1').toString('hex');
}

/** `SHA256:…` as `ssh-keygen -l` shows it; undefined for what is no key. */
export function sshFingerprint(line: string): string | undefined {
  const parts = sshKeyParts(line);
  if (!parts) return undefined;
  const sum = createHash('sha256').update(Buffer.from(parts.body, 'base64')).digest('base64');
  return `SHA256:${sum.replace(/=+$/, '')}`;
}

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** 16 characters of crypt's alphabet. */
const saltOf = (random: Uint8Array): string => Array.from(random, octet => ALPHABET[octet & 63]).join('');

/** Order in which the digest's octets are written, three at a time. */
const TRIPLES = [
  [0, 21, 42],
  [22, 43, 1],
  [44, 2, 23],
  [3, 24, 45],
  [25, 46, 4],
  [47, 5, 26],
  [6, 27, 48],
  [28, 49, 7],
  [50, 8, 29],
  [9, 30, 51],
  [31, 52, 10],
  [53, 11, 32],
  [12, 33, 54],
  [34, 55, 13],
  [56, 14, 35],
  [15, 36, 57],
  [37, 58, 16],
  [59, 17, 38],
  [18, 39, 60],
  [40, 61, 19],
  [62, 20, 41],
] as const;

const DEFAULT_ROUNDS = 5000;

/**
 * `$6$salt$hash`, which every crypt(3) of the last fifteen years takes (U. Drepper, "Unix crypt using SHA-256 and
 * SHA-512"). `rounds` as in `$6$rounds=N$`; salts longer than 16 characters are cut.
 */
export function sha512Crypt(password: string, saltText: string, rounds?: number): string {
  const key = Buffer.from(password, 'utf8');
  const shown = saltText.slice(0, 16);
  const salt = Buffer.from(shown, 'latin1');
  const count = rounds === undefined ? DEFAULT_ROUNDS : Math.min(Math.max(rounds, 1000), 999_999_999);
  const sum = (...parts: readonly Uint8Array[]): Buffer => {
    const hash = createHash('sha512');
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const repeated = (digest: Buffer, length: number): Buffer =>
    Buffer.concat(Array.from({ length: Math.ceil(length / 64) }, () => digest)).subarray(0, length);

  const b = sum(key, salt, key);
  const parts = [key, salt, repeated(b, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? b : key);
  let digest = sum(...parts);
  const p = repeated(sum(...Array.from({ length: key.length }, () => key)), key.length);
  const s = repeated(sum(...Array.from({ length: 16 + digest[0]! }, () => salt)), salt.length);
  for (let round = 0; round < count; round++) {
    const odd = (round & 1) === 1;
    digest = sum(odd ? p : digest, ...(round % 3 ? [s] : []), ...(round % 7 ? [p] : []), odd ? digest : p);
  }
  const text = (value: number, length: number): string =>
    Array.from({ length }, (_, index) => ALPHABET[(value >> (6 * index)) & 63]).join('');
  const triples = TRIPLES.map(([x, y, z]) => text((digest[x]! << 16) | (digest[y]! << 8) | digest[z]!, 4)).join('');
  const head = rounds === undefined ? '' : `rounds=${count}$`;
  return `$6$${head}${shown}$${triples}${text(digest[63]!, 2)}`;
}
