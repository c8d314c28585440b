import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BenchFile, formatBenchFile, parseBenchFile } from '../../../main/bench-file/bench-file.ts';
import { lintBenchFile } from '../../../main/bench-file/bench-lint.ts';
import { parseDnsmasqConf } from '../../../main/bench-file/dnsmasq-conf.ts';
import { exportDnsmasq } from '../../../main/bench-file/export-dnsmasq.ts';
import { handover } from '../../../main/bench-file/handover.ts';
import { importBench } from '../../../main/bench-file/import.ts';
import { parseIni } from '../../../main/bench-file/ini.ts';
import { PROFILES } from '../../../main/bench-file/profiles.ts';

const ini = (...lines: string[]) => importBench(lines.join('\n'), 'dhcpsrv.ini');
const conf = (...lines: string[]) => importBench(lines.join('\n'), 'dnsmasq.conf');
/** `line kind text`, as short as a table. */
const told = ({ notes }: ReturnType<typeof importBench>): string[] =>
  notes.map(({ line, kind, text }) => `${line} ${kind} ${text}`);
const left = (imported: ReturnType<typeof importBench>): string[] =>
  told(imported).filter(note => note.includes('left-out'));
const errors = (file: BenchFile): string[] => {
  const parsed = parseBenchFile(formatBenchFile(file), 'bench.json');
  if (!parsed.ok) return parsed.problems.map(({ message }) => message);
  return lintBenchFile(parsed, 'bench.json').flatMap(({ severity, message }) => (severity === 'error' ? message : []));
};

describe('INI text', () => {
  it('comments, quotes, sections that come twice, Windows line ends', () => {
    const { sections, strays } = parseIni(
      '\ufeff; first\r\n[A]\r\n x = "1;2" ; why\r\n# y=2\r\n[B] ; b\r\nz=\r\n[a]\r\nw=3\r\nnonsense\r\n',
    );
    expect(sections.map(({ name, entries }) => [name, entries.map(({ key, value }) => `${key}=${value}`)])).toEqual([
      ['A', ['x=1;2', 'w=3']],
      ['B', ['z=']],
    ]);
    expect(sections[0]!.entries[0]).toMatchObject({ line: 3, column: 2 });
    expect(strays).toEqual([{ line: 9, column: 1, text: 'nonsense' }]);
  });

  it('variables, of other sections too; those that lead nowhere or to themselves stay', () => {
    const { sections } = parseIni(
      '[S]\nBase=c:\\d\nRoot=$(Base)\\www\nLoop=$(Loop)\nA=$(B)\nB=$(A)\nNone=$(no)\n[T]\nX=$(S\\Root)!\n',
    );
    expect(sections[0]!.entries[1]!.value).toBe('c:\\d\\www');
    expect(sections[0]!.entries[5]!.value).toBe('$(no)');
    expect(sections[1]!.entries[0]!.value).toBe('c:\\d\\www!');
  });

  it('a variable that would grow without end does not', () => {
    const lines = Array.from({ length: 30 }, (_, i) => `v${i + 1}=${`$(v${i})`.repeat(20)}`);
    const { sections } = parseIni(['[S]', 'v0=0123456789', ...lines].join('\n'));
    for (const { value } of sections[0]!.entries) expect(value.length).toBeLessThan(5000);
  });
});

describe('dhcpsrv.ini', () => {
  it('of a cluster box on a kitchen table, its three slips mended or told', () => {
    const imported = ini(
      '[SETTINGS]',
      'IPPOOL_1=10.32.0.2-255',
      'IPBIND_1=10.32.0.1',
      'AssociateBindsToPools=1',
      'Trace=1',
      'DeleteOnRelease=0',
      'ExpiredLeaseTimeout=3600',
      '[GENERAL]',
      'LEASETIME=86400',
      'NODETYPE=8',
      'SUBNETMASK=255.255.255.0',
      'NEXTSERVER=10.32.0.1',
      'ROUTER_0=10.3.0.1',
      'DNS_0=10.32.0.1',
      'DNS_1=1.1.1.1',
      '[DNS-SETTINGS]',
      'EnableDNS=1',
      '[TFTP-SETTINGS]',
      'EnableTFTP=1',
      'ROOT=C:\\dhcpsrv\\wwwroot',
      'WritePermission=0',
      '[HTTP-SETTINGS]',
      'EnableHTTP=1',
      'ROOT=C:\\dhcpsrv\\wwwroot',
    );
    expect(imported.format).toBe('dhcpsrv.ini');
    expect(imported.file).toEqual({
      version: 1,
      name: 'From dhcpsrv.ini',
      mode: 'dhcp',
      addressing: {
        address: '10.32.0.1/24',
        range: '10.32.0.2-10.32.0.254',
        lease: '1d',
        dns: ['10.32.0.1', '1.1.1.1'],
      },
      root: 'C:\\dhcpsrv\\wwwroot',
    });
    expect(told(imported)).toEqual([
      '2 changed IPPOOL_1=10.32.0.2-255',
      '4 not-needed AssociateBindsToPools=1',
      '5 not-needed Trace=1',
      '6 not-needed DeleteOnRelease=0',
      '7 not-needed ExpiredLeaseTimeout=3600',
      '10 left-out NODETYPE=8',
      '12 not-needed NEXTSERVER=10.32.0.1',
      '13 left-out ROUTER_0=10.3.0.1',
      '21 not-needed WritePermission=0',
    ]);
    expect(imported.notes.find(({ line }) => line === 13)?.reason).toContain('outside the network 10.32.0.0/24');
    expect(errors(imported.file)).toEqual([]);
  });

  it('services that are off, a lease of the wizard’s "no router", clients with what they have', () => {
    const imported = ini(
      '[Settings]',
      'IPPOOL_1=192.168.17.10-192.168.17.50',
      'IPBIND_1="vEthernet (lab)"',
      'ConfigureUnknownClients=0',
      '[General]',
      'SUBNETMASK=255.255.255.0',
      'LEASETIME=5400',
      'ROUTER_0=0.0.0.0',
      'DOMAINNAME=lab.test',
      'BootFile=boot\\ipxe-arm64.efi',
      'OPTION_66=x',
      '[HTTP-Settings]',
      'EnableHTTP=1',
      'Port=8080',
      '[00-15-5D-89-01-05] ; a board',
      'IPADDR=192.168.17.9',
      'Hostname=board-1',
      'BootFile=special\\u-boot.bin',
      'AutoConfig=06/05/2023 10:04:24',
      'LeaseEnd=0',
      'Rack=7',
      '[00-15-5D-89-01-06]',
      'Hostname=bad_name',
    );
    expect(imported.file).toMatchObject({
      addressing: { address: '192.168.17.1/24', lease: '90m', domain: 'lab.test' },
      httpPort: 8080,
      services: { tftp: false, dns: false },
      boot: { 'uefi-arm64': 'boot/ipxe-arm64.efi' },
      hosts: [{ mac: '00:15:5d:89:01:05', name: 'board-1', address: '192.168.17.9', boot: 'special/u-boot.bin' }],
    });
    expect(told(imported)).toEqual([
      '2 changed IPPOOL_1=192.168.17.10-192.168.17.50',
      '3 left-out IPBIND_1="vEthernet (lab)"',
      '4 left-out ConfigureUnknownClients=0',
      '8 not-needed ROUTER_0=0.0.0.0',
      '10 changed BootFile=boot\\ipxe-arm64.efi',
      '11 left-out OPTION_66=x',
      '15 changed [00-15-5D-89-01-05]',
      '19 not-needed AutoConfig=06/05/2023 10:04:24',
      '20 not-needed LeaseEnd=0',
      '21 left-out Rack=7',
      '22 left-out [00-15-5D-89-01-06]',
      '23 left-out Hostname=bad_name',
    ]);
  });

  it('the pool and the bind of one number, when there are several; sections nobody knows', () => {
    const imported = ini(
      '[SETTINGS]',
      'IPBIND_1=10.1.0.1',
      'IPBIND_2=10.2.0.1',
      'IPPOOL_2=10.2.0.20-30',
      'IPPOOL_3=10.3.0.20-30',
      '[GENERAL]',
      'SUBNETMASK=255.0.255.0',
      '[NETWORK1]',
      'NAME=office',
    );
    expect(imported.file.addressing).toEqual({ address: '10.2.0.1/24', range: '10.2.0.20-10.2.0.30' });
    expect(left(imported)).toEqual([
      '2 left-out IPBIND_1=10.1.0.1',
      '5 left-out IPPOOL_3=10.3.0.20-30',
      '7 left-out SUBNETMASK=255.0.255.0',
      '9 left-out NAME=office',
    ]);
  });
});

describe('dnsmasq.conf', () => {
  it('lines: comments, quotes, commas in quotes', () => {
    expect(
      parseDnsmasqConf('# no\n  dhcp-boot = "a, \\"b\\" # c.efi",x # why\nport=0#1\nenable-tftp\n').map(
        ({ key, parts, line, column }) => ({ key, parts, at: `${line}:${column}` }),
      ),
    ).toEqual([
      { key: 'dhcp-boot', parts: ['a, "b" # c.efi', 'x'], at: '2:3' },
      { key: 'port', parts: ['0#1'], at: '3:1' },
      { key: 'enable-tftp', parts: [], at: '4:1' },
    ]);
  });

  it('of a boot server for BIOS, UEFI and Raspberry Pis', () => {
    const imported = conf(
      'interface=eth1',
      'port=0',
      'dhcp-range=192.168.69.50,192.168.69.150,12h',
      'dhcp-option=option:router,192.168.69.254',
      'dhcp-option=6,192.168.69.1,8.8.8.8',
      'dhcp-match=set:ipxe,175 # iPXE sends a 175 option',
      'dhcp-match=set:efi,option:client-arch,7',
      'dhcp-match=set:efi,option:client-arch,9',
      'dhcp-boot=tag:!ipxe,tag:!efi,undionly.kpxe',
      'dhcp-boot=tag:!ipxe,tag:efi,ipxe.efi',
      'dhcp-boot=tag:ipxe,http://192.168.69.1:8080/menu/boot.ipxe',
      'pxe-service=0,"Raspberry Pi Boot"',
      'enable-tftp',
      'tftp-root=/srv/tftp',
      'dhcp-host=52:54:00:12:34:56,node1,192.168.69.10,infinite',
      'dhcp-host=aa:bb:cc:*:*:*,ignore',
      'address=/boot.test/192.168.69.1',
      'conf-dir=/etc/dnsmasq.d',
      'no-such-setting=1',
    );
    expect(imported.file).toEqual({
      version: 1,
      name: 'From dnsmasq.conf',
      mode: 'dhcp',
      identity: 'client-id',
      addressing: {
        address: '192.168.69.1/24',
        range: '192.168.69.50-192.168.69.150',
        lease: '12h',
        gateway: '192.168.69.254',
        dns: ['192.168.69.1', '8.8.8.8'],
      },
      root: '/srv/tftp',
      httpPort: 8080,
      services: { dns: false },
      boot: { bios: 'undionly.kpxe', 'uefi-x64': 'ipxe.efi', 'uefi-arm64': false, ipxe: 'menu/boot.ipxe' },
      hosts: [{ mac: '52:54:00:12:34:56', name: 'node1', address: '192.168.69.10' }],
    });
    expect(told(imported)).toEqual([
      '1 left-out interface=eth1',
      '9 changed dhcp-boot=tag:!ipxe,tag:!efi,undionly.kpxe',
      '15 changed dhcp-host=52:54:00:12:34:56,node1,192.168.69.10,infinite',
      '16 left-out dhcp-host=aa:bb:cc:*:*:*,ignore',
      '17 left-out address=/boot.test/192.168.69.1',
      '18 left-out conf-dir=/etc/dnsmasq.d',
      '19 left-out no-such-setting=1',
    ]);
    expect(errors(imported.file)).toEqual([]);
  });

  it('beside another server: proxy mode and PXE menus', () => {
    const { file, notes } = conf(
      'dhcp-range=10.0.0.0,proxy,255.0.0.0',
      'pxe-service=tag:!ipxe,x86PC,"Boot",pxelinux',
      'pxe-service=tag:!ipxe,X86-64_EFI,"Boot",snponly.efi',
      'dhcp-userclass=set:ipxe,iPXE',
      'dhcp-boot=tag:ipxe,http://10.0.0.9/x.ipxe',
      'enable-tftp',
    );
    expect(file).toMatchObject({
      mode: 'proxy',
      addressing: { address: '10.0.0.9/8' },
      boot: { bios: 'pxelinux.0', 'uefi-x64': 'snponly.efi', 'uefi-arm64': false, ipxe: 'x.ipxe' },
    });
    expect(notes).toEqual([]);
  });

  it('addresses alone: what boots is left to Benchboot', () => {
    const { file, notes } = conf(
      'listen-address=127.0.0.1,10.9.0.1',
      'listen-address=10.9.0.1',
      'dhcp-range=10.9.0.0,10.9.0.255,255.255.255.0,2w',
    );
    expect(file).toEqual({
      version: 1,
      name: 'From dnsmasq.conf',
      mode: 'dhcp',
      identity: 'client-id',
      addressing: { address: '10.9.0.1/24', range: '10.9.0.2-10.9.0.254', lease: '14d' },
      services: { tftp: false },
    });
    expect(notes.map(({ line, kind, reason }) => `${line} ${kind} ${reason}`)).toEqual([
      expect.stringMatching(/^1 not-needed /),
      expect.stringMatching(/^3 changed .*names itself as the gateway/),
      expect.stringMatching(/^3 changed .*broadcast/),
    ]);
  });

  it.each<[string, string[], object]>([
    ['a later line wins', ['dhcp-boot=one.kpxe', 'dhcp-boot=two.kpxe'], { bios: 'two.kpxe' }],
    [
      'a line with tags wins',
      ['dhcp-boot=tag:b,one.kpxe', 'dhcp-boot=two.kpxe', 'dhcp-match=set:b,93,0'],
      { bios: 'one.kpxe' },
    ],
    ['option 67 counts where dhcp-boot is silent', ['dhcp-option=option:bootfile-name,x.kpxe'], { bios: 'x.kpxe' }],
    [
      'tag-if',
      ['dhcp-match=set:a,93,11', 'tag-if=set:c,tag:a', 'dhcp-boot=tag:c,my-arm64.efi'],
      { 'uefi-arm64': 'my-arm64.efi', bios: false },
    ],
    [
      'the old form of tags',
      ['dhcp-userclass=iPXE,iPXE', 'dhcp-boot=net:#iPXE,a.0', 'dhcp-boot=net:iPXE,b.ipxe'],
      { bios: 'a.0', ipxe: 'b.ipxe' },
    ],
    [
      'a vendor class of HTTP Boot',
      ['dhcp-vendorclass=set:h,HTTPClient', 'dhcp-boot=tag:h,http://10.0.0.1/x64.efi'],
      { 'uefi-x64': 'x64.efi' },
    ],
    [
      'a program for iPXE itself is no script',
      ['dhcp-boot=undionly.kpxe'],
      { bios: 'undionly.kpxe', 'uefi-x64': false },
    ],
    [
      'one config file for U-Boot',
      ['dhcp-boot=x.kpxe', 'dhcp-option=209,pxelinux.cfg/all'],
      { 'u-boot': 'pxelinux.cfg/all' },
    ],
  ])('boot files: %s', (_name, lines, boot) => {
    const { file } = conf('listen-address=10.0.0.1', 'dhcp-range=10.0.0.10,10.0.0.20', ...lines);
    expect(file.boot).toMatchObject(boot);
  });

  it('hosts with a boot file of their own, or none', () => {
    const { file, notes } = conf(
      'dhcp-range=10.0.0.10,10.0.0.20',
      'dhcp-match=set:ipxe,175',
      'dhcp-boot=tag:!none,a.kpxe',
      'dhcp-boot=tag:ipxe,tag:!none,b.ipxe',
      'dhcp-host=02:00:00:00:00:11,set:own',
      'dhcp-boot=tag:own,tag:ipxe,c.ipxe',
      'dhcp-host=02:00:00:00:00:12,set:none,10.0.0.5',
      'dhcp-host=id:01:02:00:00:00:00:13,id:again,ten.example',
      'dhcp-host=id:plain-text,x!y',
      'dhcp-host=only-a-name,10.0.0.6',
    );
    expect(file.hosts).toEqual([
      { mac: '02:00:00:00:00:11', boot: 'c.ipxe' },
      { mac: '02:00:00:00:00:12', address: '10.0.0.5', boot: false },
      { clientId: '01:02:00:00:00:00:13', name: 'ten.example' },
      { clientId: Buffer.from('plain-text').toString('hex') },
    ]);
    expect(notes.filter(({ line }) => line > 8).map(({ line, kind }) => `${line} ${kind}`)).toEqual([
      '9 left-out',
      '10 left-out',
    ]);
  });
});

describe('whatever stands in a file', () => {
  /** Every line that is neither empty nor a comment is a field, or is told. */
  const words = fc.constantFrom(
    ...['dhcp-range', 'dhcp-host', 'dhcp-boot', 'dhcp-match', 'dhcp-option', 'tag-if', 'pxe-service', 'domain', 'port'],
    ...['listen-address', 'dhcp-mac', 'dhcp-userclass', 'enable-tftp', 'tftp-root', 'x', '[SETTINGS]', '[GENERAL]'],
    ...['IPPOOL_1', 'IPBIND_1', 'SUBNETMASK', 'LEASETIME', 'ROUTER_0', 'DNS_0', 'BootFile', '[02-00-00-00-00-01]'],
    ...['IPADDR', 'Hostname', 'NEXTSERVER', '[HTTP-SETTINGS]', 'Port', 'ROOT', 'EnableHTTP'],
  );
  const values = fc.oneof(
    fc.constantFrom(
      ...[
        '10.0.0.1',
        '10.0.0.5-20',
        '010.0.0.1',
        '0.0.0.0',
        '255.255.255.255',
        '10.0.0.9,10.0.0.1',
        '1',
        '0',
        '999999999999',
      ],
      ...['tag:a', 'set:a', 'set:a,175', 'tag:!a,x.efi', 'a.ipxe', 'option:router', '3,10.0.0.7', '97,00', 'infinite'],
      ...[
        '02:00:00:00:00:01',
        'id:zz',
        'id:',
        'ignore',
        'set:b,tag:a',
        '"',
        '$(A\\B)',
        '',
        '255.0.0.0',
        '4294967295',
        '0,x,y',
      ],
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  const line = fc
    .tuple(words, fc.constantFrom('=', '', ' = '), fc.array(values, { maxLength: 4 }))
    .map(([word, equals, parts]) => (word.startsWith('[') ? word : `${word}${equals}${parts.join(',')}`));
  const text = fc.oneof(
    fc.array(line, { maxLength: 25 }).map(lines => lines.join('\n')),
    fc.string({ unit: 'binary' }),
  );

  it.each(['dhcpsrv.ini', 'dnsmasq.conf'])('%s: never throws, fits the schema, loses no line', name => {
    fc.assert(
      fc.property(text, content => {
        const { file, notes } = importBench(content, name);
        const parsed = parseBenchFile(formatBenchFile(file), 'bench.json');
        expect(parsed.ok ? [] : parsed.problems).toEqual([]);
        const lines = content.split(/\r\n|\n|\r/);
        for (const note of notes) {
          expect(note.line).toBeLessThanOrEqual(lines.length);
          expect(note.reason).not.toBe('');
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('a line that means nothing is always told', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^z[a-z]{1,10}$/), fc.nat(30), (word, at) => {
        const lines = Array.from({ length: 31 }, (_, i) => (i === at ? `${word}=1` : '# x'));
        expect(told(conf(...lines))).toEqual([`${at + 1} left-out ${word}=1`]);
        expect(told(ini('[GENERAL]', ...lines))).toEqual([`${at + 2} left-out ${word}=1`]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('to dnsmasq and back', () => {
  const more: BenchFile = {
    version: 1,
    identity: 'client-id',
    addressing: {
      address: '10.5.0.1/22',
      range: '10.5.1.0-10.5.2.255',
      lease: '90s',
      gateway: '10.5.0.9',
      dns: ['10.5.0.7'],
      domain: 'a.test',
    },
    httpPort: 8080,
    boot: {
      bios: 'a, "b".kpxe',
      'uefi-x64': false,
      'uefi-ia32': 'http://10.9.9.9/ia32.efi',
      ipxe: 'm/x.ipxe',
      'u-boot': 'pxelinux.cfg/x',
    },
    hosts: [
      { mac: '02:00:00:00:00:01', name: 'one', address: '10.5.0.11', boot: 'own.ipxe' },
      { mac: '02:00:00:00:00:02', boot: false },
      { clientId: '01:02', name: 'three' },
      { uuid: '00112233-4455-6677-8899-aabbccddeeff', boot: 'shim.efi' },
    ],
  };
  const back = (file: BenchFile) => conf(exportDnsmasq(handover(file, file.root)));

  it.each([...PROFILES.map(({ name, file }) => [name, file] as const), ['everything', more] as const])(
    'the bench "%s" means the same',
    (_name, file) => {
      const { name: _, ...before } = handover(file, file.root);
      // What a serial number names, dnsmasq cannot say.
      const sayable = { ...before, hosts: before.hosts.filter(({ mac, clientId, uuid }) => mac ?? clientId ?? uuid) };
      const imported = back(file);
      expect(left(imported)).toEqual([]);
      const { name: __, ...after } = handover(imported.file, imported.file.root);
      const meaning = ({ remarks: ___, ...rest }: typeof after) => rest;
      // A proxy gives no addresses, so its range means nothing.
      const common =
        file.mode === 'proxy' ? { range: undefined, leaseSeconds: 0, nameServers: [], address: '', domain: '' } : {};
      expect({ ...meaning(after), ...common }).toEqual({ ...meaning(sayable), ...common });
    },
  );
});
