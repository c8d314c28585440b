/** Which program holds a local port, as far as the system tells. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { ipv4Number } from 'node-dhcpd-lite';
import type { PortHolder } from '../host.ts';
import type { Command, Run } from './run.ts';

export type Protocol = 'udp' | 'tcp';

/** A bound socket as `/proc/net/udp` and its siblings show it. */
export interface SocketEntry {
  readonly inode: number;
  readonly port: number;
  /** Bound address as a number, 0 for all; undefined for an IPv6 address that no IPv4 socket collides with. */
  readonly address: number | undefined;
}

/** Asks in the way of this system; never rejects. */
export async function portHolder(
  run: Run,
  protocol: Protocol,
  port: number,
  at: { readonly address?: string; readonly nic?: string } = {},
): Promise<PortHolder | undefined> {
  try {
    if (process.platform === 'linux') return await linuxHolder(run, protocol, port, at);
    if (process.platform === 'darwin') return parseLsof(await run(lsof(protocol, port)));
    if (process.platform === 'win32') return parsePowerShellHolder(await run(powerShellHolder(protocol, port)));
    return undefined;
  } catch {
    return undefined; // no tool, or no right to look
  }
}

/* Linux ---------------------------------------------------------------------------------------------------------- */

async function linuxHolder(
  run: Run,
  protocol: Protocol,
  port: number,
  { address, nic }: { readonly address?: string; readonly nic?: string },
): Promise<PortHolder | undefined> {
  const tables = await Promise.all([procNet(protocol), procNet(`${protocol}6`)]);
  const ours = address === undefined ? 0 : ipv4Number(address);
  let inodes = tables
    .flatMap(table => parseProcNet(table, protocol))
    .filter(entry => entry.port === port && entry.address !== undefined)
    .filter(entry => ours === 0 || entry.address === 0 || entry.address === ours)
    .map(entry => entry.inode);
  if (inodes.length > 1 && nic !== undefined) {
    // A virtual machine manager's DHCP server holds port 67 of its own bridge: it is not the one in the way.
    const devices = parseSs(await run(['ss', '-Hane', protocol === 'udp' ? '-u' : '-t', `sport = :${port}`]));
    inodes = inodes.filter(inode => (devices.get(inode) ?? nic) === nic);
  }
  return await inodeHolder(new Set(inodes));
}

const procNet = (table: string): Promise<string> => readFile(`/proc/net/${table}`, 'latin1').catch(() => '');

/** The lines of `/proc/net/{udp,udp6,tcp,tcp6}` (proc(5)): bound UDP sockets, listening TCP sockets. */
export function parseProcNet(text: string, protocol: Protocol): SocketEntry[] {
  const entries: SocketEntry[] = [];
  for (const line of text.split('\n').slice(1)) {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    const match = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(local);
    if (!match || (protocol === 'tcp' && state !== '0A')) continue;
    entries.push({ inode: Number(inode), port: Number.parseInt(match[2]!, 16), address: procAddress(match[1]!) });
  }
  return entries;
}

/** Hexadecimal words in the machine's byte order (little-endian wherever Benchboot runs). */
function procAddress(hex: string): number | undefined {
  const word = (text: string) => Buffer.from(text, 'hex').readUInt32LE();
  if (hex.length === 8) return word(hex);
  if (/^0{32}$/.test(hex)) return 0;
  return hex.startsWith('0000000000000000FFFF0000') ? word(hex.slice(24)) : undefined;
}

/** Output of `ss -Hane`: inode to the device its socket is bound to, for those that are. */
export function parseSs(text: string): ReadonlyMap<number, string> {
  const devices = new Map<number, string>();
  for (const line of text.split('\n')) {
    const device = /\s\S*%([^\s:]+):\d+\s/.exec(line)?.[1];
    const inode = /\bino:(\d+)/.exec(line)?.[1];
    if (device && inode) devices.set(Number(inode), device);
  }
  return devices;
}

/** The first process that has one of these sockets open; those of other users show only to root. */
async function inodeHolder(inodes: ReadonlySet<number>): Promise<PortHolder | undefined> {
  if (inodes.size === 0) return undefined;
  const links = new Set(Array.from(inodes, inode => `socket:[${inode}]`));
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => []))
      if (links.has(await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')))
        return { pid: Number(pid), program: await programName(pid) };
  }
  return undefined;
}

export async function programName(pid: string): Promise<string> {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
  return programOf((await read('comm')).trim(), (await read('cmdline')).split('\0').filter(Boolean));
}

/** What a person would call it: for an interpreter its script as well. */
export function programOf(comm: string, argv: readonly string[]): string {
  const name = basename(argv[0] ?? '') || comm;
  // Systemd and others rewrite their command line into a sentence; the short name is right then.
  const program = name.startsWith(comm.slice(0, 15)) ? name : comm || name;
  const script = argv.slice(1).find(word => !word.startsWith('-'));
  return /^(node|python|perl|ruby|bash|sh)[\d.]*$/.test(name) && script ? `${name} ${basename(script)}` : program;
}

/* macOS ---------------------------------------------------------------------------------------------------------- */

export const lsof = (protocol: Protocol, port: number): Command =>
  protocol === 'udp'
    ? ['lsof', '-nP', `-iUDP:${port}`, '-Fpc']
    : ['lsof', '-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'];

/** Lines `p<pid>`, `c<command>`. */
export function parseLsof(text: string): PortHolder | undefined {
  const pid = /^p(\d+)$/m.exec(text)?.[1];
  const program = /^c(.+)$/m.exec(text)?.[1];
  return pid && program ? { pid: Number(pid), program } : undefined;
}

/* Windows -------------------------------------------------------------------------------------------------------- */

export const powerShellHolder = (protocol: Protocol, port: number): Command => [
  'powershell.exe',
  '-NoProfile',
  '-NonInteractive',
  '-Command',
  `${protocol === 'udp' ? `Get-NetUDPEndpoint -LocalPort ${port}` : `Get-NetTCPConnection -State Listen -LocalPort ${port}`} | ` +
    'Select-Object -First 1 | ForEach-Object { Get-Process -Id $_.OwningProcess } | ' +
    'Select-Object Id,ProcessName | ConvertTo-Json -Compress',
];

export function parsePowerShellHolder(text: string): PortHolder | undefined {
  const { Id, ProcessName } = JSON.parse(text || '{}') as { Id?: unknown; ProcessName?: unknown };
  return typeof Id === 'number' && typeof ProcessName === 'string' ? { pid: Id, program: ProcessName } : undefined;
}
