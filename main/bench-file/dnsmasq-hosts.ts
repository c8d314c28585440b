/** The `dhcp-host` lines of a dnsmasq.conf, and hosts that are known by their UUID alone. Pure. */
import { fromHex, toHex } from 'node-dhcpd-lite';
import type { BenchHost } from './bench-file.ts';
import { macOf, optionNumber } from './dnsmasq-boot.ts';
import type { Setting } from './dnsmasq-conf.ts';
import { addressText, hostEntry, type ImportNotes, isHostName } from './import-notes.ts';

export interface DnsmasqHost {
  readonly entry: BenchHost;
  /** Tags that its line sets. */
  readonly tags: readonly string[];
  /** Option 97 as hex digits, of a host that is known by it. */
  readonly guid?: string;
}

export function readHosts(settings: readonly Setting[], notes: ImportNotes): DnsmasqHost[] {
  return settings.flatMap(setting => {
    const host =
      setting.key === 'dhcp-host' ? hostOf(setting, notes) : setting.key === 'dhcp-match' ? byGuid(setting) : undefined;
    return host ? [host] : [];
  });
}

const ONE_MARK = 'a host of a bench file has one MAC and one client identifier: the first are kept';

function hostOf(setting: Setting, notes: ImportNotes): DnsmasqHost | undefined {
  const leaveOut = (reason: string): undefined => {
    notes.add(setting, 'left-out', setting.text, reason);
    return undefined;
  };
  const tags: string[] = [];
  const found: { -readonly [K in keyof BenchHost]: BenchHost[K] | undefined } = {};
  if (setting.parts.includes('ignore'))
    return leaveOut('Benchboot answers every board; "boot": false gives it an address alone');
  for (const part of setting.parts) {
    const mac = macOf(part);
    const address = addressText(part);
    const clientId = /^id:((?:[0-9a-f]{2}:?)+)$/i.exec(part)?.[1];
    if (/^(set|net):/i.test(part)) tags.push(part.slice(4));
    else if (/^tag:/i.test(part)) leaveOut('it holds for some of this host’s programs only; here it holds for all');
    else if (mac !== undefined) {
      if (found.mac) notes.add(setting, 'changed', setting.text, ONE_MARK);
      else found.mac = mac;
    } else if (clientId !== undefined) {
      if (found.clientId) notes.add(setting, 'changed', setting.text, ONE_MARK);
      else found.clientId = clientId.replace(/:$/, '');
    } else if (part === 'id:*') notes.add(setting, 'not-needed', setting.text, 'a host with a MAC is known by it');
    else if (/^id:/i.test(part)) {
      const hex = toHex(new TextEncoder().encode(part.slice(3)));
      if (hex === '') leaveOut('an empty client identifier');
      else found.clientId ??= hex;
    } else if (address !== undefined) found.address = address;
    else if (/^(\d+[smhdw]?|infinite)$/.test(part))
      notes.add(setting, 'changed', setting.text, 'all leases of a bench last equally long');
    else if (/\*|^\[.*\]$/.test(part)) leaveOut('patterns of MACs and IPv6 addresses have no field');
    else if (isHostName(part)) found.name = part;
    else if (part !== '') leaveOut(`"${part}" is neither MAC, address nor host name`);
  }
  if (found.mac === undefined && found.clientId === undefined)
    return leaveOut('it is known by its name alone; add its MAC');
  return { entry: hostEntry(found), tags };
}

/** `dhcp-match=set:x,97,00:…` with a whole UUID names one machine. */
function byGuid({ parts }: Setting): DnsmasqHost | undefined {
  const [tag = '', option, value = '', ...rest] = parts;
  const octets = fromHex(value);
  if (optionNumber(option) !== 97 || octets?.length !== 17 || octets[0] !== 0 || rest.length > 0) return undefined;
  // The first three groups are little endian (SMBIOS 3.x section 7.2.1).
  const group = (start: number, end: number, turned: boolean): string => {
    const part = octets.slice(start, end);
    return toHex(turned ? part.reverse() : part);
  };
  const uuid = [
    group(1, 5, true),
    group(5, 7, true),
    group(7, 9, true),
    group(9, 11, false),
    group(11, 17, false),
  ].join('-');
  return { entry: { uuid }, tags: [tag.replace(/^(set|net):/i, '')], guid: toHex(octets) };
}
