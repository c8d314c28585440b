/** `benchboot ipxe lint` and `ipxe run`: what is wrong with a script, and what a machine would do with it. */
import { join, resolve } from 'node:path';
import { parseIpv4, parseMac } from 'node-dhcpd-lite';
import { createContentService } from '../bench/content-service.ts';
import { oneOf } from '../bench/wish.ts';
import { BenchError } from '../errors.ts';
import { resourcesFolder } from '../host/node/folders.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { readInput } from '../ipxe/input.ts';
import {
  type Device,
  type DryRun,
  decodeScript,
  dryRunAsking,
  LARGEST_SCRIPT,
  lintScript,
  TARGET_NAMES,
} from '../ipxe/script/index.ts';
import { servedLookup } from '../ipxe/served.ts';
import { printable } from '../kit/printable.ts';
import { bytesText } from '../kit/quantity.ts';
import { command, parsed } from './command.ts';
import { type Output, table } from './output.ts';

const TARGET_FLAG = { value: 'T', help: `program that runs it: ${TARGET_NAMES.join(', ')}` } as const;
const targetOf = (text: string | undefined) =>
  parsed('target', text, `one of ${TARGET_NAMES.join(', ')}`, oneOf(...TARGET_NAMES));

export const ipxeLint = command({
  words: 'ipxe lint',
  operands: 'FILE',
  summary: 'check an iPXE script: what will not work, where, and what to write instead',
  details: 'Exit code 1 when something will not work; warnings alone leave it 0.',
  flags: {
    target: TARGET_FLAG,
    served: { help: 'the script is fetched over the network, which is open then' },
  },
  async run(values, [path = ''], output) {
    const findings = lintScript(await readScript(path), {
      target: targetOf(values.target),
      networkOpen: values.served ?? false,
    });
    for (const finding of findings) {
      output.record({ type: 'ipxe.finding', path, ...finding });
      const { line, column, severity, message, rule, fix } = finding;
      output.line(`${path}:${line}:${column}: ${severity}: ${printable(message, 400)} [${rule}]`);
      if (fix) output.line(`    ${fix.title}.`);
    }
    const errors = findings.filter(finding => finding.severity === 'error').length;
    const warnings = findings.length - errors;
    output.record({ type: 'ipxe.linted', path, errors, warnings });
    output.line(
      findings.length === 0 ? `${path} is in order.` : `${count(errors, 'error')}, ${count(warnings, 'warning')}.`,
    );
    return errors > 0 ? 1 : 0;
  },
});

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** The words people use, and what iPXE calls the machine. */
const ARCHES = {
  x64: { arch: 'x86_64', platform: 'efi' },
  x86_64: { arch: 'x86_64', platform: 'efi' },
  arm64: { arch: 'arm64', platform: 'efi' },
  bios: { arch: 'i386', platform: 'pcbios' },
  i386: { arch: 'i386', platform: 'pcbios' },
} as const satisfies Record<string, Pick<Device, 'arch' | 'platform'>>;
type Arch = keyof typeof ARCHES;
const ARCH_NAMES = Object.keys(ARCHES) as Arch[];

export const ipxeRun = command({
  words: 'ipxe run',
  operands: 'FILE',
  summary: 'run an iPXE script without a machine: its steps, menus, downloads, and where it ends',
  details:
    'Menus and prompts wait for their timeout unless --choose answers them. Exit code 1 when the script ends where no\n' +
    'machine should: it fails, goes round for ever, or starts nothing.',
  flags: {
    arch: { value: 'A', help: `machine: ${ARCH_NAMES.join(', ')} (default x64)` },
    mac: { value: 'M', help: 'its MAC (default 52:54:00:be:00:01)' },
    set: { value: 'NAME=VALUE', repeat: true, help: 'a setting, e.g. serial=A1, manufacturer=Dell, ip=10.32.0.50' },
    choose: { value: 'SETTING=ITEM', repeat: true, help: 'what is chosen in the menu that fills SETTING; prompt=KEY' },
    root: { value: 'DIR', help: 'folder behind HTTP and TFTP, as for serve' },
    server: { value: 'IP', help: 'address of the bench that serves it (default 10.32.0.1)' },
    from: { value: 'URL', help: 'where the script came from; without it the network is not open yet' },
    target: TARGET_FLAG,
    link: { value: 'MBIT', help: 'speed of the link in Mb/s (default 1000)' },
    'no-dhcp': { help: 'nobody answers DHCP' },
  },
  async run(values, [path = ''], output) {
    const server = parsed('server', values.server ?? '10.32.0.1', 'an address', ipv4Text)!;
    const kind = parsed('arch', values.arch ?? 'x64', `one of ${ARCH_NAMES.join(', ')}`, oneOf(...ARCH_NAMES))!;
    const mac = parsed('mac', values.mac ?? '52:54:00:be:00:01', 'a MAC address', parseMac)!;
    const mbit = parsed('link', values.link ?? '1000', 'a number of Mb/s', text => Number(text) || undefined)!;
    const set = pairs('set', values.set);
    const device: Device = { ...ARCHES[kind], mac, ...known(set, server, values['no-dhcp'] === true) };
    const ip = (parseIpv4(device.dhcp?.ip ?? '') === undefined ? server : device.dhcp!.ip) as typeof server;
    const content = createContentService({
      root: values.root === undefined ? undefined : resolve(values.root),
      programs: join(resourcesFolder(), 'ipxe'),
      clock: nodeHost().clock,
      platform: process.platform,
      boot: { server, httpPort: 80, tftp: true },
      device: key => ({ mac: key.mac ?? mac, ip, serial: device.serial, uuid: device.uuid }),
      cpu: () => (device.arch === 'arm64' ? 'arm64' : 'x64'),
      emit: event => output.log(`${event.type} ${'message' in event ? event.message : ''}`),
    });
    const run = await dryRunAsking(
      await readScript(path),
      {
        device,
        from: values.from,
        choices: grouped(pairs('choose', values.choose)),
        target: targetOf(values.target),
        linkBitsPerSecond: mbit * 1e6,
      },
      servedLookup({ content, server, httpPort: 80, tftp: true }, { mac, ip }),
    );
    show(run, output);
    return run.ending.dead ? 1 : 0;
  },
});

const ipv4Text = (text: string) =>
  parseIpv4(text) === undefined ? undefined : (text as `${number}.${number}.${number}.${number}`);

function pairs(flag: string, texts: readonly string[] = []): (readonly [string, string])[] {
  return texts.map(text => {
    const equals = text.indexOf('=');
    if (equals < 1) throw new BenchError('USAGE', { problem: `--${flag} takes NAME=VALUE; "${text}" is not.` });
    return [text.slice(0, equals), text.slice(equals + 1)];
  });
}

/** The same setting several times: one answer after the other. */
function grouped(all: readonly (readonly [string, string])[]): Record<string, string[]> {
  const groups: Record<string, string[]> = {};
  for (const [name, value] of all) groups[name] = [...(Object.hasOwn(groups, name) ? groups[name]! : []), value];
  return groups;
}

const OF_THE_MACHINE = ['serial', 'uuid', 'manufacturer', 'product', 'asset'];
const OF_DHCP = ['ip', 'netmask', 'gateway', 'dns', 'hostname', 'domain', 'filename'];

function known(set: readonly (readonly [string, string])[], server: string, silent: boolean): Partial<Device> {
  const of = (names: readonly string[]) => Object.fromEntries(set.filter(([name]) => names.includes(name)));
  const dhcp = { ip: server.replace(/\d+$/, '50'), netmask: '255.255.255.0', nextServer: server, ...of(OF_DHCP) };
  const settings = Object.fromEntries(set.filter(([name]) => ![...OF_THE_MACHINE, ...OF_DHCP].includes(name)));
  return { ...of(OF_THE_MACHINE), settings, dhcp: silent ? undefined : dhcp };
}

function show(run: DryRun, output: Output): void {
  for (const step of run.steps) output.record({ type: 'ipxe.step', ...step });
  for (const menu of run.menus) output.record({ type: 'ipxe.menu', ...menu });
  for (const fetch of run.fetches) output.record({ type: 'ipxe.fetch', ...fetch });
  output.record({ type: 'ipxe.ended', seconds: run.seconds, ...run.ending });

  const rows = run.steps.map(({ at, line, ok, assumed, command, says }) => [
    `${at.toFixed(1)} s`,
    `line ${line}`,
    ok ? (assumed ? '?' : 'ok') : 'failed',
    printable(says ? `${command}  (${says})` : command, 160),
  ]);
  for (const line of table(rows)) output.line(line);
  for (const { title, items, chosen } of run.menus) {
    output.line();
    output.line(`menu: ${printable(title)}`);
    for (const item of items)
      output.line(
        `  ${item.name !== undefined && item.name === chosen ? '>' : ' '} ${printable(item.text)}${item.name ? ` [${printable(item.name)}]` : ''}`,
      );
  }
  if (run.fetches.length > 0) output.line();
  const times = new Map<string, number>();
  for (const { url } of run.fetches) times.set(url, (times.get(url) ?? 0) + 1);
  // A file that is tried again and again is one line, with what came of it last.
  const last = [...new Map(run.fetches.map(fetch => [fetch.url, fetch])).values()];
  const fetched = last.map(({ by, url, found, size, seconds, why }) => [
    found === 'file' ? 'served' : found,
    by === 'system' ? 'by the system' : '',
    size === undefined ? '' : `${bytesText(size)}, ${seconds.toFixed(1)} s`,
    printable(`${url}${why ? `  (${why})` : ''}${times.get(url)! > 1 ? `, ${times.get(url)} times` : ''}`, 200),
  ]);
  for (const line of table(fetched)) output.line(line);
  output.line();
  output.line(`After ${run.seconds.toFixed(1)} s: ${printable(run.ending.sentence, 500)}`);
}

/** Throws FILE_UNREADABLE, or IPXE_SCRIPT for one that is far too long; no more of it is read. */
async function readScript(path: string): Promise<string> {
  const { bytes, size } = await readInput(path, LARGEST_SCRIPT);
  if (size <= LARGEST_SCRIPT) return decodeScript(bytes).text;
  const problem = `it has ${bytesText(size)}, and no script is longer than ${LARGEST_SCRIPT / 1024 / 1024} MiB`;
  throw new BenchError('IPXE_SCRIPT', { script: path, problem });
}
