/** The kinds of value that options hold: octets to value, value to octets, value to words. Knows no option number. */
import { type Ipv4, ipv4Bytes, readIpv4 } from '../addresses.ts';
import { MESSAGE_TYPES, type MessageType } from './message.ts';
import { fromText, joinOctets, printable, toHex, toText } from './octets.ts';

/** `decode` gives undefined for octets that cannot be such a value; `encode` throws a RangeError for such a value. */
export interface ValueCodec<T> {
  /** What malformed octets are told to be not, e.g. `one IPv4 address`. */
  readonly expects: string;
  decode(bytes: Uint8Array): T | undefined;
  encode(value: T): Uint8Array;
  show(value: T): string;
}

const uint = (octets: 1 | 2 | 4): ValueCodec<number> => ({
  expects: `an unsigned number of ${8 * octets} bits`,
  decode(bytes) {
    if (bytes.length !== octets) return undefined;
    let value = 0;
    for (let i = 0; i < octets; i++) value = value * 256 + bytes[i]!;
    return value;
  },
  encode(value) {
    if (!Number.isInteger(value) || value < 0 || value >= 256 ** octets)
      throw new RangeError(`${value} is not ${this.expects}`);
    const bytes = new Uint8Array(octets);
    for (let i = 0; i < octets; i++) bytes[i] = value >>> (8 * (octets - 1 - i));
    return bytes;
  },
  show: String,
});

export const u8 = uint(1);
export const u16 = uint(2);
export const u32 = uint(4);

export const i32: ValueCodec<number> = {
  expects: 'a signed number of 32 bits',
  decode: bytes => (bytes.length === 4 ? u32.decode(bytes)! | 0 : undefined),
  encode: value => u32.encode(value < 0 ? value + 2 ** 32 : value),
  show: String,
};

export const seconds: ValueCodec<number> = {
  ...u32,
  expects: 'seconds, 32 bits',
  show: value => (value === 0xffffffff ? 'infinite' : `${value} s`),
};

export const flag: ValueCodec<boolean> = {
  expects: 'one octet, 0 or 1',
  decode: bytes => (bytes.length === 1 && bytes[0]! <= 1 ? bytes[0] === 1 : undefined),
  encode: value => Uint8Array.of(value ? 1 : 0),
  show: value => (value ? 'yes' : 'no'),
};

/** Present or absent, no value. */
export const empty: ValueCodec<true> = {
  expects: 'nothing',
  decode: bytes => (bytes.length === 0 ? true : undefined),
  encode: () => new Uint8Array(0),
  show: () => 'present',
};

export const ip: ValueCodec<Ipv4> = {
  expects: 'one IPv4 address',
  decode: bytes => (bytes.length === 4 ? readIpv4(bytes) : undefined),
  encode: ipv4Bytes,
  show: String,
};

/** Values of one size, one behind the other; at least one. */
const listOf = <T>(item: ValueCodec<T>, octets: number, expects: string): ValueCodec<readonly T[]> => ({
  expects,
  decode(bytes) {
    if (bytes.length === 0 || bytes.length % octets !== 0) return undefined;
    const values: T[] = [];
    for (let at = 0; at < bytes.length; at += octets) values.push(item.decode(bytes.subarray(at, at + octets))!);
    return values;
  },
  encode(values) {
    if (values.length === 0) throw new RangeError(`an empty list is not ${expects}`);
    return joinOctets(values.map(value => item.encode(value)));
  },
  show: values => values.map(value => item.show(value)).join(', '),
});

export const ipList = listOf(ip, 4, 'a list of IPv4 addresses');
export const u16List = listOf(u16, 2, 'a list of 16-bit numbers');

const ipPair: ValueCodec<readonly [Ipv4, Ipv4]> = {
  expects: 'two IPv4 addresses',
  decode: bytes => (bytes.length === 8 ? [readIpv4(bytes), readIpv4(bytes, 4)] : undefined),
  encode: ([first, second]) => joinOctets([ipv4Bytes(first), ipv4Bytes(second)]),
  show: ([first, second]) => `${first}/${second}`,
};
export const ipPairs = listOf(ipPair, 8, 'a list of pairs of IPv4 addresses');

export const bytes: ValueCodec<Uint8Array> = {
  expects: 'octets',
  decode: value => value,
  encode: value => value,
  show: value => toHex(value),
};

/** Option 55: codes in the client's order. Empty is accepted, because clients send it. */
export const codes: ValueCodec<readonly number[]> = {
  expects: 'option codes',
  decode: value => [...value],
  encode: value => Uint8Array.from(value),
  show: value => value.join(', '),
};

export const text: ValueCodec<string> = {
  expects: 'text',
  decode: toText,
  encode: fromText,
  show: printable,
};

export const messageType: ValueCodec<MessageType> = {
  expects: 'a message type from 1 to 8',
  decode: value => (value.length === 1 ? MESSAGE_TYPES[value[0]! - 1] : undefined),
  encode: value => Uint8Array.of(MESSAGE_TYPES.indexOf(value) + 1),
  show: String,
};

export interface Route {
  readonly network: Ipv4;
  readonly prefix: number;
  readonly router: Ipv4;
}

/** RFC 3442: prefix length, the octets of the network that it covers, router. */
export const routes: ValueCodec<readonly Route[]> = {
  expects: 'classless routes',
  decode(value) {
    const found: Route[] = [];
    let at = 0;
    while (at < value.length) {
      const prefix = value[at]!;
      const significant = Math.ceil(prefix / 8);
      if (prefix > 32 || at + 1 + significant + 4 > value.length) return undefined;
      const network = new Uint8Array(4);
      network.set(value.subarray(at + 1, at + 1 + significant));
      found.push({ network: readIpv4(network), prefix, router: readIpv4(value, at + 1 + significant) });
      at += 1 + significant + 4;
    }
    return found.length > 0 ? found : undefined;
  },
  encode: value =>
    joinOctets(
      value.flatMap(({ network, prefix, router }) => [
        u8.encode(prefix),
        ipv4Bytes(network).subarray(0, Math.ceil(prefix / 8)),
        ipv4Bytes(router),
      ]),
    ),
  show: value => value.map(route => `${route.network}/${route.prefix} via ${route.router}`).join(', '),
};

/** RFC 3397: names as RFC 1035 labels, with compression pointers into the option itself. Written uncompressed. */
export const domains: ValueCodec<readonly string[]> = {
  expects: 'a list of domain names',
  decode(value) {
    const names: string[] = [];
    let at = 0;
    while (at < value.length) {
      const name = domainAt(value, at);
      if (!name) return undefined;
      names.push(name.labels.join('.'));
      at = name.next;
    }
    return names.length > 0 ? names : undefined;
  },
  encode(names) {
    const parts: Uint8Array[] = [];
    for (const name of names) {
      for (const label of name.split('.')) {
        const octets = fromText(label);
        if (octets.length === 0 || octets.length > 63) throw new RangeError(`"${name}" is not a domain name`);
        parts.push(Uint8Array.of(octets.length), octets);
      }
      parts.push(Uint8Array.of(0));
    }
    return joinOctets(parts);
  },
  show: names => printable(names.join(', ')),
};

function domainAt(value: Uint8Array, start: number): { labels: string[]; next: number } | undefined {
  const labels: string[] = [];
  let at = start;
  let next: number | undefined;
  let octets = 0;
  for (;;) {
    const length = value[at];
    if (length === undefined) return undefined;
    if (length === 0) return labels.length > 0 ? { labels, next: next ?? at + 1 } : undefined;
    if (length >= 0xc0) {
      const low = value[at + 1];
      if (low === undefined) return undefined;
      next ??= at + 2;
      const target = (length & 0x3f) * 256 + low;
      if (target >= at) return undefined;
      at = target;
      continue;
    }
    octets += length + 1;
    // RFC 1035 section 2.3.4; also what ends a chain of pointers that never ends by itself.
    if (length > 63 || at + 1 + length > value.length || octets > 254) return undefined;
    labels.push(toText(value.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
}

/** Option 61: a type octet and the identifier; 1 and six octets is an Ethernet address. */
export const clientIdentifier: ValueCodec<Uint8Array> = {
  expects: 'a client identifier',
  // RFC 2132 section 9.14 wants two octets; some clients send one, and it identifies them all the same.
  decode: value => (value.length >= 1 ? value : undefined),
  encode: value => value,
  show: value => (value.length === 7 && value[0] === 1 ? toHex(value.subarray(1), ':') : toHex(value)),
};

/**
 * Option 77. RFC 3004 prefixes each class with its length; iPXE and Microsoft send the bare text. Octets that are
 * exactly a chain of length-prefixed classes are taken for RFC 3004, all others for one bare class.
 */
export const userClass: ValueCodec<readonly string[]> = {
  expects: 'a user class',
  decode(value) {
    const classes: string[] = [];
    let at = 0;
    while (at < value.length && value[at]! > 0 && at + 1 + value[at]! <= value.length) {
      classes.push(toText(value.subarray(at + 1, at + 1 + value[at]!)));
      at += 1 + value[at]!;
    }
    if (classes.length > 0 && at === value.length) return classes;
    return value.length > 0 ? [toText(value)] : undefined;
  },
  encode(classes) {
    if (classes.length === 0) throw new RangeError('a user class option has at least one class');
    return joinOctets(
      classes.flatMap(name => {
        const octets = fromText(name);
        return [u8.encode(octets.length), octets];
      }),
    );
  },
  show: classes => printable(classes.join(', ')),
};

/** Option 94: type 1 (UNDI), major, minor. */
export const interfaceVersion: ValueCodec<Uint8Array> = {
  expects: 'three octets',
  decode: value => (value.length === 3 ? value : undefined),
  encode: value => value,
  show: value => `${value[0] === 1 ? 'UNDI' : `type ${value[0]}`} ${value[1]}.${value[2]}`,
};

/** Option 97: type octet 0 and 16 octets, which SMBIOS firmware writes with the first three groups little endian. */
export const machineId: ValueCodec<Uint8Array> = {
  expects: 'a type octet and 16 octets',
  decode: value => (value.length === 17 && value[0] === 0 ? value.subarray(1) : undefined),
  encode: value => joinOctets([Uint8Array.of(0), value]),
  show: value => toHex(value),
};

/** Option 81, RFC 4702: flags, two unused octets, a name as text or (flag E) as labels. */
export const clientName: ValueCodec<{ readonly flags: number; readonly name: string }> = {
  expects: 'flags and a name',
  decode(value) {
    if (value.length < 3) return undefined;
    const rest = value.subarray(3);
    const canonical = (value[0]! & 4) !== 0 && rest.length > 0;
    const labels = canonical
      ? domains.decode(rest.at(-1) === 0 ? rest : joinOctets([rest, Uint8Array.of(0)]))
      : undefined;
    return { flags: value[0]!, name: labels?.[0] ?? toText(rest) };
  },
  encode: ({ flags, name }) => joinOctets([Uint8Array.of(flags & ~4, 0, 0), fromText(name)]),
  show: ({ name }) => printable(name),
};
