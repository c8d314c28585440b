/** What the bench's name server says to a query: itself, no such name, or "ask the laptop's resolvers". Pure. */
import dns, { type Answer, type Question, type RecordType } from 'dns-packet';
import { type Ipv4, inSubnet, parseIpv4, type Subnet } from 'node-dhcpd-lite';
import type { DnsQueryEvent } from '../bench/events.ts';
import {
  emptyReply,
  FLAGS,
  fitted,
  HEADER_OCTETS,
  PLAIN_UDP_LIMIT,
  questionEnd,
  RCODE,
  readHeader,
} from './message.ts';

export interface Zone {
  /** The bench domain without dots at its ends, e.g. `bench`. */
  readonly domain: string;
  /** This laptop on the bench: `benchboot` and `boot`. */
  readonly address: Ipv4;
  readonly subnet: Subnet;
  /** Address of a leased host by its name without the domain, lower case. */
  readonly lookup: (name: string) => Ipv4 | undefined;
  /** Name of a leased host, without the domain. */
  readonly reverse: (ip: Ipv4) => string | undefined;
  /** The laptop has resolvers to ask. */
  readonly online: boolean;
}

export type Decision =
  | { readonly do: 'ignore'; readonly reason: string }
  | {
      readonly do: 'reply';
      readonly bytes: Uint8Array;
      readonly asked: Asked;
      readonly result: DnsQueryEvent['result'];
    }
  /** Pass it on; a reply may have `limit` octets. */
  | { readonly do: 'forward'; readonly asked: Asked; readonly limit: number };

export interface Asked {
  readonly name: string;
  readonly qtype: string;
}

/** Names of this laptop. */
const SELF = ['benchboot', 'boot'];
/** Seconds. Short: addresses on a bench change hands. */
const TTL = 10;
/** Octets a UDP reply never exceeds, so that no reply is fragmented on the wire (DNS flag day 2020). */
const LARGEST_UDP = 1232;
const LARGEST_TCP = 65_535;
const NOTHING_ASKED: Asked = { name: '', qtype: '' };

interface Verdict {
  readonly rcode: number;
  readonly answers?: readonly Answer[];
  readonly result: DnsQueryEvent['result'];
}

/** RFC 1035 with EDNS (RFC 6891). Never throws. */
export function answer(query: Uint8Array, zone: Zone, via: 'udp' | 'tcp'): Decision {
  const header = readHeader(query);
  if (!header) return { do: 'ignore', reason: 'shorter than a DNS header' };
  // Two servers that answer each other's errors would never stop.
  if (header.isResponse) return { do: 'ignore', reason: 'a response' };
  const plain = (rcode: number): Decision => ({
    do: 'reply',
    bytes: emptyReply(query, rcode),
    asked: NOTHING_ASKED,
    result: 'refused',
  });
  if (header.opcode !== 0) return plain(RCODE.notImp);
  const parsed = parseQuery(query);
  if (!parsed) return plain(RCODE.formErr);
  const { question, edns } = parsed;
  const asked: Asked = { name: question.name, qtype: question.type };
  const limit = via === 'tcp' ? LARGEST_TCP : Math.min(Math.max(edns?.size ?? 0, PLAIN_UDP_LIMIT), LARGEST_UDP);
  if (edns && edns.version !== 0) {
    // BADVERS is 16: its upper eight bits travel in the OPT record.
    const bytes = encode(query, header.id, question, { rcode: 0, result: 'refused' }, zone, {
      edns: true,
      extended: 1,
    });
    return { do: 'reply', bytes, asked, result: 'refused' };
  }
  const verdict = decide(question, zone);
  if (verdict === 'forward') {
    if (zone.online) return { do: 'forward', asked, limit };
    return { do: 'reply', bytes: emptyReply(query, RCODE.nxDomain), asked, result: 'nxdomain' };
  }
  const bytes = encode(query, header.id, question, verdict, zone, { edns: edns !== undefined, extended: 0 });
  return { do: 'reply', bytes: fitted(bytes, limit), asked, result: verdict.result };
}

function parseQuery(
  query: Uint8Array,
): { question: Question; edns: { size: number; version: number } | undefined } | undefined {
  const header = readHeader(query)!;
  const { questions, answers, authorities, additionals } = header;
  if (questions !== 1 || answers > 0 || authorities > 0 || additionals > 2) return undefined;
  const end = questionEnd(query);
  if (end === undefined) return undefined;
  try {
    const packet = dns.decode(Buffer.from(query.buffer, query.byteOffset, query.byteLength));
    const question = packet.questions?.[0];
    if (!question) return undefined;
    // dns-packet reads names as text; a label with a dot or foreign octets in it would be another name on the way back.
    const again = dns.encode({ type: 'query', questions: [question] });
    if (Buffer.compare(again.subarray(HEADER_OCTETS), query.subarray(HEADER_OCTETS, end)) !== 0) return undefined;
    const opt = packet.additionals?.find(record => record.type === 'OPT');
    const edns = opt?.type === 'OPT' ? { size: opt.udpPayloadSize, version: opt.ednsVersion } : undefined;
    return { question, edns };
  } catch {
    return undefined;
  }
}

function decide(question: Question, zone: Zone): Verdict | 'forward' {
  const type = question.type as string;
  if (type === 'AXFR' || type === 'IXFR' || question.class !== 'IN') return { rcode: RCODE.refused, result: 'refused' };
  const name = question.name.toLowerCase();
  const nothing: Verdict = { rcode: RCODE.noError, result: 'answered' };
  const noSuchName: Verdict = { rcode: RCODE.nxDomain, result: 'nxdomain' };
  const give = (...answers: Answer[]): Verdict => ({ rcode: RCODE.noError, answers, result: 'answered' });
  const wants = (...types: RecordType[]) => type === 'ANY' || types.includes(type as RecordType);

  const pointed = pointedAt(name);
  if (pointed !== undefined && inSubnet(pointed, zone.subnet)) {
    const host = pointed === zone.address ? SELF[0] : zone.reverse(pointed);
    if (host === undefined) return noSuchName;
    return wants('PTR')
      ? give({ type: 'PTR', name: question.name, ttl: TTL, data: `${host}.${zone.domain}` })
      : nothing;
  }
  if (name === zone.domain) {
    if (wants('SOA')) return give(startOfAuthority(question.name, zone));
    return wants('NS')
      ? give({ type: 'NS', name: question.name, ttl: TTL, data: `${SELF[0]}.${zone.domain}` })
      : nothing;
  }
  const host = hostPart(name, zone.domain);
  if (host !== undefined) {
    const address = SELF.includes(host) ? zone.address : zone.lookup(host);
    if (address === undefined) return noSuchName;
    return wants('A') ? give({ type: 'A', name: question.name, ttl: TTL, data: address }) : nothing;
  }
  // Names of multicast DNS mean nothing to a resolver (RFC 6762 section 22.1).
  return name.endsWith('.local') ? noSuchName : 'forward';
}

/** `x` of `x.bench` and of the bare `x`; undefined for names of the world outside. */
function hostPart(name: string, domain: string): string | undefined {
  if (name.endsWith(`.${domain}`)) return name.slice(0, -domain.length - 1);
  return name.includes('.') ? undefined : name;
}

/** `10.32.0.5` of `5.0.32.10.in-addr.arpa`. */
function pointedAt(name: string): Ipv4 | undefined {
  const match = /^(\d+\.\d+\.\d+\.\d+)\.in-addr\.arpa$/.exec(name);
  const address = match?.[1]?.split('.').reverse().join('.');
  return address !== undefined && parseIpv4(address) !== undefined ? address : undefined;
}

const startOfAuthority = (name: string, zone: Zone): Answer => ({
  type: 'SOA',
  name,
  ttl: TTL,
  data: {
    mname: `${SELF[0]}.${zone.domain}`,
    rname: `nobody.${zone.domain}`,
    serial: 1,
    refresh: 3600,
    retry: 600,
    expire: 86_400,
    minimum: TTL,
  },
});

function encode(
  query: Uint8Array,
  id: number,
  question: Question,
  verdict: Verdict,
  zone: Zone,
  opt: { edns: boolean; extended: number },
): Uint8Array {
  const asked = readHeader(query)!.recursionDesired ? FLAGS.recursionDesired : 0;
  const own = verdict.result === 'refused' ? 0 : FLAGS.authoritative;
  const answers = [...(verdict.answers ?? [])];
  return dns.encode({
    type: 'response',
    id,
    flags: asked | own | FLAGS.recursionAvailable | verdict.rcode,
    questions: [question],
    answers,
    // Tells how long "no" may be remembered (RFC 2308): not longer than a lease takes to appear.
    authorities: answers.length === 0 && own !== 0 ? [startOfAuthority(zone.domain, zone)] : [],
    additionals: opt.edns
      ? [
          {
            type: 'OPT',
            name: '.',
            udpPayloadSize: LARGEST_UDP,
            extendedRcode: opt.extended,
            ednsVersion: 0,
            flags: 0,
            flag_do: false,
            options: [],
          },
        ]
      : [],
  });
}
