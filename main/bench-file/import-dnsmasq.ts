/** A dnsmasq.conf as a bench file: addresses and hosts by their lines, boot files by what each kind of machine would get. */
import { inSubnet, parseCidr, prefixOfMask, type Subnet } from 'node-dhcpd-lite';
import { BOOT_TARGETS, type BootTarget } from '../boot/architectures.ts';
import { bootFileUse, DEFAULT_PROGRAMS } from '../boot/plan.ts';
import { parseDuration } from '../kit/duration.ts';
import type { BenchFile } from './bench-file.ts';
import { programKinds } from './bench-lint.ts';
import { BOOT_KINDS, type BootKind, type KindName } from './boot-kinds.ts';
import { DnsmasqBoot, type Given, optionNumber, tagged } from './dnsmasq-boot.ts';
import { parseDnsmasqConf, type Setting } from './dnsmasq-conf.ts';
import { type DnsmasqHost, readHosts } from './dnsmasq-hosts.ts';
import { DNSMASQ_REASONS } from './dnsmasq-reasons.ts';
import type { Imported } from './import.ts';
import {
  addressText,
  type BootFiles,
  freeAddress,
  hostEntry,
  ImportNotes,
  isHostName,
  leaseText,
  nameUnderRoot,
  usableRange,
} from './import-notes.ts';

/** Never throws. */
export function importDnsmasqConf(text: string): Imported {
  return new Reader(parseDnsmasqConf(text)).read();
}

/** Settings that `DnsmasqBoot` reads: what they mean is in the boot files. */
const BOOT_SETTINGS = /^(dhcp-boot|dhcp-match|dhcp-vendorclass|dhcp-userclass|dhcp-mac|tag-if|pxe-service)$/;

/** What boot programs want besides their file: PXE menu, class, TFTP server, iPXE's own. */
const BOOT_OPTIONS: readonly number[] = [43, 60, 66, 97, 175];

const OWN_FILES: readonly string[] = ['boot.ipxe', ...Object.values(DEFAULT_PROGRAMS)];

interface Range {
  readonly setting: Setting;
  readonly first: string;
  readonly last: string | undefined;
  readonly subnet: Subnet;
  readonly lease: string | undefined;
  readonly proxy: boolean;
}

class Reader {
  readonly #settings: readonly Setting[];
  readonly #boot: DnsmasqBoot;
  readonly #notes = new ImportNotes();
  readonly #used = new Set<Setting>();
  /** Lines of which it was said that not everybody gets what they give. */
  readonly #said = new Set<Setting>();
  #own: string | undefined;
  #httpPort: number | undefined;

  constructor(settings: readonly Setting[]) {
    this.#settings = settings;
    this.#boot = new DnsmasqBoot(settings);
  }

  read(): Imported {
    const range = this.#range();
    const found = readHosts(this.#settings, this.#notes);
    const addressing = this.#addressing(range, found);
    const boot = this.#boot.saysAnything ? this.#bootFiles() : {};
    const hosts = found.map(host =>
      hostEntry({ ...host.entry, boot: this.#boot.saysAnything ? this.#wish(host) : undefined }),
    );
    const services = this.#services();
    const root = this.#last('tftp-root')?.parts[0];
    const identity = this.#has('dhcp-ignore-clid') ? undefined : 'client-id';
    this.#sayRest();
    const file: BenchFile = {
      version: 1,
      name: 'From dnsmasq.conf',
      mode: range?.proxy ? 'proxy' : 'dhcp',
      ...(identity && range && !range.proxy && { identity }),
      ...(Object.keys(addressing).length > 0 && { addressing }),
      ...(root && { root }),
      ...(this.#httpPort !== undefined && { httpPort: this.#httpPort }),
      ...(Object.keys(services).length > 0 && { services }),
      ...(Object.keys(boot).length > 0 && { boot }),
      ...(hosts.length > 0 && { hosts }),
    };
    return { file, notes: this.#notes.all };
  }

  /* Lines --------------------------------------------------------------------------------------------------------- */

  #all(...keys: readonly string[]): Setting[] {
    const found = this.#settings.filter(({ key }) => keys.includes(key));
    for (const setting of found) this.#used.add(setting);
    return found;
  }

  #last(key: string): Setting | undefined {
    return this.#all(key).at(-1);
  }

  #has(key: string): boolean {
    return this.#last(key) !== undefined;
  }

  #leaveOut(setting: Setting, reason: string): undefined {
    this.#notes.add(setting, 'left-out', setting.text, reason);
    return undefined;
  }

  #sayRest(): void {
    for (const setting of this.#settings) {
      if (this.#used.has(setting) || setting.key === 'dhcp-host') continue;
      if (BOOT_SETTINGS.test(setting.key) && (this.#boot.saysAnything || setting.key !== 'pxe-service')) continue;
      const [, kind, reason] = DNSMASQ_REASONS.find(([pattern]) => pattern.test(setting.key)) ?? [];
      this.#notes.add(
        setting,
        kind ?? 'left-out',
        setting.text,
        reason ?? 'this is no setting that a bench file has a field for',
      );
    }
  }

  /* Addresses ----------------------------------------------------------------------------------------------------- */

  /** The first range of IPv4 addresses. */
  #range(): Range | undefined {
    let chosen: Range | undefined;
    for (const setting of this.#all('dhcp-range')) {
      const range = rangeOf(setting);
      if (typeof range === 'string') this.#leaveOut(setting, range);
      else if (chosen) this.#leaveOut(setting, 'a bench has one range');
      else chosen = range;
    }
    return chosen;
  }

  #addressing(range: Range | undefined, hosts: readonly DnsmasqHost[]): NonNullable<BenchFile['addressing']> {
    for (const setting of this.#all('listen-address')) {
      const address = addressText(setting.parts[0] ?? '');
      if (address === undefined || address.startsWith('127.'))
        this.#notes.add(setting, 'not-needed', setting.text, 'Benchboot answers on the chosen port only');
      else if (this.#own !== undefined || (range && !inSubnet(address, range.subnet)))
        this.#leaveOut(setting, 'a bench is one port with one network');
      else this.#own = address;
    }
    this.#own ??= range && this.#bootServer(range.subnet);
    const { gateway, dns, domain } = this.#options(range);
    if (range && this.#own === undefined) {
      const ends = [range.first, range.last ?? range.first] as const;
      this.#own = freeAddress(range.subnet, ends, [gateway, ...hosts.map(host => host.entry.address)]);
      if (this.#own)
        this.#notes.add(
          range.setting,
          'changed',
          range.setting.text,
          `no listen-address says this laptop’s address in that network; ${this.#own} is taken`,
        );
    }
    const telling = range && !range.proxy;
    const ends =
      range?.last === undefined ? undefined : usableRange([range.first, range.last], range.subnet, this.#own);
    if (range && ends && ends.join() !== `${range.first},${range.last}`)
      this.#notes.add(
        range.setting,
        'changed',
        range.setting.text,
        `boards get ${ends.join('-')}: the rest of it is the broadcast address, the network’s or this laptop’s own`,
      );
    return {
      ...(range && this.#own && { address: `${this.#own}/${range.subnet.prefix}` }),
      ...(telling && ends && { range: ends.join('-') }),
      ...(telling && range.lease && { lease: range.lease }),
      ...(telling && gateway && { gateway: gateway === '0.0.0.0' ? (this.#own ?? gateway) : gateway }),
      ...(dns.length > 0 && { dns }),
      ...(domain && { domain }),
    };
  }

  /** Who gives the boot files, when it is in that network: hardly anybody but this server. */
  #bootServer(subnet: Subnet): string | undefined {
    const hosts = this.#settings
      .filter(({ key }) => key === 'dhcp-boot')
      .flatMap(setting => {
        const [file = '', , server = ''] = tagged(setting).rest;
        return [/^(?:http|tftp):\/\/([\d.]+)[:/]/.exec(file)?.[1] ?? '', server];
      });
    return hosts.map(addressText).find(address => address !== undefined && inSubnet(address, subnet));
  }

  /** Options that everybody gets. */
  #options(range: Range | undefined): { gateway: string | undefined; dns: string[]; domain: string | undefined } {
    let gateway: string | undefined;
    let saysRouter = false;
    let dns: string[] = [];
    let domain = this.#domain();
    for (const setting of this.#settings.filter(({ key }) => /^dhcp-option(-force)?$/.test(key))) {
      const { tags, rest } = tagged(setting);
      const [option, ...values] = rest;
      const code = optionNumber(option);
      if (code === 67 || code === 209) this.#used.add(setting);
      if (code !== undefined && BOOT_OPTIONS.includes(code)) {
        this.#used.add(setting);
        this.#notes.add(
          setting,
          'not-needed',
          setting.text,
          'Benchboot tells each boot program what it wants besides its file',
        );
      }
      if (tags.length > 0 || (code !== 3 && code !== 6 && code !== 15)) continue;
      this.#used.add(setting);
      if (code === 15) {
        const name = values[0] ?? '';
        if (isHostName(name)) domain = name;
        else this.#leaveOut(setting, 'this is no domain name');
        continue;
      }
      const addresses = values.flatMap(value => addressText(value) ?? []);
      if (addresses.length < values.filter(Boolean).length) this.#leaveOut(setting, 'this is no list of addresses');
      if (code === 6) dns = addresses.map(address => (address === '0.0.0.0' ? (this.#own ?? address) : address));
      else {
        saysRouter = true;
        gateway = addresses[0];
        if (addresses.length > 1)
          this.#notes.add(setting, 'changed', setting.text, 'a bench has one gateway: the first');
        if (gateway && gateway !== '0.0.0.0' && range && !inSubnet(gateway, range.subnet))
          gateway = this.#leaveOut(setting, 'it is outside the network: boards cannot reach it');
      }
    }
    if (!saysRouter && range && !range.proxy)
      this.#notes.add(
        range.setting,
        'changed',
        range.setting.text,
        'dnsmasq names itself as the gateway where nothing is said; the bench has none. Write a "gateway" if boards need one',
      );
    // Without a list, boards are told this laptop.
    if (dns.length === 1 && (dns[0] === this.#own || dns[0] === '0.0.0.0')) dns = [];
    return { gateway, dns: dns.filter(address => address !== '0.0.0.0'), domain };
  }

  #domain(): string | undefined {
    let domain: string | undefined;
    for (const setting of this.#all('domain')) {
      const [name = '', ...networks] = setting.parts;
      if (!isHostName(name)) this.#leaveOut(setting, 'this is no domain name');
      else if (networks.length > 0 && domain !== undefined) this.#leaveOut(setting, 'a bench has one domain');
      else domain = name;
    }
    return domain;
  }

  #services(): NonNullable<BenchFile['services']> {
    const port = this.#last('port');
    if (port && port.parts[0] !== '0' && port.parts[0] !== '53')
      this.#notes.add(port, 'changed', port.text, 'DNS is answered on port 53');
    const tftp = this.#has('enable-tftp');
    const elsewhere = !tftp && this.#boot.saysAnything;
    return { ...(!tftp && !elsewhere && { tftp: false }), ...(port?.parts[0] === '0' && { dns: false }) };
  }

  /* Boot files ---------------------------------------------------------------------------------------------------- */

  #given(kind: BootKind, host?: DnsmasqHost): Given | undefined {
    return this.#boot.given({
      kind,
      mac: host?.entry.mac ?? kind.client.mac,
      hostTags: host ? [...host.tags, 'known'] : [],
      guid: host?.guid,
    });
  }

  /** The name under the root, or the URL. */
  #name(given: Given): string {
    const { name, httpPort } = nameUnderRoot(given.file.replace(/\?mac=[-0-9a-f:${}\w]*$/i, ''), this.#own);
    if (httpPort !== undefined) this.#httpPort = httpPort;
    if (given.server && given.server !== this.#own)
      this.#sayOnce(given.by, 'boot files come from this laptop; a URL can name another server');
    return name;
  }

  #sayOnce(setting: Setting, reason: string): void {
    if (this.#said.has(setting)) return;
    this.#said.add(setting);
    this.#notes.add(setting, 'changed', setting.text, reason);
  }

  #bootFiles(): BootFiles {
    const boot: BootFiles = {};
    for (const target of BOOT_TARGETS) {
      const program = this.#program(target);
      if (program !== undefined) boot[target] = program;
      else if (DEFAULT_PROGRAMS[target] !== undefined) boot[target] = false;
    }
    const script = this.#script();
    if (script !== undefined) boot.ipxe = script;
    const config = this.#boot.option({ kind: kindOf('u-boot'), mac: kindOf('u-boot').client.mac, hostTags: [] }, 209);
    if (config && bootFileUse(config) === 'pxelinux-config') boot['u-boot'] = config;
    return boot;
  }

  /** A machine hangs in a program of another kind, so what everybody gets is kept for those that it is for. */
  #program(target: BootTarget): string | undefined {
    const kinds = BOOT_KINDS.filter(kind => kind.target === target).sort((a, b) => Number(a.http) - Number(b.http));
    let chosen: string | undefined;
    for (const given of kinds.flatMap(kind => this.#given(kind) ?? [])) {
      const name = this.#name(given);
      const fits = programKinds(name)?.includes(target) ?? true;
      if (!fits || bootFileUse(name) !== 'program')
        this.#sayOnce(
          given.by,
          `it is for ${(programKinds(name) ?? ['iPXE']).join(', ')} alone; other machines given it get nothing`,
        );
      else if (chosen === undefined) chosen = name;
      else if (chosen !== name) this.#sayOnce(given.by, `${target} has one program for PXE and HTTP Boot: ${chosen}`);
    }
    return chosen;
  }

  #script(): string | false | undefined {
    const given = this.#given(kindOf('ipxe'));
    if (!given) return false;
    const name = this.#name(given);
    if (bootFileUse(name) === 'ipxe-script') return name;
    this.#sayOnce(given.by, 'iPXE gets a script: boot.ipxe, or one whose name ends in .ipxe');
    return undefined;
  }

  /** What a host boots that others do not. */
  #wish(host: DnsmasqHost): string | false | undefined {
    const kinds = BOOT_KINDS.filter(({ name, target }) => name === 'ipxe' || target !== undefined);
    const own = kinds.map(kind => ({ given: this.#given(kind, host), usual: this.#given(kind) }));
    const different = own.filter(({ given, usual }) => given?.file !== usual?.file);
    if (different.length === 0) return undefined;
    if (own.every(({ given }) => given === undefined)) return false;
    const names = new Map(different.flatMap(({ given }) => (given ? [[this.#name(given), given.by] as const] : [])));
    // With a wish of its own, a host gets Benchboot's own files for all its other steps.
    const told = [...names].filter(([name]) => !OWN_FILES.includes(name));
    const [chosen] =
      told.find(([name]) => bootFileUse(name) === 'ipxe-script') ?? told[0] ?? names.entries().next().value ?? [];
    for (const [name, by] of told)
      if (name !== chosen) this.#sayOnce(by, `a host has one boot file of its own: ${chosen}`);
    return chosen;
  }
}

const kindOf = (name: KindName): BootKind => BOOT_KINDS.find(kind => kind.name === name)!;

/** A `dhcp-range` of IPv4, or why it is none for a bench. */
function rangeOf(setting: Setting): Range | string {
  const parts = setting.parts.filter(part => !/^(tag|net|set|constructor):/i.test(part));
  if (parts.some(part => part.includes(':'))) return 'a bench is IPv4';
  const [first = '', last = '', ...rest] = parts;
  const from = addressText(first);
  if (from === undefined) return 'this is no address';
  const mask = rest.map(part => prefixOfMask(part)).find(prefix => prefix !== undefined && prefix > 0);
  const subnet = parseCidr(`${from}/${mask ?? 24}`)!.subnet;
  const time = rest.findLast(part => /^(\d+[smhdw]?|infinite|deprecated)$/.test(part));
  const seconds = time === undefined ? undefined : leaseSeconds(time);
  const lease = seconds === undefined ? undefined : leaseText(seconds);
  if (last === 'proxy') return { setting, first: from, last: undefined, subnet, lease, proxy: true };
  if (last === 'static') return 'Benchboot gives every board an address; only known hosts got one here';
  const to = addressText(last);
  return to === undefined
    ? 'this is no range of addresses'
    : { setting, first: from, last: to, subnet, lease, proxy: false };
}

/** dnsmasq knows weeks, and leases without an end. */
function leaseSeconds(text: string): number | undefined {
  const weeks = /^(\d{1,6})w$/.exec(text)?.[1];
  return weeks === undefined ? parseDuration(text) : Number(weeks) * 604_800;
}
