import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BenchError, ERROR_CODES, type ErrorCode, type ErrorData, systemCode } from '../../main/errors.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** One example for each code; a code without one does not compile. */
const EXAMPLES: { readonly [C in ErrorCode]: ErrorData<C> } = {
  USAGE: { problem: 'Say which network port to serve: --nic NAME.' },
  NIC_NOT_FOUND: { nic: 'eth7', known: ['bench0', 'office0'] },
  NIC_GONE: { nic: 'bench0' },
  PORT_TAKEN: { protocol: 'UDP', port: 69, address: '10.32.0.1', holder: 'dnsmasq (process 812)' },
  WEB_PORT_FORBIDDEN: { port: 80 },
  WEB_PORT_TAKEN: { port: 8080 },
  ADDRESS_MISSING: { address: '10.32.0.9', nic: 'bench0' },
  PERMISSION_MISSING: { what: 'Listening on UDP port 67', right: 'CAP_NET_BIND_SERVICE' },
  PERMISSION_REFUSED: { what: 'Listening on UDP port 69', reason: 'the password dialog was closed' },
  HELPER_FAILED: { reason: 'it ended' },
  SAFETY_REFUSED: {
    rule: 'no-default-route',
    because: "wlp2s0 carries this laptop's default route",
    instead: 'Choose another port.',
    override: '--force no-default-route',
  },
  FILE_UNREADABLE: { path: '/srv/bench.json', reason: 'no such file' },
  FILE_UNWRITABLE: { path: '/srv/out.pcapng', reason: 'no space left on device' },
  BENCH_FILE_INVALID: { path: 'bench.json', problems: ['bench.json:1:2: "x"', 'bench.json:3:4: "y"'] },
  FAT_DAMAGED: { problem: 'a chain leads to cluster 0' },
  FAT_FULL: { path: 'boot/kernel.img', problem: 'it needs 4096 octets, and 0 are free' },
  FAT_PATH: { path: 'a:b', problem: 'it holds :' },
  FILE_EXISTS: { path: 'kickstart/default.cfg' },
  SCRIPT_CHANGED: { script: 'alma' },
  IPXE_FILE: { file: 'own.efi', problem: 'it is cut short; get the file again' },
  IPXE_SCRIPT: { script: 'boot.ipxe', problem: 'line 3 holds a NUL character; remove it' },
  COMMAND_FAILED: { command: 'ip addr add', reason: 'File exists' },
  BOX_DROPS_SSH: { host: '10.32.0.20' },
  CONSOLE_NOT_THERE: { target: '/dev/ttyUSB0' },
  CONSOLE_BUSY: { target: '/dev/ttyUSB1', holder: 'picocom (process 812)' },
  CONSOLE_FORBIDDEN: { target: '/dev/ttyUSB2', group: 'dialout' },
  CONSOLE_UNREACHABLE: { target: 'telnet:10.0.0.1:23', reason: 'connection refused' },
  CONSOLE_LOGIN_REFUSED: { target: 'ssh:root@10.0.0.1', reason: 'all methods failed' },
  HOST_KEY_CHANGED: {
    host: '10.0.0.1:22',
    offered: 'SHA256:b',
    pinned: 'SHA256:a',
    file: '/var/lib/benchboot/known_hosts',
  },
  CONSOLE_CLOSED: { target: '/dev/ttyUSB3' },
  CONSOLE_CLAIMED: { target: '/dev/ttyUSB4', by: 'sending image.bin' },
  LINE_REFUSED: { target: '/dev/ttyUSB5', what: '1500000 baud', reason: 'invalid argument' },
  DRIVE_NOT_FOUND: { drive: 'sdx', known: ['sdb', 'mmcblk0'] },
  DRIVE_GONE: { drive: '/dev/sdb' },
  DRIVE_BUSY: { drive: '/dev/sdc', by: 'dm-0 is built upon it' },
  DRIVE_READ_ONLY: { drive: '/dev/sdd' },
  DRIVE_NO_MEDIUM: { drive: '/dev/sde' },
  DRIVE_IO: { drive: '/dev/sdf', operation: 'write', offset: 1048576, reason: 'input/output error' },
  IMAGE_UNSUPPORTED: { path: 'a.tar.xz', what: 'packed a tar archive', instead: 'Unpack it and give the image inside' },
  IMAGE_DAMAGED: { path: 'a.img.xz', problem: 'its end is missing' },
  IMAGE_CHECKSUM: { path: 'a.img.xz', expected: 'aa', file: 'bb', content: 'cc' },
  IMAGE_TOO_LARGE: { target: 'SD card (sdb)', image: 2000, capacity: 1000 },
  DOWNLOAD_FAILED: { url: 'http://10.0.0.1/a.img', reason: 'the server answers 404' },
  DISK_FULL: { path: 'images/a.img', needed: 2000, free: 1000 },
  DRIVE_STALLED: { drive: 'SD card (sdb)', seconds: 60, offset: 4096 },
  DRIVE_LIES: { drive: 'SD card (sdb)', offset: 8192, same: 4096 },
  VERIFY_FAILED: { drive: 'SD card (sdb)', offset: 4096, blocks: 2, checked: 100, again: 'same' },
  FLASH_CANCELLED: { target: 'SD card (sdb)' },
  FLASH_UNCONFIRMED: { targets: ['SD card (sdb)'] },
  NOT_CUSTOMISABLE: { reason: 'it has no FAT partition' },
  CUSTOMISE_LOST: { file: 'firstrun.sh' },
  RECIPE_INVALID: { path: 'rack.json', problems: ['rack.json:1:2: "x"', 'rack.json:3:4: "y"'] },
  UNSUPPORTED: { what: 'Listening on en7', platform: 'darwin' },
};

const errorOf = <C extends ErrorCode>(code: C): BenchError<C> => new BenchError(code, EXAMPLES[code]);

/** Everything of the example that a reader must find again in the sentence. */
const texts = (value: unknown): string[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [String(value)];

describe('the error catalogue', () => {
  it.each(ERROR_CODES)('%s says what happened in whole sentences that name their data', code => {
    const { message, exitCode } = errorOf(code);
    expect(message).toMatch(/[.)]$/);
    expect(message).not.toMatch(/undefined|\[object|\.\.| {2}|\n/);
    for (const text of texts(EXAMPLES[code])) expect(message).toContain(text);
    expect([1, 2, 3, 4]).toContain(exitCode);
  });

  it('has an example for every code, and no sentence twice', () => {
    expect(Object.keys(EXAMPLES).sort()).toEqual([...ERROR_CODES].sort());
    const sentences = ERROR_CODES.map(code => errorOf(code).message);
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  it.each([
    [80, '--http-port N, --no-http'],
    [69, '--no-tftp'],
    [53, '--no-dns'],
  ])('a taken port %i names the flag that leaves its service out', (port, flag) => {
    expect(new BenchError('PORT_TAKEN', { ...EXAMPLES.PORT_TAKEN, port }).message).toContain(flag);
  });

  it('a port whose holder is not told, and a refusal without override, are sentences too', () => {
    const taken = new BenchError('PORT_TAKEN', { ...EXAMPLES.PORT_TAKEN, port: 67, holder: undefined });
    expect(taken.message).toBe('UDP port 67 on 10.32.0.1 is held by another program. Stop that program.');
    const refused = new BenchError('SAFETY_REFUSED', { ...EXAMPLES.SAFETY_REFUSED, override: undefined });
    expect(refused.message).toMatch(/Choose another port\.$/);
    expect(new BenchError('BENCH_FILE_INVALID', { path: 'b.json', problems: ['x'] }).message).toContain('a problem: x');
  });

  it.each([
    ["ENOENT: no such file or directory, open '/x/y.part'", 'there is no such file or folder'],
    ['ENOSPC: no space left on device, write', 'the disk is full'],
    ['EXDEV: cross-device link not permitted', 'EXDEV: cross-device link not permitted'],
    ['it is not a folder', 'it is not a folder'],
  ])('what the system says of a file, %j, is said in words', (reason, words) => {
    expect(new BenchError('FILE_UNREADABLE', { path: '/x/y', reason }).message).toContain(`cannot be read: ${words}. `);
    expect(new BenchError('FILE_UNWRITABLE', { path: '/x/y', reason }).message).toContain(`written: ${words}. `);
  });

  it('every code is thrown somewhere', () => {
    const main = join(project, 'main');
    const source = readdirSync(main, { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts') && !name.includes('node_modules') && name !== 'errors.ts')
      .map(name => readFileSync(join(main, name), 'utf8'))
      .join('\n');
    expect(ERROR_CODES.filter(code => !source.includes(`'${code}'`))).toEqual([]);
  });

  it('the README lists exactly the exit codes there are', () => {
    const readme = readFileSync(join(project, 'README.md'), 'utf8').replace(/\s+/g, ' ');
    const list = /Exit codes: (.*?interrupted)\./.exec(readme)?.[1] ?? '';
    const numbers = [...list.replace(/\(.*?\)/g, '').matchAll(/\b\d+\b/g)].map(([text]) => Number(text));
    expect(numbers).toEqual(
      [...new Set([0, ...ERROR_CODES.map(code => errorOf(code).exitCode), 130])].sort((a, b) => a - b),
    );
  });

  it('keeps its code, its data and its cause', () => {
    const cause = new Error('EIO');
    const error = new BenchError('FILE_UNREADABLE', EXAMPLES.FILE_UNREADABLE, { cause });
    expect(error).toMatchObject({ name: 'BenchError', code: 'FILE_UNREADABLE', data: EXAMPLES.FILE_UNREADABLE, cause });
  });

  it.each([
    [Object.assign(new Error(), { code: 'ENOENT' }), 'ENOENT'],
    [Object.assign(new Error(), { code: 7 }), undefined],
    [undefined, undefined],
    ['ENOENT', undefined],
  ])('the system code of %s is %s', (error, code) => expect(systemCode(error)).toBe(code));
});
