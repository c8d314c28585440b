/** A bench as dnsmasq.conf (dnsmasq 2.85 or newer): the same addresses, and the same boot file for every kind of machine. */
import { fromText, netmask, toHex, toText } from 'node-dhcpd-lite';
import { printable } from '../kit/printable.ts';
import { BOOT_KINDS, type BootKind, marksOfKind, PI_GUIDS, PI_MACS } from './boot-kinds.ts';
import type { BootAnswer, HandedHost, Handover } from './handover.ts';
import { uuidOctets } from './handover.ts';

/** Set for hosts that are told something of their own. */
const OWN_BOOT = 'own-boot';

const hex = (bytes: Uint8Array): string => toHex(bytes).match(/../g)?.join(':') ?? '';

/** Commas, quotes and `#` mean something to dnsmasq outside quotes. */
const quoted = (text: string): string =>
  /[,"#\\\s]/.test(text) ? `"${text.replace(/["\\]/g, found => `\\${found}`)}"` : text;

const comment = (text: string): string => `# ${printable(text, 500)}`;

/** Ends with a line break. `nic`: the network port of the permanent server. */
export function exportDnsmasq(bench: Handover, nic?: string): string {
  const hosts = bench.hosts.map((host, index) => ({ ...host, tag: `host-${index + 1}` }));
  const own = hosts.filter(host => host.boot !== undefined);
  const lines = [
    comment(`${bench.name ?? 'A bench'}, exported by Benchboot for dnsmasq.`),
    ...bench.remarks.map(comment),
    '',
    ...(nic === undefined ? [] : [`interface=${nic}`]),
    `listen-address=${bench.address}`,
    'bind-interfaces',
    ...names(bench),
    '',
    ...addresses(bench),
    ...hosts.flatMap(host => hostLine(host, host.tag)),
    '',
    comment('Who asks.'),
    ...recognition(),
    ...own.flatMap(host => guidLine(host, host.tag)),
    ...own.map(host => `tag-if=set:${OWN_BOOT},tag:${host.tag}`),
    '',
    comment('What it gets.'),
    ...(bench.tftp ? ['enable-tftp', ...(bench.root === undefined ? [] : [`tftp-root=${quoted(bench.root)}`])] : []),
    ...bench.boot.flatMap(answer => bootLines(answer, own.length > 0 ? [`!${OWN_BOOT}`] : [], bench)),
    ...own.flatMap(host => host.boot!.flatMap(answer => bootLines(answer, [host.tag], bench))),
  ];
  return `${lines.join('\n')}\n`;
}

function names({ dns, domain }: Handover): string[] {
  return dns ? [`domain=${domain}`, `local=/${domain}/`, 'expand-hosts'] : ['port=0', `domain=${domain}`];
}

function addresses({ mode, subnet, range, leaseSeconds, gateway, nameServers, identity }: Handover): string[] {
  const mask = netmask(subnet.prefix);
  if (mode === 'proxy') return [`dhcp-range=${subnet.network},proxy,${mask}`];
  return [
    'dhcp-authoritative',
    ...(identity === 'mac' ? ['dhcp-ignore-clid'] : []),
    `dhcp-range=${range.join(',')},${mask},${leaseSeconds}`,
    // Left out, dnsmasq would name itself.
    `dhcp-option=option:router${gateway === undefined ? '' : `,${gateway}`}`,
    `dhcp-option=option:dns-server${nameServers.map(each => `,${each}`).join('')}`,
  ];
}

function hostLine({ mac, clientId, address, name, boot }: HandedHost, tag: string): string[] {
  if (mac === undefined && clientId === undefined) return [];
  const parts = [mac, clientId && `id:${clientId.match(/../g)!.join(':')}`, boot && `set:${tag}`, address, name].filter(
    part => part !== undefined,
  );
  return [`dhcp-host=${parts.join(',')}`];
}

/** A host without a MAC is known by option 97 while its firmware speaks. */
function guidLine({ mac, clientId, uuid }: HandedHost, tag: string): string[] {
  return uuid === undefined || mac !== undefined || clientId !== undefined
    ? []
    : [`dhcp-match=set:${tag},97,00:${hex(uuidOctets(uuid))}`];
}

function recognition(): string[] {
  return [
    'dhcp-match=set:ipxe,175',
    'dhcp-userclass=set:ipxe,iPXE',
    'dhcp-vendorclass=set:u-boot,U-Boot.',
    ...PI_MACS.pi3.map(prefix => `dhcp-mac=set:pi3,${prefix}:*:*:*`),
    ...PI_MACS.pi.map(prefix => `dhcp-mac=set:pi,${prefix}:*:*:*`),
    ...PI_GUIDS.map(name => `dhcp-match=set:pi,97,00:${hex(fromText(name))}`),
    ...BOOT_KINDS.filter(({ name }) => name !== 'pi3' && name !== 'pi').flatMap(({ name, archs }) =>
      archs.map(code => `dhcp-match=set:${name},option:client-arch,${code}`),
    ),
  ];
}

const TEXT_OPTIONS: readonly number[] = [66, 209];

function bootLines(
  { kind, file, vendorClass, options }: BootAnswer,
  who: readonly string[],
  bench: Handover,
): string[] {
  const { all, none } = marksOfKind(kind);
  const tags = [...who, ...all, ...none.map(name => `!${name}`)].map(tag => `tag:${tag},`).join('');
  if (bench.mode === 'proxy') return proxyLines(kind, tags, file);
  return [
    ...(file === undefined ? [] : [`dhcp-boot=${tags}${quoted(file)}`]),
    ...(vendorClass === undefined ? [] : [`dhcp-option-force=${tags}60,${vendorClass}`]),
    ...options.map(
      ([code, value]) =>
        `dhcp-option-force=${tags}${code},${TEXT_OPTIONS.includes(code) ? quoted(toText(value)) : hex(value)}`,
    ),
  ];
}

/**
 * A proxy's lines: a ROM takes the file of the offer itself, UEFI asks port 4011 where a menu of one names it, a Raspberry
 * Pi wants the menu's words (dnsmasq 2.90, rfc2131.c: `pxe_uefi_workaround`, `pxe_opts`).
 */
function proxyLines({ name, archs, http }: BootKind, tags: string, file: string | undefined): string[] {
  if (file === undefined) return archs.map(code => `pxe-service=${tags}${code},"Raspberry Pi Boot"`);
  if (name === 'ipxe' || name === 'bios' || http) return [`dhcp-boot=${tags}${quoted(file)}`];
  return archs.map(code => `pxe-service=${tags}${code},"Network boot",${quoted(file)}`);
}
