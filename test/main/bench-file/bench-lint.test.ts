import { describe, expect, it } from 'vitest';
import { parseBenchFile } from '../../../main/bench-file/bench-file.ts';
import { LINT_RULES, type LintFacts, type LintRemark, lintBenchFile } from '../../../main/bench-file/bench-lint.ts';

function lint(fields: object, facts: LintFacts = {}): LintRemark[] {
  const parsed = parseBenchFile(JSON.stringify({ version: 1, ...fields }, null, 1), 'bench.json');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return lintBenchFile(parsed, 'bench.json', facts);
}
const net = (more: object): object => ({ addressing: { address: '10.32.0.1/24', ...more } });
const hosts = (...all: object[]): object => ({ ...net({}), hosts: all });
const MAC = '52:54:00:be:00:01';

/** What the file says, and the rules with the places that speak of it. */
const cases: Record<string, [fields: object, remarks: string[], facts?: LintFacts]> = {
  'nothing wrong': [
    net({ range: '10.32.0.64-10.32.0.191', lease: '10m', gateway: '10.32.0.254', dns: ['1.1.1.1'] }),
    [],
  ],
  'S0: the gateway is a typing error': [net({ gateway: '10.3.0.1' }), ['gateway-outside /addressing/gateway']],
  'S0: the range includes the broadcast address': [
    net({ range: '10.32.0.2-10.32.0.255' }),
    ['range /addressing/range'],
  ],
  'S0: public resolvers without a gateway': [
    net({ dns: ['10.32.0.1', '1.1.1.1', '8.8.8.8'] }),
    ['public-dns-on-isolated-bench /addressing/dns/1', 'public-dns-on-isolated-bench /addressing/dns/2'],
  ],
  'a range from the network address': [
    net({ range: '10.32.0.0-10.32.0.99' }),
    ['range /addressing/range', 'range /addressing/range'],
  ],
  'a range over the laptop': [
    { addressing: { address: '10.32.0.50/24', range: '10.32.0.10-10.32.0.99' } },
    ['range /addressing/range'],
  ],
  'a range that begins at the laptop': [net({ range: '10.32.0.1-10.32.0.99' }), ['range /addressing/range']],
  'a range backwards': [net({ range: '10.32.0.99-10.32.0.10' }), ['range /addressing/range']],
  'a range elsewhere': [
    net({ range: '10.33.0.10-10.33.0.20' }),
    ['range /addressing/range', 'range /addressing/range'],
  ],
  'a range with a number over 255': [net({ range: '10.32.0.10-10.32.0.300' }), ['range /addressing/range']],
  'a range of one address': [net({ range: '10.32.0.10-10.32.0.10' }), []],
  'a network without room': [{ addressing: { address: '10.32.0.1/31' } }, ['network-too-small /addressing/address']],
  'the network address for the laptop': [
    { addressing: { address: '10.32.0.0/24' } },
    ['own-address-unusable /addressing/address'],
  ],
  'a lease of seconds': [net({ lease: '5s' }), ['lease /addressing/lease']],
  'a lease of weeks': [net({ lease: '30d' }), ['lease /addressing/lease']],
  'a lease of nothing': [net({ lease: '0m' }), ['lease /addressing/lease']],
  'two hosts with one address': [
    hosts({ mac: MAC, address: '10.32.0.9' }, { serial: '9ffefdef', address: '10.32.0.9' }),
    ['same-address-twice /hosts/1/address'],
  ],
  'one MAC twice, written differently': [
    hosts({ mac: MAC }, { mac: '52-54-00-BE-00-01' }),
    ['same-device-twice /hosts/1/mac'],
  ],
  'one name twice': [
    hosts({ mac: MAC, name: 'a' }, { serial: '9ffefdef', name: 'A' }),
    ['same-name-twice /hosts/1/name'],
  ],
  'a host without mark': [hosts({ name: 'a' }), ['host-without-mark /hosts/0']],
  'a fixed address elsewhere': [hosts({ mac: MAC, address: '10.33.0.9' }), ['host-address-unusable /hosts/0/address']],
  "the laptop's address for a host": [
    hosts({ mac: MAC, address: '10.32.0.1' }),
    ['host-address-unusable /hosts/0/address'],
  ],
  'S3: an x64 program for ARM': [
    { boot: { 'uefi-arm64': 'ipxe.efi' } },
    ['program-for-another-machine /boot/uefi-arm64'],
  ],
  'a UEFI program for BIOS': [{ boot: { bios: 'ipxe.efi' } }, ['program-for-another-machine /boot/bios']],
  'a BIOS program for UEFI': [
    { boot: { 'uefi-x64': 'undionly.kpxe' } },
    ['program-for-another-machine /boot/uefi-x64'],
  ],
  'a program where a script belongs': [{ boot: { ipxe: 'ipxe.efi' } }, ['program-for-another-machine /boot/ipxe']],
  'programs where they belong': [
    {
      boot: {
        bios: 'undionly.kpxe',
        'uefi-x64': 'EFI/shimx64.efi',
        'uefi-arm64': 'grubaa64.efi',
        ipxe: 'http://10.32.0.1/menu.ipxe',
        'u-boot': false,
      },
    },
    [],
  ],
  'a boot file for a Pi': [hosts({ serial: '9ffefdef', boot: 'kernel8.efi' }), ['pi-takes-no-boot-file /hosts/0/boot']],
  'S3: a boot file with a letter missing': [
    { boot: { bios: 'unionly.kpxe' } },
    ['boot-file-missing /boot/bios'],
    { fileExists: name => name === 'undionly.kpxe' },
  ],
  'a URL is not looked for': [{ boot: { ipxe: 'http://10.32.0.9/a.ipxe' } }, [], { fileExists: () => false }],
  'the root folder is gone': [{ root: 'www' }, ['root-missing /root'], { rootExists: false }],
  'an unknown field': [{ adressing: {} }, ['unknown-field /adressing']],
  'an unknown field inside': [hosts({ mac: MAC, adress: '10.32.0.9' }), ['unknown-field /hosts/0/adress']],
  'a Wi-Fi key in clear': [{ vars: { wifi_psk: 'correct horse' } }, ['secret-in-clear /vars/wifi_psk']],
  'a password in clear, at a host': [
    hosts({ mac: MAC, vars: { rootPassword: 'hunter2' } }),
    ['secret-in-clear /hosts/0/vars/rootPassword'],
  ],
  'hashed secrets': [{ vars: { password: '$6$salt$hash', psk: 'a'.repeat(64), token: '' } }, []],
  'a port by its name': [{ port: { name: 'eth0' } }, ['port-not-portable /port/name', 'unknown-field /port/name']],
  'a port by a name as description': [{ port: { description: 'Ethernet 3' } }, ['port-not-portable /port/description']],
  'a port by its description': [{ port: { description: 'USB 3 Gigabit Ethernet' } }, []],
  'addresses in proxy mode': [
    { mode: 'proxy', ...net({ lease: '10m' }) },
    ['addresses-in-proxy-mode /addressing/lease'],
  ],
  'a console of nobody': [{ consoles: [{ port: 'x', host: 'a' }] }, ['console-of-nobody /consoles/0/host']],
};

describe('the linter', () => {
  it.each(Object.entries(cases))('%s', (_, [fields, remarks, facts]) => {
    expect(
      lint(fields, facts)
        .map(remark => `${remark.rule} ${remark.pointer}`)
        .sort(),
    ).toEqual([...remarks].sort());
  });

  it('has every rule proven by a case', () => {
    const proven = new Set(Object.values(cases).flatMap(([, remarks]) => remarks.map(remark => remark.split(' ')[0])));
    expect(LINT_RULES.map(rule => rule.name).filter(name => !proven.has(name))).toEqual([]);
  });

  it('points at the place and says what to do next', () =>
    expect(lint(net({ gateway: '10.3.0.1' }))).toEqual([
      {
        rule: 'gateway-outside',
        severity: 'error',
        path: 'bench.json',
        line: 5,
        column: 14,
        pointer: '/addressing/gateway',
        message: 'addressing.gateway: 10.3.0.1 is outside the network 10.32.0.0/24',
        next: 'A device can only reach a gateway of its own network: correct it, or leave it out on an isolated bench.',
      },
    ]));

  it('suggests the field that was meant, at its name', () =>
    expect(lint({ adressing: {} })[0]).toMatchObject({
      line: 3,
      column: 2,
      next: 'Did you mean "addressing"?',
      severity: 'warning',
    }));

  it('suggests a range that fits', () =>
    expect(lint(net({ range: '10.32.0.2-10.32.0.255' }))[0]?.next).toBe('A range that fits: 10.32.0.64-10.32.0.191.'));

  it('tells in the order of the file', () => {
    const lines = lint({ adressing: 1, ...net({ gateway: '10.3.0.1', lease: '1s' }), zzz: 1 }).map(
      remark => remark.line,
    );
    expect(lines).toEqual([...lines].sort((a, b) => a - b));
    expect(lines).toHaveLength(4);
  });
});
