import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LeasePool, type PoolClient } from '../../src/index.ts';

/**
 * The pool against what its clients believe: a model that only remembers who was acknowledged what, and until when.
 * No order of messages may make two clients believe in one address at one time.
 */
const RANGE = ['10.0.0.10', '10.0.0.13'] as const;
const ADDRESSES = [10, 11, 12, 13].map(n => `10.0.0.${n}`);
const who = (n: number): PoolClient => ({
  mac: `02:00:00:00:00:${n.toString(16).padStart(2, '0')}`,
  htype: 1,
  clientId: undefined,
  uuid: undefined,
  serial: n === 0 ? 'cafe' : undefined,
  hostname: undefined,
});

const client = fc.integer({ min: 0, max: 7 });
const ip = fc.constantFrom(...ADDRESSES, '10.0.0.50', '10.0.0.1');
const step = fc.oneof(
  fc.record({ do: fc.constant('discover' as const), client, wanted: fc.option(ip, { nil: undefined }) }),
  fc.record({ do: fc.constant('take' as const), client }),
  fc.record({ do: fc.constant('claim' as const), client, ip }),
  fc.record({ do: fc.constant('renew' as const), client }),
  fc.record({ do: fc.constant('sticky' as const), client }),
  fc.record({ do: fc.constant('release' as const), client }),
  fc.record({ do: fc.constant('decline' as const), client }),
  fc.record({ do: fc.constant('withdraw' as const), client }),
  fc.record({ do: fc.constant('hear' as const), client, ip }),
  fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(1, 5, 21, 101) }),
  fc.record({ do: fc.constant('restart' as const) }),
);

describe('the pool as its clients see it', () => {
  it('never lets two live leases share an address', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const create = () =>
          new LeasePool(
            {
              server: '10.0.0.1',
              subnet: { network: '10.0.0.0', prefix: 24 },
              range: RANGE,
              identity: 'mac',
              reservations: [{ ip: '10.0.0.50', serial: 'cafe' }],
              offerSeconds: 20,
              declineSeconds: 50,
              inUseSeconds: 30,
            },
            () => undefined,
          );
        let pool = create();
        let now = 1000;
        const offers = new Map<number, string>();
        const believes = new Map<number, { ip: string; until: number }>();
        const bind = (n: number, address: string, chosen: boolean, sticky: boolean): void => {
          const lease = pool.confirm(who(n), now, { ip: address, seconds: 100, chosen, sticky });
          if (!lease) return;
          expect(lease.ip).toBe(address);
          for (const [other, { ip: held, until }] of believes)
            if (other !== n && held === address)
              expect(until, `${address} is held by ${other}`).toBeLessThanOrEqual(now);
          believes.set(n, { ip: address, until: lease.expires });
        };
        for (const action of steps) {
          switch (action.do) {
            case 'discover': {
              const lease = pool.offer(who(action.client), now, action.wanted);
              if (!lease) break;
              expect([...ADDRESSES, '10.0.0.50']).toContain(lease.ip);
              if (lease.ip === '10.0.0.50') expect(action.client).toBe(0);
              offers.set(action.client, lease.ip);
              // Who asks anew holds nothing any more; led back to its reservation, it loses the address it had meanwhile.
              if (action.client === 0 && lease.ip !== believes.get(0)?.ip) believes.delete(0);
              for (const [other, { ip: held, until }] of believes)
                if (other !== action.client && held === lease.ip) expect(until).toBeLessThanOrEqual(now);
              break;
            }
            case 'take': {
              const offered = offers.get(action.client);
              if (offered) bind(action.client, offered, true, false);
              break;
            }
            case 'claim':
              bind(action.client, action.ip, false, false);
              break;
            case 'renew': {
              const held = believes.get(action.client);
              if (held) bind(action.client, held.ip, false, false);
              break;
            }
            case 'sticky': {
              const lease = pool.offer(who(action.client), now, undefined);
              if (lease) bind(action.client, lease.ip, false, true);
              break;
            }
            case 'release':
            case 'decline': {
              const held = believes.get(action.client);
              if (!held) break;
              const did =
                action.do === 'release'
                  ? pool.release(who(action.client), now, held.ip)
                  : pool.decline(who(action.client), now, held.ip);
              // A client that holds a live lease is always listened to.
              if (held.until > now) expect(did).toBe(true);
              if (did) believes.delete(action.client);
              break;
            }
            case 'withdraw':
              pool.withdraw(who(action.client), now);
              break;
            case 'hear':
              pool.markInUse(action.ip, who(action.client).mac, now);
              break;
            case 'wait':
              now += action.seconds * 1000;
              break;
            case 'restart': {
              const saved = pool.list(now);
              pool = create();
              pool.restore(saved, now);
              break;
            }
          }
          const leases = pool.list(now);
          expect(new Set(leases.map(lease => lease.ip)).size).toBe(leases.length);
          const keys = leases.filter(lease => lease.key !== '').map(lease => lease.key);
          expect(new Set(keys).size).toBe(keys.length);
          for (const [n, { ip: held, until }] of believes) {
            if (until <= now) continue;
            expect(leases.find(lease => lease.ip === held)).toMatchObject({ state: 'bound', mac: who(n).mac });
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('keeps serving a good client under any flood of new ones', () => {
    const flood = fc.array(
      fc.record({ decline: fc.boolean(), request: fc.boolean(), gap: fc.constantFrom(0, 10, 1000) }),
      { minLength: 50, maxLength: 200 },
    );
    fc.assert(
      fc.property(flood, rounds => {
        const pool = new LeasePool(
          {
            server: '10.0.0.1',
            subnet: { network: '10.0.0.0', prefix: 24 },
            range: RANGE,
            identity: 'mac',
            reservations: [],
            offerSeconds: 20,
            declineSeconds: 600,
            inUseSeconds: 300,
          },
          () => undefined,
        );
        let now = 0;
        rounds.forEach((round, n) => {
          now += round.gap;
          const flaky = { ...who(0), serial: undefined, mac: `02:00:00:01:${n >> 8}0:${(n & 255).toString(16)}` };
          const offer = pool.offer(flaky, now, undefined);
          expect(offer).toBeDefined();
          // Whoever asks for a lease gets one; a flood that leases and stays would fill any pool, so it declines.
          if (round.request && round.decline) {
            pool.confirm(flaky, now, { ip: offer!.ip, seconds: 100, chosen: true, sticky: false });
            pool.decline(flaky, now, offer!.ip);
          }
        });
        const good = pool.offer(who(1), now, undefined);
        expect(good).toBeDefined();
        const request = { ip: good!.ip, seconds: 100, chosen: true, sticky: false };
        expect(pool.confirm(who(1), now, request)?.state).toBe('bound');
      }),
      { numRuns: 300 },
    );
  });
});
