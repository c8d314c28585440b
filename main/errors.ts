/**
 * The error catalogue. One row: what happened, to what, and what to do next. A code is never reused for another meaning.
 * `exit` is the command line's exit code (design: 1 failed, 2 wrong usage, 3 missing permission, 4 refused for safety).
 */
import type { SafetyRule } from './bench/events.ts';

interface Row<D> {
  readonly exit: 1 | 2 | 3 | 4;
  readonly says: (data: D) => string;
}
const row = <D>(exit: Row<D>['exit'], says: (data: D) => string): Row<D> => ({ exit, says });

/** What the operating system means, for people: `ENOENT: no such file or directory, open '/x'` as a sentence part. */
export const inWords = (reason: string): string => SYSTEM_WORDS[/^(E[A-Z0-9]+):/.exec(reason)?.[1] ?? ''] ?? reason;
const SYSTEM_WORDS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not',
  EDQUOT: 'the quota of this user is used up',
  EFBIG: 'the file system there takes no file of that size',
  EIO: 'the drive it is on reports a fault',
  EISDIR: 'it is a folder',
  ELOOP: 'its links lead in a circle',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is no folder',
  EPERM: 'the system does not allow it',
  EROFS: 'the file system there is read-only',
};

/** How to do without the service of a port; DHCP is what all the others live by. */
const leftOut = (port: number): string =>
  ({
    53: ', or leave this service out (--no-dns)',
    67: '',
    69: ', or leave this service out (--no-tftp)',
    80: ', or leave this service out (--http-port N, --no-http)',
    4011: '',
  })[port] ?? ', or leave this service out';

const list = (items: readonly string[]): string => items.join(', ');

const CATALOGUE = {
  USAGE: row(2, (d: { problem: string }) => d.problem),
  NIC_NOT_FOUND: row(
    2,
    (d: { nic: string; known: readonly string[] }) =>
      `There is no network port "${d.nic}" on this laptop. Ports it has: ${list(d.known)}. \`benchboot nics\` describes them.`,
  ),
  NIC_GONE: row(
    1,
    (d: { nic: string }) =>
      `The network port "${d.nic}" disappeared. Serving ended; plug the adapter in again and start once more.`,
  ),
  PORT_TAKEN: row(
    1,
    (d: { protocol: 'UDP' | 'TCP'; port: number; address: string; holder: string | undefined }) =>
      `${d.protocol} port ${d.port} on ${d.address} is held by ${d.holder ?? 'another program'}. ` +
      `Stop that program${leftOut(d.port)}.`,
  ),
  WEB_PORT_TAKEN: row(
    1,
    (d: { port: number }) =>
      `TCP port ${d.port} on 127.0.0.1 is used by another program. Leave --port out to take any free one.`,
  ),
  WEB_PORT_FORBIDDEN: row(
    3,
    (d: { port: number }) =>
      `TCP port ${d.port} needs the right CAP_NET_BIND_SERVICE. Leave --port out to take any free one, or choose one above 1023.`,
  ),
  ADDRESS_MISSING: row(
    1,
    (d: { address: string; nic: string }) =>
      `The address ${d.address} is not on the network port "${d.nic}". Give the port that address, or leave --address out.`,
  ),
  PERMISSION_MISSING: row(
    3,
    (d: { what: string; right: string }) =>
      `${d.what} needs the right ${d.right}. Run Benchboot as root (sudo benchboot …).`,
  ),
  PERMISSION_REFUSED: row(
    3,
    (d: { what: string; reason: string }) =>
      `${d.what} needs the rights of an administrator, and ${d.reason}. Nothing was changed. Try again and confirm, or run Benchboot as root.`,
  ),
  HELPER_FAILED: row(
    1,
    (d: { reason: string }) =>
      `The part of Benchboot that has administrator rights failed: ${d.reason}. It is started anew when it is needed again.`,
  ),
  SAFETY_REFUSED: row(
    4,
    (d: { rule: SafetyRule; because: string; override: string | undefined; instead: string }) =>
      `Refused by the rule ${d.rule}: ${d.because}. ${d.instead}${d.override ? ` To do it all the same: ${d.override}.` : ''}`,
  ),
  FILE_UNREADABLE: row(
    1,
    (d: { path: string; reason: string }) =>
      `"${d.path}" cannot be read: ${inWords(d.reason)}. Check the name and its permissions.`,
  ),
  FILE_UNWRITABLE: row(
    1,
    (d: { path: string; reason: string }) =>
      `"${d.path}" cannot be written: ${inWords(d.reason)}. Free some space or choose another place; what was there is unchanged.`,
  ),
  BENCH_FILE_INVALID: row(
    1,
    (d: { path: string; problems: readonly string[] }) =>
      `The bench file "${d.path}" has ${d.problems.length === 1 ? 'a problem' : `${d.problems.length} problems`}: ${d.problems.join('; ')}. ` +
      '`benchboot bench check` shows each with its place.',
  ),
  FAT_DAMAGED: row(
    1,
    (d: { problem: string }) =>
      `The FAT volume cannot be used: ${d.problem}. Repair it with the system's disk tools (fsck.fat, chkdsk), or write the medium anew.`,
  ),
  FAT_FULL: row(
    1,
    (d: { path: string; problem: string }) =>
      `"${d.path}" was not written to the FAT volume: ${d.problem}. What was there is unchanged; remove something from it, or use a larger one.`,
  ),
  FAT_PATH: row(
    1,
    (d: { path: string; problem: string }) =>
      `"${d.path}" cannot be used on the FAT volume: ${d.problem}. Choose another name.`,
  ),
  FILE_EXISTS: row(
    1,
    (d: { path: string }) => `There is a file "${d.path}" already. Replace it, or choose another name.`,
  ),
  SCRIPT_CHANGED: row(
    1,
    (d: { script: string }) =>
      `The script "${d.script}" was changed by another window or program since you opened it. Replace it, or save yours under another name.`,
  ),
  IPXE_FILE: row(1, (d: { file: string; problem: string }) => `"${d.file}" cannot be used: ${d.problem}.`),
  IPXE_SCRIPT: row(
    1,
    (d: { script: string; problem: string }) => `The iPXE script "${d.script}" cannot be used: ${d.problem}.`,
  ),
  COMMAND_FAILED: row(
    1,
    (d: { command: string; reason: string }) => `\`${d.command}\` failed: ${d.reason}. Nothing else was changed.`,
  ),
  BOX_DROPS_SSH: row(
    1,
    (d: { host: string }) =>
      `${d.host} takes the connection and drops it before it shows a key: its SSH server is broken, most often by a damaged ` +
      'host key. On its own serial console: rm /etc/dropbear/dropbear_*_host_key, then restart dropbear.',
  ),
  CONSOLE_NOT_THERE: row(
    1,
    (d: { target: string }) =>
      `There is no ${d.target} now. Plug the adapter in or start what is behind it; \`benchboot ports\` lists the serial ports.`,
  ),
  CONSOLE_BUSY: row(
    1,
    (d: { target: string; holder: string | undefined }) =>
      `${d.target} is in use by ${d.holder ?? 'another program'}. Close it there; a console has one reader.`,
  ),
  CONSOLE_FORBIDDEN: row(
    3,
    (d: { target: string; group: string | undefined }) =>
      `You may not open ${d.target}. ` +
      (d.group
        ? `Join the group that may (sudo usermod -aG ${d.group} $USER), log in again, and try once more.`
        : 'Give your user the right to read and write it, and try once more.'),
  ),
  CONSOLE_UNREACHABLE: row(
    1,
    (d: { target: string; reason: string }) =>
      `${d.target} cannot be reached: ${d.reason}. Check the address, the cable, and that its server runs.`,
  ),
  CONSOLE_LOGIN_REFUSED: row(
    1,
    (d: { target: string; reason: string }) =>
      `${d.target} refused the login: ${d.reason}. Check the user name and the password or key.`,
  ),
  HOST_KEY_CHANGED: row(
    4,
    (d: { host: string; offered: string; pinned: string; file: string }) =>
      `Refused: ${d.host} shows another host key (${d.offered}) than before (${d.pinned}). Somebody may stand between, or the ` +
      `system there was installed anew. If you know that it was, remove the line of ${d.host} from ${d.file}.`,
  ),
  CONSOLE_CLOSED: row(
    1,
    (d: { target: string }) => `${d.target} is not connected now, so nothing was sent. Send it again when it is back.`,
  ),
  CONSOLE_CLAIMED: row(
    1,
    (d: { target: string; by: string }) =>
      `${d.target} is taken by ${d.by}, which writes alone until it is done. Wait for it, or stop it.`,
  ),
  LINE_REFUSED: row(
    1,
    (d: { target: string; what: string; reason: string }) =>
      `${d.target} did not take ${d.what}: ${d.reason}. The rest of its settings is unchanged.`,
  ),
  DRIVE_NOT_FOUND: row(
    2,
    (d: { drive: string; known: readonly string[] }) =>
      `There is no drive "${d.drive}" on this laptop. ${d.known.length > 0 ? `Drives it has: ${list(d.known)}` : 'It shows no drive at all'}. \`benchboot drives\` describes them.`,
  ),
  DRIVE_GONE: row(
    1,
    (d: { drive: string }) =>
      `The drive "${d.drive}" disappeared. What was written to it is not usable; plug it in again and start once more.`,
  ),
  DRIVE_BUSY: row(
    1,
    (d: { drive: string; by: string }) =>
      `The drive "${d.drive}" is in use: ${d.by}. Close what uses it, or eject its volumes, and try again.`,
  ),
  DRIVE_READ_ONLY: row(
    1,
    (d: { drive: string }) =>
      `The drive "${d.drive}" is write-protected. Move the lock switch of the card or its adapter, or take another card.`,
  ),
  DRIVE_NO_MEDIUM: row(1, (d: { drive: string }) => `There is no card in the slot "${d.drive}". Insert one.`),
  DRIVE_IO: row(
    1,
    (d: { drive: string; operation: 'read' | 'write' | 'sync'; offset: number | undefined; reason: string }) =>
      `The drive "${d.drive}" failed to ${d.operation}${d.offset === undefined ? '' : ` at byte ${d.offset}`}: ${d.reason}. ` +
      'Try another port or reader; a card that fails twice at the same place is worn out.',
  ),
  IMAGE_UNSUPPORTED: row(
    1,
    (d: { path: string; what: string; instead: string }) =>
      `"${d.path}" is ${d.what}, which cannot be written to a drive as it is. ${d.instead}.`,
  ),
  IMAGE_DAMAGED: row(
    1,
    (d: { path: string; problem: string }) =>
      `The image "${d.path}" is damaged or not what it says: ${d.problem}. Fetch it again and compare its published checksum.`,
  ),
  IMAGE_CHECKSUM: row(
    1,
    (d: { path: string; expected: string; file: string; content: string | undefined }) =>
      `"${d.path}" is not the image you expect: its SHA-256 is ${d.file}${d.content ? `, that of the image inside ${d.content}` : ''}, not ${d.expected}. ` +
      'Nothing was written. Fetch it again, or check which version the checksum belongs to.',
  ),
  IMAGE_TOO_LARGE: row(
    1,
    (d: { target: string; image: number; capacity: number }) =>
      `The image needs ${d.image} bytes, but ${d.target} has ${d.capacity}. Take a larger one.`,
  ),
  DOWNLOAD_FAILED: row(
    1,
    (d: { url: string; reason: string }) =>
      `"${d.url}" could not be fetched: ${d.reason}. What has arrived is kept; start once more to go on from there.`,
  ),
  DISK_FULL: row(
    1,
    (d: { path: string; needed: number | undefined; free: number | undefined }) =>
      `There is not enough space for "${d.path}"${d.needed === undefined ? '' : `: it needs ${d.needed} bytes`}${d.free === undefined ? '' : `, ${d.free} are free`}. ` +
      'Free some, or choose another folder; no drive was touched.',
  ),
  DRIVE_STALLED: row(
    1,
    (d: { drive: string; seconds: number; offset: number }) =>
      `${d.drive} has not answered for ${d.seconds} seconds, at byte ${d.offset}. Pull it out, plug it into another port or reader, and start once more.`,
  ),
  DRIVE_LIES: row(
    1,
    (d: { drive: string; offset: number; same: number }) =>
      `${d.drive} returns at byte ${d.offset} what was written at byte ${d.same}: it holds less than it claims. ` +
      '`benchboot probe` measures how much; do not use it.',
  ),
  VERIFY_FAILED: row(
    1,
    (d: { drive: string; offset: number; blocks: number; checked: number; again: 'same' | 'differs' | 'right' }) =>
      `${d.drive} does not hold what was written: ${d.blocks === 1 ? 'one block' : `${d.blocks} blocks`} of 64 KiB of ${d.checked} read back wrong, the first at byte ${d.offset}. ` +
      (d.again === 'same'
        ? 'A second reading gave the same wrong data: the card is worn out or counterfeit. Take another one.'
        : d.again === 'right'
          ? 'A second reading was right: the reader, cable or port is unreliable. Try another one.'
          : 'A second reading gave yet other data: the reader, cable or port is unreliable. Try another one.'),
  ),
  FLASH_CANCELLED: row(1, (d: { target: string }) => `${d.target}: stopped as you asked.`),
  FLASH_UNCONFIRMED: row(
    4,
    (d: { targets: readonly string[] }) =>
      `This would destroy everything on ${list(d.targets)}, and nobody is here to confirm it. Add --yes when that is what you want.`,
  ),
  NOT_CUSTOMISABLE: row(
    1,
    (d: { reason: string }) =>
      `This image cannot be customised: ${d.reason}. Write it as it is, and set it up on the board itself.`,
  ),
  CUSTOMISE_LOST: row(
    1,
    (d: { file: string }) =>
      `The card does not give back what was written to "${d.file}": it is not customised. Try another card or reader.`,
  ),
  RECIPE_INVALID: row(
    1,
    (d: { path: string; problems: readonly string[] }) =>
      `The recipe "${d.path}" has ${d.problems.length === 1 ? 'a problem' : `${d.problems.length} problems`}: ${d.problems.join('; ')}. ` +
      '`benchboot recipe check` shows each with its place.',
  ),
  UNSUPPORTED: row(1, (d: { what: string; platform: string }) => `${d.what} is not possible on ${d.platform} yet.`),
} as const;

export type ErrorCode = keyof typeof CATALOGUE;
export type ErrorData<C extends ErrorCode> = Parameters<(typeof CATALOGUE)[C]['says']>[0];

export class BenchError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C;
  readonly data: ErrorData<C>;

  constructor(code: C, data: ErrorData<C>, options?: ErrorOptions) {
    const says = CATALOGUE[code].says as (data: ErrorData<C>) => string;
    super(says(data), options);
    this.name = 'BenchError';
    this.code = code;
    this.data = data;
  }

  get exitCode(): number {
    return CATALOGUE[this.code].exit;
  }
}

export const ERROR_CODES = Object.keys(CATALOGUE) as readonly ErrorCode[];

/** The exit code for several failures: theirs when they agree, else 1. */
export function exitCodeOf(codes: readonly ErrorCode[]): number {
  const exits = new Set(codes.map(code => CATALOGUE[code]?.exit ?? 1));
  return exits.size === 1 ? [...exits][0]! : 1;
}

/** The `code` of a Node system error (`ENOENT`, …), or undefined. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
