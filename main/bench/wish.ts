/** A bench as people write it, on the command line or in a form: texts and switches, read into a request with one sentence for each slip. */
import { parseCidr, parseIpv4 } from 'node-dhcpd-lite';
import { BenchError } from '../errors.ts';
import { parseDuration } from '../kit/duration.ts';
import { OVERRIDABLE_RULES, type SafetyRule } from './events.ts';
import type { BenchRequest } from './plan.ts';

/** Absent and empty fields take the sane default. */
export interface BenchWish {
  readonly nic?: string | undefined;
  /** e.g. `10.32.0.1/24`. */
  readonly address?: string | undefined;
  /** e.g. `10.32.0.50-10.32.0.250`. */
  readonly range?: string | undefined;
  /** e.g. `90s`, `10m`, `2h`. */
  readonly lease?: string | undefined;
  readonly gateway?: string | undefined;
  /** Name servers told to boards, with commas between. */
  readonly dnsServers?: string | undefined;
  /** `dhcp` or `proxy`. */
  readonly mode?: string | undefined;
  /** `mac` or `client-id`. */
  readonly identity?: string | undefined;
  readonly root?: string | undefined;
  readonly httpPort?: string | undefined;
  readonly tftp?: boolean | undefined;
  readonly http?: boolean | undefined;
  readonly dns?: boolean | undefined;
  readonly benchFile?: string | undefined;
  readonly force?: readonly string[] | undefined;
}

type Field = keyof BenchWish;

/** What a field is called where the wish comes from: `--http-port` on the command line. */
export type FieldName = (field: Field) => string;

/** Throws BenchError USAGE for the first field that cannot be read. */
export function readWish(wish: BenchWish, nameOf: FieldName): BenchRequest {
  const read = <T>(field: Field, takes: string, parse: (text: string) => T | undefined): T | undefined => {
    const text = wish[field] as string | undefined;
    return text ? parsedText(nameOf(field), text, takes, parse) : undefined;
  };
  return {
    nic: wish.nic || undefined,
    address: read('address', 'an address with its prefix, such as 10.32.0.1/24', parseCidr),
    range: read('range', 'two addresses, such as 10.32.0.50-10.32.0.250', range),
    leaseSeconds: read('lease', 'a time such as 90s, 10m or 2h', parseDuration),
    gateway: read('gateway', 'an address', ipv4),
    nameServers: read('dnsServers', 'addresses with commas between', ipv4List),
    mode: read('mode', 'dhcp or proxy', oneOf('dhcp', 'proxy')),
    identity: read('identity', 'mac or client-id', oneOf('mac', 'client-id')),
    root: wish.root || undefined,
    httpPort: read('httpPort', 'a port number from 1 to 65535', tcpPort),
    tftp: wish.tftp,
    http: wish.http,
    dns: wish.dns,
    benchFile: wish.benchFile || undefined,
    force: (wish.force ?? []).map(
      (rule): SafetyRule =>
        parsedText(nameOf('force'), rule, `one of ${OVERRIDABLE_RULES.join(', ')}`, oneOf(...OVERRIDABLE_RULES)),
    ),
  };
}

/** Throws USAGE, saying which field was wrong and what it takes. */
export function parsedText<T>(field: string, text: string, takes: string, parse: (text: string) => T | undefined): T {
  const value = parse(text);
  if (value === undefined) throw new BenchError('USAGE', { problem: `${field} takes ${takes}; "${text}" is not.` });
  return value;
}

/** The parser of a text that is one of a few words. */
export function oneOf<const T extends string>(...words: readonly T[]): (text: string) => T | undefined {
  return text => words.find(word => word === text);
}

const ipv4 = (text: string) => (parseIpv4(text) === undefined ? undefined : text);

const ipv4List = (text: string) => {
  const list = text.split(',').map(part => part.trim());
  return list.every(ipv4) ? list : undefined;
};

const range = (text: string) => {
  const [first = '', last = '', ...rest] = text.split('-').map(part => part.trim());
  return ipv4(first) && ipv4(last) && rest.length === 0 ? ([first, last] as const) : undefined;
};

export const tcpPort = (text: string) => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
};
