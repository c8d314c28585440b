/** Which network port makes a good bench, and why, in sentences. Decides nothing and refuses nothing itself. */
import type { SafetyRule } from '../bench/events.ts';
import type { Nic, NicAddress } from '../host/host.ts';

export interface Worthiness {
  /** A port that Benchboot would propose. The others can still be chosen by name, unless `refusedBy` or not `possible`. */
  readonly worthy: boolean;
  /** It carries Ethernet, so that a board can boot through it at all. */
  readonly possible: boolean;
  /** 0 to 100; the best port to propose has the highest. */
  readonly score: number;
  /** Sentences, the deciding one first. */
  readonly reasons: readonly string[];
  /** The safety rule that keeps this port from being served without an override. */
  readonly refusedBy?: SafetyRule;
}

/** `all` are the laptop's ports, this one among them. */
export function worthiness(nic: Nic, all: readonly Nic[]): Worthiness {
  const obstacle = obstacleOf(nic);
  if (obstacle) return { worthy: false, possible: obstacle.possible, score: 0, ...obstacle.why };

  const reasons = [KIND_REASONS[kindOf(nic)]];
  let score = KIND_SCORES[kindOf(nic)];
  if (nic.carrier) {
    score += 10;
    reasons.push(`Its cable has a live other end${nic.speed ? ` at ${speedText(nic.speed)}` : ''}.`);
  } else reasons.push(nic.up ? 'Nothing is connected to it yet.' : 'It is switched off; serving switches it on.');

  const configured = nic.addresses.filter(isConfigured);
  if (configured.length > 0) {
    score -= 15;
    const list = configured.map(({ address, prefix }) => `${address}/${prefix}`).join(', ');
    reasons.push(`It already has the address ${list}, which boards will then be served from.`);
  }
  if (!all.some(other => other.defaultRoute))
    reasons.push('No port of this laptop leads to the internet at the moment.');
  return { worthy: true, possible: true, score: Math.max(1, Math.min(100, score)), reasons };
}

/** The ports best first; equal ones by name. */
export function rankNics(nics: readonly Nic[]): readonly (readonly [Nic, Worthiness])[] {
  return nics
    .map(nic => [nic, worthiness(nic, nics)] as const)
    .sort(([a, x], [b, y]) => y.score - x.score || (a.name < b.name ? -1 : 1));
}

/** 169.254/16 is what a port gives itself when nobody answers it (RFC 3927). */
export const isConfigured = ({ address }: NicAddress): boolean => !address.startsWith('169.254.');

interface Obstacle {
  readonly possible: boolean;
  readonly why: Pick<Worthiness, 'reasons' | 'refusedBy'>;
}

function obstacleOf(nic: Nic): Obstacle | undefined {
  if (nic.kind === 'loopback')
    return { possible: false, why: { reasons: ['The loopback reaches only this laptop itself.'] } };
  if (nic.kind === 'tunnel')
    return { possible: false, why: { reasons: ['A tunnel carries no Ethernet, and boards boot by Ethernet.'] } };
  if (nic.defaultRoute)
    return {
      possible: true,
      why: {
        reasons: ["It carries this laptop's default route: what is on that wire is somebody's network, not a bench."],
        refusedBy: 'no-default-route',
      },
    };
  if (nic.kind === 'wireless')
    return { possible: true, why: { reasons: ['It is wireless; firmware boots by cable, and others share the air.'] } };
  if (nic.memberOf !== undefined)
    return {
      possible: false,
      why: { reasons: [`It belongs to ${nic.memberOf}, which takes all its packets; choose that one.`] },
    };
  if (nic.kind === 'bridge')
    return {
      possible: true,
      why: { reasons: ['It is a bridge of this laptop, mostly there for virtual machines or containers.'] },
    };
  if (nic.kind === 'other' || nic.mac === undefined)
    return { possible: nic.mac !== undefined, why: { reasons: ['It is no ordinary Ethernet port.'] } };
  return undefined;
}

type Worth = 'usb' | 'internal' | 'virtual';

const kindOf = (nic: Nic): Worth => (nic.kind === 'virtual' ? 'virtual' : nic.bus === 'usb' ? 'usb' : 'internal');

const KIND_SCORES: Readonly<Record<Worth, number>> = { usb: 90, internal: 70, virtual: 40 };

const KIND_REASONS: Readonly<Record<Worth, string>> = {
  usb: 'A USB Ethernet adapter without the default route is the best bench port.',
  internal: "An Ethernet port without this laptop's default route.",
  virtual: 'A virtual Ethernet port: it reaches virtual machines or a network namespace, no cable.',
};

const speedText = (speed: number): string => (speed >= 1000 ? `${speed / 1000} Gbit/s` : `${speed} Mbit/s`);
