/**
 * Which boot file dnsmasq would give to whom: its tags, `dhcp-boot`, `dhcp-option` and `pxe-service`, worked out for one
 * asker at a time (dnsmasq 2.90: rfc2131.c, dhcp-common.c). Pure.
 */
import { parseMac } from 'node-dhcpd-lite';
import type { BootKind } from './boot-kinds.ts';
import type { Setting } from './dnsmasq-conf.ts';

/** Who asks: a kind of machine, and the host it is, by its place in the list of hosts. */
export interface Asker {
  readonly kind: BootKind;
  readonly mac: string;
  /** Tags that `dhcp-host` sets for it, with `known`. */
  readonly hostTags: readonly string[];
  /** Option 97 as bare hex digits, when it sends one. */
  readonly guid?: string | undefined;
}

export interface Given {
  readonly file: string;
  /** The line that gives it. */
  readonly by: Setting;
  /** Another server that has it. */
  readonly server: string | undefined;
}

interface Tagged {
  readonly setting: Setting;
  /** All must hold; `!` before those that must not. */
  readonly tags: readonly string[];
  readonly rest: readonly string[];
}

/** `tag:a,tag:!b,…`, also in the older forms `net:a` and `#b`. */
export function tagged(setting: Setting): Tagged {
  const isTag = (part: string): boolean => /^(tag|net):/i.test(part);
  return {
    setting,
    tags: setting.parts.filter(isTag).map(part => part.slice(4).replace(/^#/, '!')),
    rest: setting.parts.filter(part => !isTag(part)),
  };
}

/** The number of an option: `67`, `option:bootfile-name`; undefined for those inside other options and unknown names. */
export function optionNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,3}$/.test(text)) return Number(text);
  return NAMES[text.replace(/^option:/i, '').toLowerCase()];
}

/** The names of dnsmasq (`dnsmasq --help dhcp`) for what matters here. */
const NAMES: Readonly<Record<string, number>> = {
  netmask: 1,
  router: 3,
  'dns-server': 6,
  'domain-name': 15,
  'vendor-class': 60,
  'tftp-server': 66,
  'bootfile-name': 67,
  'user-class': 77,
  'client-arch': 93,
  'client-machine-id': 97,
};

/** The client system types of `pxe-service`, in the order of their numbers. */
const SYSTEMS = [
  'x86pc',
  'pc98',
  'ia64_efi',
  'alpha',
  'arc_x86',
  'intel_lean_client',
  'ia32_efi',
  'bc_efi',
  'xscale_efi',
  'x86-64_efi',
  'arm32_efi',
  'arm64_efi',
];

export class DnsmasqBoot {
  readonly #settings: readonly Setting[];

  constructor(settings: readonly Setting[]) {
    this.#settings = settings;
  }

  /** Any line says what somebody boots. */
  get saysAnything(): boolean {
    return this.#settings.some(
      ({ key, parts }) =>
        key === 'dhcp-boot' ||
        key === 'pxe-service' ||
        (isOption(key) && parts.some(part => optionNumber(part) === 67)),
    );
  }

  given(asker: Asker): Given | undefined {
    const tags = this.#tags(asker);
    return this.#service(asker, tags) ?? this.#boot(tags) ?? this.#option(tags, 67);
  }

  /** The text of an option that this asker gets. */
  option(asker: Asker, code: number): string | undefined {
    return this.#option(this.#tags(asker), code)?.file;
  }

  #tags(asker: Asker): Set<string> {
    const tags = new Set(asker.hostTags);
    for (const setting of this.#settings) {
      const set = setterOf(setting, asker);
      if (set !== undefined) tags.add(set);
    }
    const rules = this.#settings.filter(({ key }) => key === 'tag-if');
    // One rule may build on another; there are no more rounds than rules.
    for (let round = 0; round < Math.min(rules.length, 50); round++) {
      const before = tags.size;
      for (const rule of rules) {
        const { tags: needed, rest } = tagged(rule);
        if (holds(needed, tags)) for (const part of rest) if (part.startsWith('set:')) tags.add(part.slice(4));
      }
      if (tags.size === before) break;
    }
    return tags;
  }

  #all(keys: readonly string[]): Tagged[] {
    // A later line comes first; lines with tags come before those without.
    const all = this.#settings.filter(({ key }) => keys.includes(key)).map(tagged);
    return all.reverse().sort((a, b) => Number(b.tags.length > 0) - Number(a.tags.length > 0));
  }

  #boot(tags: ReadonlySet<string>): Given | undefined {
    const found = this.#all(['dhcp-boot']).find(each => holds(each.tags, tags));
    const [file = '', , server] = found?.rest ?? [];
    return found && file !== '' ? { file, by: found.setting, server: server || undefined } : undefined;
  }

  #option(tags: ReadonlySet<string>, code: number): Given | undefined {
    const found = this.#all(['dhcp-option', 'dhcp-option-force']).find(
      each => optionNumber(each.rest[0]) === code && holds(each.tags, tags),
    );
    const file = found?.rest.slice(1).join(',');
    return found && file ? { file, by: found.setting, server: undefined } : undefined;
  }

  #service({ kind }: Asker, tags: ReadonlySet<string>): Given | undefined {
    if (kind.http || kind.name === 'u-boot') return undefined;
    const found = this.#settings
      .filter(({ key }) => key === 'pxe-service')
      .map(tagged)
      .find(({ tags: needed, rest: [system = '', , file = ''] }) => {
        const code = /^\d+$/.test(system) ? Number(system) : SYSTEMS.indexOf(system.toLowerCase());
        return kind.archs.includes(code) && holds(needed, tags) && file !== '' && !/^\d+$/.test(file);
      });
    if (!found) return undefined;
    const [, , file = '', server] = found.rest;
    // Without a dot in it, the name is that of a boot server's layer 0.
    return { file: file.includes('.') ? file : `${file}.0`, by: found.setting, server };
  }
}

const isOption = (key: string): boolean => key === 'dhcp-option' || key === 'dhcp-option-force';

const holds = (needed: readonly string[], tags: ReadonlySet<string>): boolean =>
  needed.every(tag => (tag.startsWith('!') ? !tags.has(tag.slice(1)) : tags.has(tag)));

/** The tag that a line sets for this asker. */
function setterOf({ key, parts }: Setting, asker: Asker): string | undefined {
  const [first = '', ...rest] = parts;
  const tag = first.replace(/^(set|net):/i, '');
  const { client, archs, name } = asker.kind;
  const value = rest.join(',');
  switch (key) {
    case 'dhcp-range':
      return /^set:/i.test(first) ? tag : undefined;
    case 'dhcp-vendorclass':
      return client.vendorClass?.includes(value) && !value.startsWith('enterprise:') ? tag : undefined;
    case 'dhcp-userclass':
      return client.userClass?.includes(value) ? tag : undefined;
    case 'dhcp-mac':
      return macFits(value, asker.mac) ? tag : undefined;
    case 'dhcp-match':
      return matches(rest, asker, archs, name === 'ipxe') ? tag : undefined;
    default:
      return undefined;
  }
}

function matches(
  [option, ...values]: readonly string[],
  { kind, guid }: Asker,
  archs: readonly number[],
  isIpxe: boolean,
): boolean {
  const value = values.join(',');
  switch (optionNumber(option)) {
    case 60:
      return kind.client.vendorClass?.includes(value) ?? false;
    case 77:
      return kind.client.userClass?.includes(value) ?? false;
    case 93:
      return archs.length > 0 && (value === '' || archs.includes(Number(value)));
    case 97:
      return guid !== undefined && (value === '' || guid.startsWith(value.replaceAll(':', '').toLowerCase()));
    case 175:
      return isIpxe && value === '';
    default:
      return false;
  }
}

/** `b8:27:eb:*:*:*`, also with a hardware type before it. */
function macFits(pattern: string, mac: string): boolean {
  const wanted = pattern
    .replace(/^[0-9a-f]{1,2}-(?=[0-9a-f*]{1,2}:)/i, '')
    .toLowerCase()
    .split(':');
  const octets = mac.split(':');
  return wanted.length === octets.length && wanted.every((octet, i) => octet === '*' || octet === octets[i]);
}

/** `aa:bb:cc:dd:ee:ff`, with or without a hardware type; undefined for patterns and everything else. */
export const macOf = (text: string): string | undefined => parseMac(text.replace(/^0?1-(?=[0-9a-f]{2}:)/i, ''));
