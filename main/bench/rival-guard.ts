/**
 * Rule `no-second-dhcp`: the wire is probed before the first offer, again whenever a cable comes in, and watched all the
 * time; while another server is there, ours stands down. Knows no packet: probing and watching are handed in.
 */
import type { Clock } from '../host/host.ts';

export interface Rival {
  readonly server: string;
  readonly mac: string;
}

export interface RivalGuardParts {
  readonly clock: Clock;
  /** Asks the wire once; resolves to the servers that answered, rejects when asking was impossible. */
  readonly probe: () => Promise<readonly Rival[]>;
  readonly standDown: (reason: string) => void;
  readonly resume: () => void;
  /** A rival was found while serving, or is gone again (undefined). */
  readonly changed: (rival: Rival | undefined) => void;
}

/** How long after a rival was last heard it is looked for again, milliseconds. */
const LOOK_AGAIN = 30_000;

export interface RivalGuard {
  /** A cable came in: nobody gets an offer until the wire was asked. Rejects when that is impossible; it is tried again. */
  cableIn(): Promise<void>;
  /** Another server was heard answering. */
  heard(rival: Rival): void;
  readonly rival: Rival | undefined;
  close(): void;
}

export function createRivalGuard(parts: RivalGuardParts): RivalGuard {
  let rival: Rival | undefined;
  let closed = false;
  let asking = 0;
  let cancelLook: (() => void) | undefined;

  const reasonOf = ({ server, mac }: Rival) => `another DHCP server answers on this wire: ${server} (${mac})`;

  function found(next: Rival): void {
    const news = rival?.server !== next.server || rival.mac !== next.mac;
    rival = next;
    parts.standDown(reasonOf(next));
    if (news) parts.changed(next);
    lookAgain();
  }

  function lookAgain(): void {
    cancelLook?.();
    cancelLook = parts.clock.after(LOOK_AGAIN, askAgain);
  }

  /** Asking may be impossible for a while (the port of a probe is taken, the NIC is going): nothing changes until it was. */
  function askAgain(): void {
    ask().catch(() => {
      if (!closed) lookAgain();
    });
  }

  async function ask(): Promise<void> {
    const mine = ++asking;
    const servers = await parts.probe();
    if (closed || mine !== asking) return;
    const [first] = servers;
    if (first) return found(first);
    cancelLook?.();
    const was = rival;
    rival = undefined;
    parts.resume();
    if (was) parts.changed(undefined);
  }

  return {
    async cableIn() {
      parts.standDown('the wire is being asked for another DHCP server first');
      lookAgain();
      await ask();
    },
    heard: next => {
      if (closed) return;
      // What was heard outweighs the silence of a probe that is under way.
      asking++;
      found(next);
    },
    get rival() {
      return rival;
    },
    close() {
      closed = true;
      cancelLook?.();
    },
  };
}
