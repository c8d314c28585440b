/** A bench handed over: dnsmasq and Kea take every export, and tell each kind of machine what Benchboot told it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fromText, toHex } from 'node-dhcpd-lite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BenchFile, formatBenchFile } from '../../main/bench-file/bench-file.ts';
import { exportDnsmasq } from '../../main/bench-file/export-dnsmasq.ts';
import { exportKea } from '../../main/bench-file/export-kea.ts';
import { handover } from '../../main/bench-file/handover.ts';
import { PROFILES } from '../../main/bench-file/profiles.ts';
import { addIpxePrograms } from '../lab/boards.ts';
import { type Lab, withLab } from '../lab/lab.ts';
import type { Program } from '../lab/program.ts';

const run = promisify(execFile);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchboot-handover-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Its own folders are those of a service. */
const keaFolders = (folder: string) => ({
  env: { ...process.env, KEA_PIDFILE_DIR: folder, KEA_LOCKFILE_DIR: folder },
});

const OWN = '192.168.77.1';
const UUID = '00112233-4455-6677-8899-aabbccddeeff';

/** Everything that a bench file can say about addresses and boot files. */
const FULL: BenchFile = {
  version: 1,
  name: 'Everything, "with quotes", commas # and marks',
  addressing: { address: `${OWN}/24`, range: '192.168.77.100-192.168.77.180', lease: '12m', domain: 'bench.test' },
  boot: {
    bios: 'undionly.kpxe',
    'uefi-ia32': 'boot/ia32, "32".efi',
    'uefi-arm64': 'http://192.168.77.9/arm64.efi',
    'uefi-riscv64': false,
    ipxe: 'menu/start.ipxe',
    'u-boot': 'pxelinux.cfg/all',
  },
  hosts: [
    { mac: '02:00:00:00:01:01', name: 'scripted', address: '192.168.77.10', boot: 'own.ipxe' },
    { mac: '02:00:00:00:01:02', name: 'quiet', address: '192.168.77.11', boot: false },
    { mac: '02:00:00:00:01:03', address: '192.168.77.120' },
    { uuid: UUID, boot: 'shim.efi' },
  ],
};

const BENCHES: readonly (readonly [string, BenchFile])[] = [
  ...PROFILES.map(({ name, file }) => [name, file] as const),
  ['everything', FULL],
  ['no TFTP, no DNS', { ...FULL, services: { tftp: false, dns: false } }],
  ['no HTTP, another port of names', { ...FULL, services: { http: false } }],
  [
    'a gateway and client identifiers',
    { ...FULL, identity: 'client-id', addressing: { ...FULL.addressing, gateway: OWN } },
  ],
];

describe.each(BENCHES)('the bench "%s"', (name, file) => {
  const path = (format: string): string => join(folder, `${name.replace(/\W/g, '')}.${format}`);

  it.each([undefined, 'lo'])('is taken by dnsmasq, with the port %s', async nic => {
    writeFileSync(path('conf'), exportDnsmasq(handover(file, folder), nic));
    const { stderr } = await run('dnsmasq', ['--test', '-C', path('conf')]);
    expect(stderr).toContain('syntax check OK');
  });

  it('is taken by Kea, or refused because Kea cannot be a proxy', async () => {
    if (file.mode === 'proxy') {
      expect(() => exportKea(handover(file, folder))).toThrow(/--to dnsmasq/);
      return;
    }
    writeFileSync(path('json'), exportKea(handover(file, folder)));
    // It names what is wrong, and ends with 1.
    await run('kea-dhcp4', ['-t', path('json')], keaFolders(folder));
  });
});

it('what Kea refuses is a failure of this test', async () => {
  writeFileSync(join(folder, 'wrong.json'), '{"Dhcp4": {"client-classes": [{"name": "x", "test": "no such test"}]}}');
  await expect(run('kea-dhcp4', ['-t', join(folder, 'wrong.json')], keaFolders(folder))).rejects.toMatchObject({
    code: 1,
  });
});

/* The same answers ---------------------------------------------------------------------------------------------- */

interface Machine {
  readonly name: string;
  readonly mac: string;
  readonly options: Readonly<Record<number, string>>;
}

interface Told {
  readonly name: string;
  readonly ip: string;
  readonly siaddr: string;
  readonly file: string;
  readonly options: Readonly<Record<string, string>>;
}

const text = (value: string): string => toHex(fromText(value));
const arch = (code: number): string => code.toString(16).padStart(4, '0');
const pxe = (code: number) => ({
  60: text(`PXEClient:Arch:${String(code).padStart(5, '0')}:UNDI:003016`),
  93: arch(code),
});
const http = (code: number) => ({
  60: text(`HTTPClient:Arch:${String(code).padStart(5, '0')}:UNDI:003016`),
  93: arch(code),
});
const ipxe = (code: number) => ({ ...pxe(code), 77: text('iPXE'), 175: 'b105011af41000' });
const GUID = '0033221100554477668899aabbccddeeff';

const MACHINES: readonly Machine[] = [
  { name: 'plain', options: {} },
  { name: 'BIOS', options: pxe(0) },
  { name: 'UEFI IA32', options: pxe(6) },
  { name: 'UEFI x64', options: pxe(7) },
  { name: 'UEFI x64 by the printed RFC', options: pxe(9) },
  { name: 'UEFI ARM32', options: pxe(10) },
  { name: 'UEFI ARM64', options: pxe(11) },
  { name: 'UEFI RISC-V 64', options: pxe(27) },
  { name: 'UEFI x64 HTTP', options: http(16) },
  { name: 'UEFI ARM64 HTTP', options: http(19) },
  { name: 'iPXE on BIOS', options: ipxe(0) },
  { name: 'iPXE on UEFI ARM64', options: ipxe(11) },
  { name: 'iPXE without a user class', options: { ...pxe(7), 175: 'b10501' } },
  { name: 'U-Boot', options: { 60: text('U-Boot.armv8'), 93: arch(0x16) } },
  { name: 'Raspberry Pi 3', mac: 'b8:27:eb:00:00:01', options: { ...pxe(0), 97: `00${'44'.repeat(16)}` } },
  {
    name: 'Raspberry Pi 5',
    mac: '2c:cf:67:00:00:01',
    options: { ...pxe(0), 97: `00${text('RPi5')}17d10400000000000000${'be51'}` },
  },
  { name: 'Raspberry Pi 5 that runs', mac: '2c:cf:67:00:00:01', options: { 60: text('dhcpcd-9.4.1:Linux') } },
  { name: 'a host with a script: BIOS', mac: '02:00:00:00:01:01', options: pxe(0) },
  { name: 'a host with a script: iPXE', mac: '02:00:00:00:01:01', options: ipxe(0) },
  { name: 'a host that boots nothing: UEFI', mac: '02:00:00:00:01:02', options: pxe(7) },
  { name: 'a host that boots nothing: iPXE', mac: '02:00:00:00:01:02', options: ipxe(7) },
  { name: 'a host with an address alone', mac: '02:00:00:00:01:03', options: pxe(7) },
  { name: 'a host known by its UUID', options: { ...pxe(7), 97: GUID } },
  { name: 'a host known by its UUID, now iPXE', options: { ...ipxe(7), 97: GUID } },
].map((machine, index) => ({ mac: `02:00:00:00:00:${String(index + 1).padStart(2, '0')}`, ...machine }));

const ask = async (lab: Lab): Promise<Told[]> => {
  const output = await lab.output('c1', [lab.script('boot-asker'), JSON.stringify(MACHINES)], 300_000);
  return output.split('\n').map(line => JSON.parse(line) as Told);
};

const fromHex = (hex: string | undefined): string =>
  Buffer.from(hex ?? '', 'hex')
    .toString()
    .replace(/\0+$/, '');

/** What a machine acts on. Which of `file` and option 67 carries the name is each server's own way. */
function acted(told: Told) {
  const { options } = told;
  const file = (fromHex(options[67]) || told.file).replace(/\?mac=[-0-9a-f]+$/, '');
  const known = (address: string): string | undefined => (/\.(10|11|120)$/.test(address) ? address : undefined);
  return {
    name: told.name,
    file,
    // Without a file nobody looks at it.
    siaddr: file || options[43] ? told.siaddr : undefined,
    vendorClass: file || options[43] ? fromHex(options[60]) : '',
    menu: options[43],
    tftpServer: options[43] && fromHex(options[66]),
    config: fromHex(options[209]),
    noProxyWait: file && fromHex(options[175]),
    address: known(told.ip),
    mask: options[1],
    gateway: options[3],
    dns: options[6],
    domain: fromHex(options[15]),
    lease: options[51],
  };
}

/** Machines that are told a name twice over must be told one name. */
const sameTwice = ({ file, options }: Told): boolean => file === '' || !options[67] || fromHex(options[67]) === file;

it('Benchboot, dnsmasq and Kea tell each kind of machine the same', async () => {
  await withLab({}, async lab => {
    const benchFile = join(lab.state, 'bench.json');
    writeFileSync(benchFile, formatBenchFile(FULL));
    const exportTo = async (server: 'dnsmasq' | 'kea'): Promise<string> => {
      const path = join(lab.state, `${server}.conf`);
      await lab.output('srv', [
        ...[process.execPath, lab.cli, 'bench', 'export', '--to', server, benchFile],
        ...['--nic', 'bench0', '--out', path],
      ]);
      return path;
    };

    const serving = await lab.serve(['--bench', benchFile]);
    const ours = await ask(lab);
    expect(await serving.stop()).toBe(130);
    expect(Object.fromEntries(ours.map(each => [each.name, acted(each).file]))).toMatchObject({
      plain: '',
      BIOS: 'undionly.kpxe',
      'UEFI x64': 'ipxe.efi',
      'UEFI IA32': 'boot/ia32, "32".efi',
      'UEFI ARM64': 'http://192.168.77.9/arm64.efi',
      'UEFI RISC-V 64': '',
      'UEFI x64 HTTP': `http://${OWN}/ipxe.efi`,
      'iPXE on UEFI ARM64': `http://${OWN}/menu/start.ipxe`,
      'a host with a script: BIOS': 'undionly.kpxe',
      'a host with a script: iPXE': `http://${OWN}/own.ipxe`,
      'a host that boots nothing: UEFI': '',
      'a host known by its UUID': 'shim.efi',
    });
    const sameFrom = async (server: Program): Promise<void> => {
      const theirs = await ask(lab);
      expect(theirs.filter(told => !sameTwice(told))).toEqual([]);
      expect(theirs.map(acted)).toEqual(ours.map(acted));
      await server.stop();
    };

    const conf = await exportTo('dnsmasq');
    const command = ['dnsmasq', '-k', '-C', conf, '--user=root', '--log-facility=-', '--pid-file', '--no-ping'];
    const dnsmasq = lab.start('srv', [...command, `--dhcp-leasefile=${join(lab.state, 'leases')}`]);
    await dnsmasq.line(/DHCP, IP range/, 20_000);
    await sameFrom(dnsmasq);

    const json = await exportTo('kea');
    // Where its leases are is the server's own business.
    const config = JSON.parse(readFileSync(json, 'utf8')) as { Dhcp4: { 'lease-database': { name?: string } } };
    config.Dhcp4['lease-database'].name = join(lab.state, 'leases.csv');
    writeFileSync(json, JSON.stringify(config));
    const folders = Object.entries(keaFolders(lab.state).env).filter(([name]) => name.startsWith('KEA_'));
    const kea = lab.start('srv', ['env', ...folders.map(each => each.join('=')), 'kea-dhcp4', '-c', json], 'kea');
    await kea.line(/DHCP4_STARTED/, 30_000);
    await sameFrom(kea);
  });
});

it('beside another DHCP server, dnsmasq tells a PXE ROM its boot file on port 4011', async () => {
  await withLab({ clients: 2 }, async lab => {
    const file: BenchFile = { version: 1, mode: 'proxy', addressing: { address: `${OWN}/24` } };
    addIpxePrograms(lab);
    const conf = join(lab.state, 'proxy.conf');
    writeFileSync(conf, exportDnsmasq(handover(file, lab.root), 'bench0'));
    const inFront = ['dnsmasq', '-k', '--user=root', '--log-facility=-', '--pid-file', '--no-ping'];
    const proxy = lab.start('srv', [...inFront, '-C', conf], 'proxy');
    await proxy.line(/DHCP, proxy on subnet/, 20_000);
    await lab.output('c2', ['ip', 'addr', 'add', '192.168.77.2/24', 'dev', 'eth0']);
    const range = '--dhcp-range=192.168.77.100,192.168.77.120';
    const leases = `--dhcp-leasefile=${join(lab.state, 'leases')}`;
    const other = lab.start('c2', [...inFront, '-C', '/dev/null', '--port=0', range, leases], 'other');
    await other.line(/DHCP, IP range/, 20_000);
    expect(await lab.output('c1', [lab.script('pxe-client'), '--proxy'])).toMatch(/^PXE-OK \S+ \S+ undionly\.kpxe$/m);
  });
});
