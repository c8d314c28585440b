import { describe, expect, it } from 'vitest';
import { type Lease, LeasePool, type PoolClient, type PoolSettings } from '../../src/index.ts';

const SETTINGS: PoolSettings = {
  server: '10.32.0.1',
  subnet: { network: '10.32.0.0', prefix: 24 },
  range: ['10.32.0.10', '10.32.0.19'],
  identity: 'mac',
  reservations: [],
  offerSeconds: 20,
  declineSeconds: 600,
  inUseSeconds: 300,
};
const LEASE = 600;
const NOW = 1_000_000;

function bench(settings: Partial<PoolSettings> = {}) {
  const events: Lease[] = [];
  const pool = new LeasePool({ ...SETTINGS, ...settings }, lease => events.push(lease));
  return {
    pool,
    events,
    /** DISCOVER and REQUEST; the address, or undefined when either failed. */
    bind(client: PoolClient, now = NOW, wanted?: string, seconds = LEASE): string | undefined {
      const offer = pool.offer(client, now, wanted);
      return offer && pool.confirm(client, now, { ip: offer.ip, seconds, chosen: true, sticky: false })?.ip;
    },
    states(now = NOW): Record<string, string> {
      return Object.fromEntries(pool.list(now).map(({ ip, state }) => [ip, state]));
    },
  };
}

const client = (n: number, facts: Partial<PoolClient> = {}): PoolClient => ({
  mac: `52:54:00:00:${(n >> 8).toString(16).padStart(2, '0')}:${(n & 255).toString(16).padStart(2, '0')}`,
  htype: 1,
  clientId: undefined,
  uuid: undefined,
  serial: undefined,
  hostname: undefined,
  ...facts,
});
const after = (seconds: number): number => NOW + seconds * 1000;

describe('one address for one client', () => {
  it('DISCOVERs of one client get the same offer, of two clients two', () => {
    const { pool } = bench();
    const first = pool.offer(client(1), NOW, undefined)?.ip;
    expect(pool.offer(client(1), NOW, undefined)?.ip).toBe(first);
    expect(pool.offer(client(2), NOW, undefined)?.ip).not.toBe(first);
  });

  it('a lease is renewed in its place', () => {
    const { bind, pool } = bench();
    const ip = bind(client(1))!;
    expect(pool.confirm(client(1), after(300), { ip, seconds: LEASE, chosen: false, sticky: false })).toMatchObject({
      ip,
      acks: 2,
      expires: after(900),
    });
  });

  it('a DISCOVER in the middle of a lease neither ends nor moves it', () => {
    const { bind, pool } = bench();
    const ip = bind(client(1))!;
    expect(pool.offer(client(1), after(10), undefined)).toMatchObject({ ip, state: 'bound', expires: after(LEASE) });
    expect(pool.byAddress(ip, after(40))?.state).toBe('bound');
  });

  it('an expired client gets its address again', () => {
    const { bind } = bench();
    const ip = bind(client(1));
    bind(client(2), after(LEASE + 1));
    expect(bind(client(1), after(LEASE + 5))).toBe(ip);
  });

  it('a pool that forgot everything prefers the same address for the same client', () => {
    const fresh = () => bench({ range: ['10.32.0.10', '10.32.0.200'] });
    expect(fresh().bind(client(7))).toBe(fresh().bind(client(7)));
  });

  it('the address a client wants is taken when it is free, not when it is not', () => {
    const { bind } = bench();
    expect(bind(client(1), NOW, '10.32.0.13')).toBe('10.32.0.13');
    expect(bind(client(2), NOW, '10.32.0.13')).not.toBe('10.32.0.13');
    expect(bind(client(3), NOW, '10.99.0.13')).toMatch(/^10\.32\.0\.1\d$/);
    expect(bind(client(4), NOW, 'rubbish')).toMatch(/^10\.32\.0\.1\d$/);
  });

  it('server, network and broadcast address are never given', () => {
    const { bind, pool } = bench({ range: ['10.32.0.0', '10.32.0.7'], subnet: { network: '10.32.0.0', prefix: 29 } });
    const given = new Set(Array.from({ length: 8 }, (_, n) => bind(client(n))));
    expect([...given].filter(Boolean).sort()).toEqual(['2', '3', '4', '5', '6'].map(n => `10.32.0.${n}`));
    expect(pool.offer(client(9), NOW, '10.32.0.1')).toBeUndefined();
  });
});

describe('identity', () => {
  const firmware = client(1);
  const system = client(1, { clientId: '01525400000001' });
  const other = client(1, { clientId: 'ff0102' });

  it('mac: firmware, loader and system keep one address whatever they call themselves', () => {
    const { bind } = bench();
    const ip = bind(firmware);
    expect([bind(system), bind(other)]).toEqual([ip, ip]);
  });

  it('client-id: another client identifier is another client (RFC 2131)', () => {
    const { bind } = bench({ identity: 'client-id' });
    expect(new Set([bind(firmware), bind(system), bind(other)]).size).toBe(3);
  });

  it('client-id: the identifier keeps its address on another MAC', () => {
    const { bind } = bench({ identity: 'client-id' });
    expect(bind(client(2, { clientId: 'ff0102' }))).toBe(bind(other));
  });

  it('mac: without a hardware address the client identifier serves', () => {
    const { bind } = bench();
    const infiniband = client(1, { mac: '', htype: 32, clientId: 'ff99' });
    expect(bind(infiniband)).toBe(bind(infiniband));
    expect(bind(client(1, { mac: '' }))).toBeUndefined();
  });

  it('the same octets of another hardware type are another client', () => {
    const { bind } = bench();
    expect(bind(client(1, { htype: 6 }))).not.toBe(bind(client(1)));
  });
});

describe('offers', () => {
  it('are given back after their time', () => {
    const { pool, states } = bench();
    const ip = pool.offer(client(1), NOW, undefined)!.ip;
    expect(states(after(19))[ip]).toBe('offered');
    expect(states(after(20))).toEqual({});
  });

  it('that are answered late are honoured when nobody else came', () => {
    const { pool } = bench();
    const { ip } = pool.offer(client(1), NOW, undefined)!;
    const request = { ip, seconds: LEASE, chosen: true, sticky: false };
    expect(pool.confirm(client(1), after(60), request)?.ip).toBe(ip);
  });

  it('that are sticky count as leases', () => {
    const { pool, bind } = bench({ range: ['10.32.0.10', '10.32.0.11'] });
    const { ip } = pool.offer(client(1), NOW, undefined)!;
    pool.confirm(client(1), NOW, { ip, seconds: LEASE, chosen: false, sticky: true });
    expect(pool.byAddress(ip, after(300))).toMatchObject({ state: 'bound', sticky: true, acks: 0 });
    for (let n = 2; n < 50; n++) expect(bind(client(n), after(n))).not.toBe(ip);
  });

  it('end when the client takes another server, leases do not', () => {
    const { pool, bind, states } = bench();
    const ip = bind(client(1))!;
    pool.offer(client(2), NOW, undefined);
    pool.withdraw(client(1), NOW);
    pool.withdraw(client(2), NOW);
    expect(states()).toEqual({ [ip]: 'bound' });
  });

  it('given twice under pressure: the first REQUEST wins, the second is refused', () => {
    const { pool } = bench({ range: ['10.32.0.10', '10.32.0.10'] });
    const request = { ip: '10.32.0.10', seconds: LEASE, chosen: true, sticky: false };
    pool.offer(client(1), NOW, undefined);
    expect(pool.offer(client(2), NOW, undefined)?.ip).toBe('10.32.0.10');
    expect(pool.confirm(client(1), NOW, request)?.key).toBe(client(1).mac);
    expect(pool.confirm(client(2), NOW, request)).toBeUndefined();
  });

  it('to others stand in the way of who was offered nothing', () => {
    const { pool } = bench();
    const { ip } = pool.offer(client(1), NOW, undefined)!;
    expect(pool.confirm(client(2), NOW, { ip, seconds: LEASE, chosen: false, sticky: false })).toBeUndefined();
  });
});

describe('scarcity', () => {
  it('a full pool has nothing for a new client, and takes nothing from a lease', () => {
    const { bind, states } = bench();
    for (let n = 0; n < 10; n++) expect(bind(client(n))).toBeDefined();
    expect(bind(client(10))).toBeUndefined();
    expect(Object.values(states()).every(state => state === 'bound')).toBe(true);
  });

  it('recycles the least recently used of what is over', () => {
    const { bind, pool } = bench();
    const given = Array.from({ length: 10 }, (_, n) => bind(client(n), after(n))!);
    pool.release(client(4), after(20), given[4]!);
    pool.release(client(2), after(21), given[2]!);
    expect(bind(client(20), after(22))).toBe(given[4]);
    expect(bind(client(21), after(23))).toBe(given[2]);
    expect(bind(client(22), after(24))).toBeUndefined();
  });

  it('free addresses go before remembered ones', () => {
    const { bind, pool } = bench();
    const mine = bind(client(1))!;
    pool.release(client(1), NOW, mine);
    for (let n = 2; n <= 10; n++) expect(bind(client(n))).not.toBe(mine);
    expect(bind(client(1))).toBe(mine);
  });

  it('a new MAC at every DISCOVER never burns out the pool, and old offers go first', () => {
    const { bind, pool } = bench();
    const holders = [1, 2, 3].map(n => bind(client(n)));
    for (let n = 100; n < 5000; n++) expect(pool.offer(client(n), NOW + n, undefined)).toBeDefined();
    expect(bind(client(9000), NOW + 5000)).toBeDefined();
    expect([1, 2, 3].map(n => bind(client(n), NOW + 5000))).toEqual(holders);
  });

  it('a client that declines all it gets does not burn out the pool either', () => {
    const { bind, pool } = bench();
    for (let n = 0; n < 100; n++) {
      const ip = bind(client(n), NOW + n)!;
      expect(ip).toBeDefined();
      expect(pool.decline(client(n), NOW + n, ip)).toBe(true);
    }
    expect(bind(client(500), NOW + 500)).toBeDefined();
  });
});

describe('RELEASE and DECLINE', () => {
  it('a released address waits for its client', () => {
    const { bind, pool, states } = bench();
    const ip = bind(client(1))!;
    expect(pool.release(client(1), NOW, ip)).toBe(true);
    expect(states()).toEqual({ [ip]: 'released' });
    expect(bind(client(1), after(5))).toBe(ip);
  });

  it("another's address cannot be released or declined", () => {
    const { bind, pool } = bench();
    const ip = bind(client(1))!;
    expect(pool.release(client(2), NOW, ip)).toBe(false);
    expect(pool.decline(client(2), NOW, ip)).toBe(false);
    expect(pool.byAddress(ip, NOW)?.state).toBe('bound');
  });

  it('a declined address rests, its client gets another', () => {
    const { bind, pool, states } = bench();
    const ip = bind(client(1))!;
    expect(pool.decline(client(1), NOW, ip)).toBe(true);
    expect(bind(client(1))).not.toBe(ip);
    expect(bind(client(2), NOW, ip)).not.toBe(ip);
    expect(states(after(599))[ip]).toBe('declined');
    expect(states(after(600))[ip]).toBeUndefined();
  });

  it('the operator can take back what is leased, declined or in use, once', () => {
    const { bind, pool } = bench();
    const ip = bind(client(1))!;
    expect([pool.releaseAddress(ip, NOW), pool.releaseAddress(ip, NOW)]).toEqual([true, false]);
    expect(pool.releaseAddress('10.32.0.250', NOW)).toBe(false);
    expect(pool.releaseAddress('rubbish', NOW)).toBe(false);
  });
});

describe('addresses heard on the wire', () => {
  const stranger = '02:00:00:00:00:99';

  it('are not offered until they age out', () => {
    const { bind, pool, states } = bench({ range: ['10.32.0.10', '10.32.0.11'] });
    expect(pool.markInUse('10.32.0.10', stranger, NOW)).toBe('marked');
    expect([bind(client(1)), bind(client(2))]).toEqual(['10.32.0.11', undefined]);
    expect(states(after(301))['10.32.0.10']).toBeUndefined();
    expect(bind(client(2), after(301))).toBe('10.32.0.10');
  });

  it('stay in use as long as they are heard', () => {
    const { pool, states } = bench();
    for (let minute = 0; minute < 30; minute++) pool.markInUse('10.32.0.10', stranger, after(60 * minute));
    expect(states(after(30 * 60))['10.32.0.10']).toBe('in-use');
  });

  it('take an offer away, never a lease', () => {
    const { bind, pool } = bench();
    const ip = bind(client(1))!;
    expect(pool.markInUse(ip, stranger, NOW)).toBe('conflict');
    expect(pool.byAddress(ip, NOW)).toMatchObject({ state: 'bound', mac: client(1).mac });
    const offered = pool.offer(client(2), NOW, undefined)!.ip;
    expect(pool.markInUse(offered, stranger, NOW)).toBe('marked');
    expect(pool.offer(client(2), NOW, undefined)!.ip).not.toBe(offered);
  });

  it("are the holder's own affair when it is the holder", () => {
    const { bind, pool } = bench();
    expect(pool.markInUse(bind(client(1))!, client(1).mac, NOW)).toBe('known');
    const offered = pool.offer(client(2), NOW, undefined)!.ip;
    expect(pool.markInUse(offered, client(2).mac, NOW)).toBe('known');
  });

  it('go to the very station that uses them when it asks', () => {
    const { bind, pool } = bench();
    pool.markInUse('10.32.0.15', client(1).mac, NOW);
    expect(bind(client(1), NOW, '10.32.0.15')).toBe('10.32.0.15');
  });

  it('that a client keeps using after its lease are kept from others and remain its own', () => {
    const { bind, pool } = bench({ range: ['10.32.0.10', '10.32.0.10'] });
    bind(client(1));
    expect(pool.markInUse('10.32.0.10', client(1).mac, after(LEASE + 1))).toBe('marked');
    expect(bind(client(2), after(LEASE + 2))).toBeUndefined();
    expect(bind(client(1), after(LEASE + 3))).toBe('10.32.0.10');
  });

  it('outside the pool are none of its business', () => {
    const { pool } = bench();
    expect(pool.markInUse('10.32.0.1', stranger, NOW)).toBe('not-ours');
    expect(pool.markInUse('10.32.0.200', stranger, NOW)).toBe('not-ours');
    expect(pool.markInUse('rubbish', stranger, NOW)).toBe('not-ours');
  });
});

describe('reservations', () => {
  const uuidText = '00112233-4455-6677-8899-aabbccddeeff';
  const reservations = [
    { ip: '10.32.0.50', mac: client(1).mac, hostname: 'one' },
    { ip: '10.32.0.51', clientId: '01:aa:bb' },
    { ip: '10.32.0.52', serial: '9FFEFDEF' },
    { ip: '10.32.0.12', uuid: uuidText },
  ];
  const cases: [string, PoolClient, string][] = [
    ['MAC', client(1), '10.32.0.50'],
    ['client-id', client(5, { clientId: '01aabb' }), '10.32.0.51'],
    ['serial', client(6, { serial: '9ffefdef' }), '10.32.0.52'],
    ['UUID as firmware sends it', client(7, { uuid: '33221100554477668899aabbccddeeff' }), '10.32.0.12'],
    ['UUID in network order', client(8, { uuid: '00112233445566778899aabbccddeeff' }), '10.32.0.12'],
  ];
  it.each(cases)('by %s', (_, who, ip) => {
    expect(bench({ reservations }).bind(who)).toBe(ip);
  });

  it('win over what the client wants and had', () => {
    const { bind, pool } = bench({ reservations });
    expect(bind(client(1), NOW, '10.32.0.11')).toBe('10.32.0.50');
    const request = { ip: '10.32.0.11', seconds: LEASE, chosen: false, sticky: false };
    expect(pool.confirm(client(1), NOW, request)).toBeUndefined();
  });

  it('are given to nobody else', () => {
    const { bind } = bench({ reservations });
    const given = Array.from({ length: 12 }, (_, n) => bind(client(100 + n), NOW, '10.32.0.12'));
    expect(given).not.toContain('10.32.0.12');
    expect(given.filter(Boolean)).toHaveLength(9);
  });

  it('are not taken when their client only has an offer, or left', () => {
    const { bind, pool } = bench({ reservations, range: ['10.32.0.10', '10.32.0.11'] });
    pool.offer(client(1), NOW, undefined);
    bind(client(5, { clientId: '01aabb' }));
    pool.release(client(5, { clientId: '01aabb' }), NOW, '10.32.0.51');
    pool.offer(client(6, { serial: '9ffefdef' }), NOW - 30_000, undefined);
    const given = Array.from({ length: 20 }, (_, n) => pool.offer(client(100 + n), NOW, undefined)?.ip);
    expect(new Set(given)).toEqual(new Set(['10.32.0.10', '10.32.0.11']));
  });

  it('by serial hold for the later programs of the board, which send its MAC alone', () => {
    const { bind } = bench({ reservations });
    expect(bind(client(6, { serial: '9ffefdef' }))).toBe('10.32.0.52');
    expect(bind(client(6, { clientId: 'ff01' }))).toBe('10.32.0.52');
  });

  it('by serial follow the board to its new MAC', () => {
    const { bind } = bench({ reservations });
    expect(bind(client(6, { serial: '9ffefdef' }))).toBe('10.32.0.52');
    expect(bind(client(60, { serial: '9ffefdef' }))).toBe('10.32.0.52');
    expect(bind(client(6))).not.toBe('10.32.0.52');
  });

  it('found late give back the address held until then', () => {
    const { bind, states } = bench({ reservations });
    const before = bind(client(6))!;
    bind(client(6, { serial: '9ffefdef' }));
    expect(states()).toEqual({ '10.32.0.52': 'bound' });
    expect(before).not.toBe('10.32.0.52');
  });

  it('of an address that a stranger uses do not leave the client without one', () => {
    const { bind, pool } = bench({ reservations });
    pool.markInUse('10.32.0.50', '02:00:00:00:00:99', NOW);
    expect(bind(client(1))).toMatch(/^10\.32\.0\.1\d$/);
    expect(bind(client(1), after(400))).toBe('10.32.0.50');
  });
});

describe('restored leases', () => {
  const saved = (now: number, settings: Partial<PoolSettings> = {}): Lease[] => {
    const { bind, pool } = bench(settings);
    bind(client(1), now);
    bind(client(2), now);
    pool.release(client(2), now, pool.find(client(2), now)!.ip);
    bind(client(3), now);
    pool.decline(client(3), now, pool.find(client(3), now)!.ip);
    return pool.list(now);
  };

  it('are as they were', () => {
    const leases = saved(NOW);
    const { pool } = bench();
    pool.restore(leases, after(10));
    expect(pool.list(after(10))).toEqual(leases);
  });

  it('that ended meanwhile are remembered', () => {
    const leases = saved(NOW);
    const { pool, states } = bench();
    pool.restore(leases, after(3000));
    expect(Object.values(states(after(3000))).sort()).toEqual(['expired', 'released']);
    expect(pool.offer(client(1), after(3000), undefined)?.ip).toBe(leases.find(l => l.key === client(1).mac)?.ip);
  });

  it('of addresses that are no longer given are dropped', () => {
    const { pool } = bench({ range: ['10.32.0.100', '10.32.0.110'] });
    pool.restore(saved(NOW), NOW);
    expect(pool.list(NOW)).toEqual([]);
  });

  it('twice for one client or one address count once', () => {
    const lease = saved(NOW).find(({ state }) => state === 'bound')!;
    const { pool } = bench();
    const other = lease.ip === '10.32.0.10' ? '10.32.0.11' : '10.32.0.10';
    pool.restore([lease, { ...lease, ip: other }, { ...lease, key: 'x' }], NOW);
    expect(pool.list(NOW)).toHaveLength(1);
  });

  it('of a reservation by serial still know the MAC', () => {
    const reservations = [{ ip: '10.32.0.52', serial: '9ffefdef' }];
    const first = bench({ reservations });
    first.bind(client(6, { serial: '9ffefdef' }));
    const second = bench({ reservations });
    second.pool.restore(first.pool.list(NOW), NOW);
    expect(second.bind(client(6))).toBe('10.32.0.52');
  });
});
