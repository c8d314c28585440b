/** `dhcpsrv.ini` of "DHCP Server for Windows" (INI file reference of version 2.10) as a bench file. Reads no disk. */
import { inSubnet, parseCidr, parseMac, prefixOfMask, type Subnet } from 'node-dhcpd-lite';
import type { BenchFile, BenchHost } from './bench-file.ts';
import { programKinds } from './bench-lint.ts';
import type { Imported } from './import.ts';
import {
  addressText,
  freeAddress,
  hostEntry,
  ImportNotes,
  isHostName,
  leaseText,
  nameUnderRoot,
  usableRange,
} from './import-notes.ts';
import { type Ini, type IniEntry, type IniSection, parseIni } from './ini.ts';

/** Settings without a field, by `section\key` in lower case; the first row that fits says why. */
const REASONS: readonly (readonly [RegExp, 'left-out' | 'not-needed', string])[] = [
  [
    /^settings\\(trace|balloon|install|console|configuretrace)/,
    'not-needed',
    'Benchboot has an event log and a recording of the wire',
  ],
  [/^settings\\associatebindstopools$/, 'not-needed', 'a bench is one port with one range'],
  [
    /^settings\\(deleteonrelease|expiredleasetimeout|clearclientsonstartup|readonly|deleteclients|reservebyoffer)/,
    'not-needed',
    'leases that are over are given again when the range is used up',
  ],
  [/^settings\\(configureunknownclients|ignoreunknownclients)$/, 'left-out', 'Benchboot gives every board an address'],
  [/^settings\\addstandardentries$/, 'not-needed', 'nothing of the laptop’s own configuration is told to boards'],
  [
    /^settings\\(receivewindow|readdelay|senddelay|check|ping)/,
    'not-needed',
    'Benchboot has no such delay and no such limit',
  ],
  [/^(general|client)\\nodetype$/, 'left-out', 'NetBIOS settings have no field'],
  [/\\wins_/, 'left-out', 'NetBIOS settings have no field'],
  [/\\wpad$/, 'left-out', 'web proxies have no field'],
  [/\\option_/, 'left-out', 'options by number have no field'],
  [/\\allowdnsquery$/, 'not-needed', 'every board of the bench may ask for names'],
  [/^dns-settings\\forward/, 'not-needed', 'names that are not of the bench go to the laptop’s own name servers'],
  [/^dns-settings\\/, 'left-out', 'it has no field; hosts with a name are answered'],
  [/^tftp-settings\\writepermission$/, 'not-needed', 'nothing is writable over TFTP'],
  [/^client\\(leaseend|autoconfig|index|lastseen|lease)/, 'not-needed', 'what the server wrote for itself'],
  [/^client\\/, 'left-out', 'a host of a bench file has name, address and boot file'],
];

/** `10.0.0.2-49`, `10.0.0.2-10.0.0.49`: first and last address. */
function poolOf(text: string): readonly [string, string] | undefined {
  const [first = '', last = '', ...rest] = text.split('-').map(part => part.trim());
  const from = addressText(first);
  const to = /^\d{1,3}$/.test(last) && from ? addressText(from.replace(/\d+$/, last)) : addressText(last);
  return from && to && rest.length === 0 ? [from, to] : undefined;
}

const isOn = (value: string | undefined): boolean => value !== undefined && /^(1|yes|true|on)$/i.test(value);

/** Never throws. */
export function importDhcpsrvIni(text: string): Imported {
  return new Reader(parseIni(text)).read();
}

class Reader {
  readonly #ini: Ini;
  readonly #notes = new ImportNotes();
  readonly #used = new Set<IniEntry>();
  #own: string | undefined;

  constructor(ini: Ini) {
    this.#ini = ini;
  }

  read(): Imported {
    const addressing = this.#addressing();
    const tftp = isOn(this.#take('tftp-settings', 'enabletftp')?.value);
    const http = isOn(this.#take('http-settings', 'enablehttp')?.value);
    const dns = isOn(this.#take('dns-settings', 'enabledns')?.value);
    const { root, httpPort } = this.#files();
    const boot = this.#boot();
    const hosts = this.#ini.sections.flatMap(section => this.#host(section));
    this.#sayRest();
    const services = { ...(!tftp && { tftp }), ...(!http && { http }), ...(!dns && { dns }) };
    const file: BenchFile = {
      version: 1,
      name: 'From dhcpsrv.ini',
      mode: 'dhcp',
      ...(Object.keys(addressing).length > 0 && { addressing }),
      ...(root !== undefined && { root }),
      ...(httpPort !== undefined && { httpPort }),
      ...(Object.keys(services).length > 0 && { services }),
      ...(boot && { boot }),
      ...(hosts.length > 0 && { hosts }),
    };
    return { file, notes: this.#notes.all };
  }

  #section(name: string): IniSection | undefined {
    return this.#ini.sections.find(section => section.name.toLowerCase() === name);
  }

  /** The last entry of that name counts; it is taken up. */
  #take(section: string, key: string): IniEntry | undefined {
    return this.#takeAll(section, new RegExp(`^${key}$`, 'i')).at(-1);
  }

  #takeAll(section: string, key: RegExp): IniEntry[] {
    const found = (this.#section(section)?.entries ?? []).filter(entry => key.test(entry.key));
    for (const entry of found) this.#used.add(entry);
    return found;
  }

  #leaveOut(entry: IniEntry, reason: string): undefined {
    this.#notes.add(entry, 'left-out', entry.text, reason);
    return undefined;
  }

  #addressing(): NonNullable<BenchFile['addressing']> {
    const pools = numbered(this.#takeAll('settings', /^ippool_\d+$/i));
    const read = pools.flatMap(entry => {
      const pool = poolOf(entry.value);
      return pool ? [{ entry, pool }] : (this.#leaveOut(entry, 'this is no range of addresses') ?? []);
    });
    const [chosen, ...others] = read;
    for (const { entry } of others) this.#leaveOut(entry, 'a bench has one range');
    const number = chosen?.entry.key.replace(/\D/g, '');
    const binds = numbered(this.#takeAll('settings', /^ipbind_\d+$/i));
    const maskEntry = this.#take('general', 'subnetmask');
    const mask = maskEntry && prefixOfMask(maskEntry.value);
    if (maskEntry && mask === undefined) this.#leaveOut(maskEntry, 'this is no netmask; /24 is taken');
    const prefix = mask ?? 24;
    const subnet = chosen && parseCidr(`${chosen.pool[0]}/${prefix}`)?.subnet;
    this.#own = this.#bind(binds, number, subnet);
    const gateway = this.#gateway(subnet);
    const lease = this.#lease();
    const domain = this.#domain();
    const dns = this.#dns();
    if (!this.#own && chosen && subnet) {
      this.#own = freeAddress(subnet, chosen.pool, [gateway]);
      if (this.#own)
        this.#notes.add(
          chosen.entry,
          'changed',
          chosen.entry.text,
          `no IPBIND says this laptop’s address in that network; ${this.#own} is taken`,
        );
    }
    const range = chosen && subnet && usableRange(chosen.pool, subnet, this.#own);
    if (chosen && range && range.join() !== chosen.pool.join())
      this.#notes.add(
        chosen.entry,
        'changed',
        chosen.entry.text,
        `boards get ${range.join('-')}: the rest of it is the broadcast address, the network’s or this laptop’s own`,
      );
    return {
      ...(this.#own && { address: `${this.#own}/${prefix}` }),
      ...(range && { range: range.join('-') }),
      ...(lease && { lease }),
      ...(gateway && { gateway }),
      ...(dns.length > 0 && { dns }),
      ...(domain && { domain }),
    };
  }

  /** The laptop's address: the bind of the pool's number, else one in its network. */
  #bind(binds: readonly IniEntry[], number: string | undefined, subnet: Subnet | undefined): string | undefined {
    let own: string | undefined;
    const fits = (entry: IniEntry): boolean => entry.key.replace(/\D/g, '') === number;
    for (const entry of [...binds].sort((a, b) => Number(fits(b)) - Number(fits(a)))) {
      const address = addressText(entry.value);
      if (address === undefined)
        this.#leaveOut(entry, 'it names a port of one laptop; say "port": {"mac": …} or choose it when serving');
      else if (own !== undefined || (subnet && !inSubnet(address, subnet)))
        this.#leaveOut(entry, 'a bench is one port with one network');
      else own = address;
    }
    return own;
  }

  #gateway(subnet: Subnet | undefined): string | undefined {
    let gateway: string | undefined;
    for (const entry of numbered(this.#takeAll('general', /^router(_\d+)?$/i))) {
      const address = addressText(entry.value);
      // The server's wizard wrote it for "none".
      if (address === '0.0.0.0') this.#notes.add(entry, 'not-needed', entry.text, 'without a "gateway" none is told');
      else if (address === undefined) this.#leaveOut(entry, 'this is no address');
      else if (gateway !== undefined) this.#leaveOut(entry, 'a bench has one gateway');
      else if (subnet && !inSubnet(address, subnet))
        this.#leaveOut(entry, `it is outside the network ${subnet.network}/${subnet.prefix}: boards cannot reach it`);
      else gateway = address;
    }
    return gateway;
  }

  #dns(): string[] {
    const servers = numbered(this.#takeAll('general', /^dns(_\d+)?$/i)).flatMap(entry => {
      const address = addressText(entry.value);
      if (address === undefined || address === '0.0.0.0')
        return this.#leaveOut(entry, 'this is no name server’s address') ?? [];
      return [address];
    });
    // Without a list, boards are told this laptop.
    return servers.length === 1 && servers[0] === this.#own ? [] : servers;
  }

  #lease(): string | undefined {
    const entry = this.#take('general', 'leasetime');
    if (!entry) return undefined;
    const lease = /^\d{1,10}$/.test(entry.value) ? leaseText(Number(entry.value)) : undefined;
    return lease ?? this.#leaveOut(entry, 'this is no lease time in seconds; 10m is taken');
  }

  #domain(): string | undefined {
    const entry = this.#take('general', 'domainname') ?? this.#take('general', 'domain');
    if (!entry) return undefined;
    return isHostName(entry.value) ? entry.value : this.#leaveOut(entry, 'this is no domain name');
  }

  #files(): { root: string | undefined; httpPort: number | undefined } {
    const tftp = this.#take('tftp-settings', 'root');
    const http = this.#take('http-settings', 'root');
    const root = tftp?.value || http?.value || undefined;
    if (tftp?.value && http?.value && tftp.value !== http.value)
      this.#leaveOut(http, 'TFTP and HTTP have one root folder: that of TFTP is taken');
    const port = this.#take('http-settings', 'port');
    const number = port && /^\d{1,5}$/.test(port.value) ? Number(port.value) : 0;
    const usable = number >= 1 && number <= 65_535;
    if (port && !usable) this.#leaveOut(port, 'this is no TCP port');
    return { root, httpPort: usable && number !== 80 ? number : undefined };
  }

  /** One file for everybody, which a bench file gives to the kind of machine that it is for. */
  #boot(): BenchFile['boot'] {
    const next = this.#take('general', 'nextserver');
    if (next) this.#nextServer(next);
    const entry = this.#take('general', 'bootfile');
    if (!entry?.value) return undefined;
    const name = nameUnderRoot(entry.value.replaceAll('\\', '/'), this.#own).name;
    if (/\.ipxe$/i.test(name)) return { ipxe: name };
    const target = programKinds(name)?.[0] ?? 'bios';
    this.#notes.add(
      entry,
      'changed',
      entry.text,
      `it was given to every machine; it is for ${target}, and the others get Benchboot’s iPXE`,
    );
    return { [target]: name };
  }

  #nextServer(entry: IniEntry): void {
    const own = addressText(entry.value) === this.#own && this.#own !== undefined;
    if (own) this.#notes.add(entry, 'not-needed', entry.text, 'boot files come from this laptop');
    else this.#leaveOut(entry, 'boot files come from this laptop; name another server by a URL in "boot"');
  }

  #host(section: IniSection): BenchHost[] {
    const mac = parseMac(section.name);
    if (mac === undefined) return [];
    const value = (key: string): IniEntry | undefined => {
      const found = section.entries.findLast(entry => entry.key.toLowerCase() === key);
      if (found) for (const entry of section.entries) if (entry.key.toLowerCase() === key) this.#used.add(entry);
      return found;
    };
    const addressEntry = value('ipaddr');
    const address = addressEntry && addressText(addressEntry.value);
    if (addressEntry && !address) this.#leaveOut(addressEntry, 'this is no address');
    const nameEntry = value('hostname');
    const name = nameEntry && isHostName(nameEntry.value) ? nameEntry.value : undefined;
    if (nameEntry && !name) this.#leaveOut(nameEntry, 'a host name has letters, digits and hyphens');
    const boot = value('bootfile')?.value.replaceAll('\\', '/');
    const next = value('nextserver');
    if (next) this.#nextServer(next);
    if (section.entries.some(({ key }) => key.toLowerCase() === 'autoconfig') && address)
      this.#notes.add(
        section,
        'changed',
        `[${section.name}]`,
        'the server wrote this lease itself; it becomes a fixed address',
      );
    if (!address && !name && !boot) {
      this.#notes.add(section, 'left-out', `[${section.name}]`, 'it has neither address, name nor boot file');
      return [];
    }
    return [hostEntry({ mac, name, address, boot: boot ? nameUnderRoot(boot, this.#own).name : undefined })];
  }

  #sayRest(): void {
    for (const stray of this.#ini.strays)
      this.#notes.add(stray, 'left-out', stray.text, 'this is no setting of a section');
    for (const { name, entries } of this.#ini.sections) {
      const kind = parseMac(name) ? 'client' : name.toLowerCase();
      for (const entry of entries) {
        if (this.#used.has(entry)) continue;
        const full = `${kind}\\${entry.key.toLowerCase()}`;
        const [, how, reason] = REASONS.find(([pattern]) => pattern.test(full)) ?? [];
        this.#notes.add(
          entry,
          how ?? 'left-out',
          entry.text,
          reason ?? `a bench file has nothing for this of [${name}]`,
        );
      }
    }
  }
}

/** By the number behind the name. */
function numbered(entries: readonly IniEntry[]): IniEntry[] {
  const number = ({ key }: IniEntry): number => Number(/\d+$/.exec(key)?.[0] ?? 0);
  return [...entries].sort((a, b) => number(a) - number(b));
}
