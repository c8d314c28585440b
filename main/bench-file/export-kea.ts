/** A bench as kea-dhcp4.json (Kea 2.2 or newer): the same addresses, and the same boot file for every kind of machine. */
import { fromText, type Mac, toHex } from 'node-dhcpd-lite';
import { BenchError } from '../errors.ts';
import { BOOT_KINDS, marksOfKind, PI_GUIDS, PI_MACS } from './boot-kinds.ts';
import { type BootAnswer, type HandedHost, type Handover, uuidOctets } from './handover.ts';

/** Hosts that are told something of their own. */
const OWN_BOOT = 'own-boot';

const macHex = (mac: Mac): string => `0x${mac.replaceAll(':', '')}`;
const member = (name: string): string => `member('${name}')`;
const any = (tests: readonly string[]): string => tests.join(' or ');

/** Ends with a line break. `nic`: the network port of the permanent server. Throws BenchError USAGE for proxy mode. */
export function exportKea(bench: Handover, nic?: string): string {
  if (bench.mode === 'proxy')
    throw new BenchError('USAGE', {
      problem: 'Kea gives addresses and cannot be a proxy beside another server. Take `--to dnsmasq`.',
    });
  const hosts = bench.hosts.map((host, index) => ({ ...host, tag: `host-${index + 1}` }));
  const own = hosts.filter(host => host.boot !== undefined && hostTest(host) !== undefined);
  const config = {
    Dhcp4: {
      'interfaces-config': { interfaces: [nic === undefined ? '*' : `${nic}/${bench.address}`] },
      'lease-database': { type: 'memfile', persist: true },
      authoritative: true,
      'match-client-id': bench.identity === 'client-id',
      'valid-lifetime': bench.leaseSeconds,
      'client-classes': [
        ...recognition(),
        ...own.map(host => ({ name: host.tag, test: hostTest(host) })),
        ...(own.length > 0 ? [{ name: OWN_BOOT, test: any(own.map(host => member(host.tag))) }] : []),
        ...bench.boot.map(answer =>
          bootClass(answer, 'boot', own.length > 0 ? [`not ${member(OWN_BOOT)}`] : [], bench),
        ),
        ...own.flatMap(host => host.boot!.map(answer => bootClass(answer, host.tag, [member(host.tag)], bench))),
      ],
      subnet4: [
        {
          id: 1,
          subnet: `${bench.subnet.network}/${bench.subnet.prefix}`,
          pools: [{ pool: bench.range.join(' - ') }],
          'option-data': [
            ...(bench.gateway === undefined ? [] : [{ name: 'routers', data: bench.gateway }]),
            ...(bench.nameServers.length > 0
              ? [{ name: 'domain-name-servers', data: bench.nameServers.join(', ') }]
              : []),
            { name: 'domain-name', data: bench.domain },
          ],
          reservations: bench.hosts.flatMap(reservation),
        },
      ],
    },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** The marks by which kinds of machine are told apart. */
function recognition(): { name: string; test: string }[] {
  const arch = (codes: readonly number[]): string =>
    any(codes.map(code => `substring(option[93].hex,0,2) == 0x${code.toString(16).padStart(4, '0')}`));
  const prefix = (octets: string): string => `substring(pkt4.mac,0,3) == ${macHex(octets)}`;
  const tests: Readonly<Record<string, string>> = {
    ipxe: "option[175].exists or option[77].hex == 'iPXE' or substring(option[77].hex,1,4) == 'iPXE'",
    'u-boot': "substring(option[60].hex,0,7) == 'U-Boot.'",
    pi3: any(PI_MACS.pi3.map(prefix)),
    pi: any([...PI_MACS.pi.map(prefix), ...PI_GUIDS.map(name => `substring(option[97].hex,1,4) == '${name}'`)]),
  };
  return BOOT_KINDS.map(({ name, archs }) => {
    const told = tests[name];
    const isPi = name === 'pi3' || name === 'pi';
    return { name, test: any([...(told ? [told] : []), ...(archs.length > 0 && !isPi ? [arch(archs)] : [])]) };
  });
}

function hostTest({ mac, clientId, uuid }: HandedHost): string | undefined {
  if (mac !== undefined) return `pkt4.mac == ${macHex(mac)}`;
  if (clientId !== undefined) return `option[61].hex == 0x${clientId}`;
  return uuid === undefined ? undefined : `option[97].hex == 0x00${toHex(uuidOctets(uuid))}`;
}

function reservation({ mac, clientId, address, name }: HandedHost): object[] {
  if ((mac === undefined && clientId === undefined) || (address === undefined && name === undefined)) return [];
  return [
    {
      ...(mac === undefined ? { 'client-id': clientId } : { 'hw-address': mac }),
      ...(address !== undefined && { 'ip-address': address }),
      ...(name !== undefined && { hostname: name }),
    },
  ];
}

/** BOOTP `file` is 128 octets with its NUL (RFC 2131 section 2). */
const FILE_FIELD = 127;

function bootClass(
  { kind, file, vendorClass, options }: BootAnswer,
  prefix: string,
  who: readonly string[],
  { address }: Handover,
): object {
  const { all, none } = marksOfKind(kind);
  const test = [...who, ...all.map(member), ...none.map(name => `not ${member(name)}`)].join(' and ');
  const data = [
    ...(vendorClass === undefined ? [] : [[60, fromText(vendorClass)] as const]),
    ...(file === undefined ? [] : [[67, fromText(file)] as const]),
    ...options,
  ];
  return {
    name: `${prefix}-${kind.name}`,
    test,
    'next-server': address,
    ...(file !== undefined && fromText(file).length <= FILE_FIELD && { 'boot-file-name': file }),
    // As octets, since Kea reads no 43 and 175 of its own, and a comma in a name would end it.
    ...(data.some(([code]) => OWN_CODES.includes(code)) && {
      'option-def': data.flatMap(([code]) =>
        OWN_CODES.includes(code) ? [{ name: `option-${code}`, code, type: 'binary' }] : [],
      ),
    }),
    'option-data': data.map(([code, value]) => ({
      code,
      'csv-format': false,
      data: toHex(value),
      'always-send': true,
    })),
  };
}

const OWN_CODES: readonly number[] = [43];
