import dns from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answer, type Zone } from '../../../main/dns/answer.ts';
import { fitted } from '../../../main/dns/message.ts';
import { framed, Unframer } from '../../../main/dns/tcp-frames.ts';
import { parseResolvConf } from '../../../main/host/node/resolv-conf.ts';

const zone: Zone = {
  domain: 'bench',
  address: '10.32.0.1',
  subnet: { network: '10.32.0.0', prefix: 24 },
  lookup: name => (name === 'node-1' ? '10.32.0.77' : undefined),
  reverse: ip => (ip === '10.32.0.77' ? 'node-1' : undefined),
  online: true,
};
const offline: Zone = { ...zone, online: false };

type Ask = { name: string; type?: string; class?: string; edns?: number; version?: number };
function query({ name, type = 'A', class: of = 'IN', edns, version = 0 }: Ask): Uint8Array {
  const additionals = edns
    ? [
        {
          type: 'OPT',
          name: '.',
          udpPayloadSize: edns,
          extendedRcode: 0,
          ednsVersion: version,
          flags: 0,
          flag_do: false,
          options: [],
        },
      ]
    : [];
  return new Uint8Array(
    dns.encode({
      type: 'query',
      id: 0x1234,
      flags: dns.RECURSION_DESIRED,
      questions: [{ name, type, class: of } as dns.Question],
      additionals: additionals as dns.Answer[],
    }),
  );
}

/** The verdict as a line: what was done, response code, answers. */
function ask(what: Ask | Uint8Array, on: Zone = zone): string {
  const decision = answer(what instanceof Uint8Array ? what : query(what), on, 'udp');
  if (decision.do !== 'reply') return decision.do;
  const packet = dns.decode(Buffer.from(decision.bytes)) as dns.DecodedPacket & { rcode: string };
  expect(packet.type).toBe('response');
  const answers = packet.answers?.map(record => `${record.type} ${(record as { data: unknown }).data}`) ?? [];
  return [packet.rcode, ...answers].join(' ');
}

describe('answers from the bench itself', () => {
  it.each<[string, Ask, string]>([
    ['a leased host in the domain', { name: 'node-1.bench' }, 'NOERROR A 10.32.0.77'],
    ['its bare name', { name: 'node-1' }, 'NOERROR A 10.32.0.77'],
    ['in any case, and says the name as it was asked', { name: 'Node-1.BENCH' }, 'NOERROR A 10.32.0.77'],
    ['this laptop', { name: 'benchboot.bench' }, 'NOERROR A 10.32.0.1'],
    ['this laptop, short', { name: 'boot' }, 'NOERROR A 10.32.0.1'],
    ['no IPv6 for a known name is not "no such name"', { name: 'node-1.bench', type: 'AAAA' }, 'NOERROR'],
    ['an unknown host', { name: 'other.bench' }, 'NXDOMAIN'],
    ['an unknown bare name never leaves the bench', { name: 'wpad' }, 'NXDOMAIN'],
    ['a name of multicast DNS', { name: 'printer.local' }, 'NXDOMAIN'],
    ['backwards', { name: '77.0.32.10.in-addr.arpa', type: 'PTR' }, 'NOERROR PTR node-1.bench'],
    ['backwards, this laptop', { name: '1.0.32.10.in-addr.arpa', type: 'PTR' }, 'NOERROR PTR benchboot.bench'],
    ['backwards, nobody', { name: '78.0.32.10.in-addr.arpa', type: 'PTR' }, 'NXDOMAIN'],
    ['backwards, elsewhere', { name: '8.8.8.8.in-addr.arpa', type: 'PTR' }, 'forward'],
    ['backwards, no address', { name: '300.0.32.10.in-addr.arpa', type: 'PTR' }, 'forward'],
    ['the name server', { name: 'bench', type: 'NS' }, 'NOERROR NS benchboot.bench'],
    ['ANY is the address', { name: 'node-1', type: 'ANY' }, 'NOERROR A 10.32.0.77'],
    ['a zone transfer', { name: 'bench', type: 'AXFR' }, 'REFUSED'],
    ['another class', { name: 'version.bind', type: 'TXT', class: 'CH' }, 'REFUSED'],
    ['the world', { name: 'packages.example.org' }, 'forward'],
    ['a name that only ends like the domain', { name: 'workbench.example' }, 'forward'],
  ])('%s', (_what, asked, gives) => expect(ask(asked)).toBe(gives));

  it('offline, the world does not exist, at once', () => {
    expect(ask({ name: 'packages.example.org' }, offline)).toBe('NXDOMAIN');
    expect(ask({ name: 'node-1' }, offline)).toBe('NOERROR A 10.32.0.77');
  });

  it('"no" carries the SOA that says how long to remember it; "offline" carries none', () => {
    const soa = (asked: Ask, on: Zone) => {
      const decision = answer(query(asked), on, 'udp');
      return decision.do === 'reply' && dns.decode(Buffer.from(decision.bytes)).authorities?.length;
    };
    expect(soa({ name: 'other.bench' }, zone)).toBe(1);
    expect(soa({ name: 'node-1.bench', type: 'AAAA' }, zone)).toBe(1);
    expect(soa({ name: 'packages.example.org' }, offline)).toBe(0);
  });

  it('copies the id, the question and the wish for recursion', () => {
    const decision = answer(query({ name: 'NoDe-1' }), zone, 'udp');
    if (decision.do !== 'reply') throw new Error('no reply');
    const packet = dns.decode(Buffer.from(decision.bytes));
    expect(packet).toMatchObject({
      id: 0x1234,
      flag_rd: true,
      flag_ra: true,
      flag_aa: true,
      questions: [{ name: 'NoDe-1' }],
    });
  });

  it('answers EDNS with EDNS and other versions of it with BADVERS', () => {
    const reply = (asked: Ask) => {
      const decision = answer(query(asked), zone, 'udp');
      if (decision.do !== 'reply') throw new Error('no reply');
      return dns.decode(Buffer.from(decision.bytes)).additionals?.[0];
    };
    expect(reply({ name: 'node-1', edns: 4096 })).toMatchObject({
      type: 'OPT',
      udpPayloadSize: 1232,
      extendedRcode: 0,
    });
    expect(reply({ name: 'node-1', edns: 4096, version: 1 })).toMatchObject({ type: 'OPT', extendedRcode: 1 });
    expect(reply({ name: 'node-1' })).toBeUndefined();
  });

  it.each<[string, Ask, 'udp' | 'tcp', number]>([
    ['plain UDP', { name: 'example.org' }, 'udp', 512],
    ['a small EDNS size', { name: 'example.org', edns: 100 }, 'udp', 512],
    ['a medium one', { name: 'example.org', edns: 1000 }, 'udp', 1000],
    ['a large one', { name: 'example.org', edns: 4096 }, 'udp', 1232],
    ['TCP', { name: 'example.org' }, 'tcp', 65_535],
  ])('%s: how large a forwarded reply may be', (_what, asked, via, limit) =>
    expect(answer(query(asked), zone, via)).toMatchObject({ do: 'forward', limit }),
  );
});

describe('bad queries', () => {
  const good = query({ name: 'node-1' });
  const patched = (at: number, ...octets: number[]) => {
    const bytes = good.slice();
    bytes.set(octets, at);
    return bytes;
  };
  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'ignore'],
    ['half a header', good.slice(0, 11), 'ignore'],
    ['a response', patched(2, 0x81), 'ignore'],
    ['a header alone', good.slice(0, 12), 'FORMERR'],
    ['a cut name', good.slice(0, 15), 'FORMERR'],
    ['a cut type', good.slice(0, good.length - 1), 'FORMERR'],
    ['no question', patched(4, 0, 0), 'FORMERR'],
    ['two questions', patched(4, 0, 2), 'FORMERR'],
    ['answers in a query', patched(6, 0xff, 0xff), 'FORMERR'],
    ['65,535 additional records', patched(10, 0xff, 0xff), 'FORMERR'],
    ['a name that points to itself', patched(12, 0xc0, 12), 'FORMERR'],
    ['a dot within a label', patched(13, 0x2e), 'FORMERR'],
    ['octets that are no text', patched(13, 0xff), 'FORMERR'],
    ['a dynamic update', patched(2, 0x28), 'NOTIMP'],
  ])('%s', (_what, bytes, gives) => expect(ask(bytes)).toBe(gives));

  it('never throws and never answers more than it should (fuzz)', () => {
    const mutated = fc
      .tuple(
        fc.constantFrom(good, query({ name: 'a.bench', edns: 1232 }), query({ name: 'x.org', type: 'AAAA' })),
        fc.array(fc.tuple(fc.nat(80), fc.nat(255))),
        fc.nat(80),
      )
      .map(([bytes, changes, length]) => {
        const copy = bytes.slice();
        for (const [at, octet] of changes) if (at < copy.length) copy[at] = octet;
        return length < 20 ? copy.slice(0, length) : copy;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), mutated), fc.boolean(), (bytes, online) => {
        const decision = answer(bytes, online ? zone : offline, 'udp');
        if (decision.do === 'reply') expect(decision.bytes.length).toBeLessThanOrEqual(1232);
      }),
      { numRuns: 100_000 },
    );
  });
});

describe('messages', () => {
  it('cuts a reply that is too large down to its question, marked', () => {
    const reply = dns.encode({
      type: 'response',
      id: 7,
      questions: [{ name: 'big.example', type: 'TXT' }],
      answers: Array.from({ length: 10 }, () => ({ type: 'TXT' as const, name: 'big.example', data: 'x'.repeat(200) })),
    });
    const cut = dns.decode(Buffer.from(fitted(reply, 512)));
    expect(cut).toMatchObject({ id: 7, flag_tc: true, answers: [], questions: [{ name: 'big.example' }] });
    expect(fitted(reply, 5000)).toBe(reply);
  });

  it('puts TCP messages together from chunks of any size', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), fc.integer({ min: 1, max: 50 }), (messages, size) => {
        const stream = Buffer.concat(messages.map(framed));
        const unframer = new Unframer();
        const got: Uint8Array[] = [];
        for (let at = 0; at < stream.length; at += size) got.push(...unframer.push(stream.subarray(at, at + size)));
        expect(got.map(m => [...m])).toEqual(messages.map(m => [...m]));
      }),
    );
  });
});

describe('resolv.conf', () => {
  it.each<[string, string, string[]]>([
    [
      'the stub of systemd-resolved',
      '# stub\nnameserver 127.0.0.53\noptions edns0 trust-ad\nsearch lan\n',
      ['127.0.0.53'],
    ],
    [
      'several, in order, none twice',
      'nameserver 9.9.9.9\nnameserver\t1.1.1.1\nnameserver 9.9.9.9',
      ['9.9.9.9', '1.1.1.1'],
    ],
    ['IPv6 is left out', 'nameserver fe80::1%eth0\nnameserver 10.0.0.1 # gateway\n', ['10.0.0.1']],
    ['comments and nonsense', ';nameserver 1.1.1.1\n#nameserver 2.2.2.2\nnameserver 300.1.1.1\nnameserver\n', []],
    ['Windows line ends', 'nameserver 1.1.1.1\r\nnameserver 2.2.2.2\r\n', ['1.1.1.1', '2.2.2.2']],
    ['nothing', '', []],
  ])('%s', (_what, text, servers) => expect(parseResolvConf(text)).toEqual(servers));
});
