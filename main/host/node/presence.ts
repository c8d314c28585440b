/** Tells when a network port goes away. An idle UDP socket never learns it from the kernel, so the index is looked up. */
import type { DevicePlatform } from 'node-dhcpd-lite/socket';

const LOOK_EVERY_MS = 500;

export interface Presence {
  /** Calls `gone` once, when the port is no more the one it was; at once when it left already. Returns stop. */
  watch(nic: string, gone: () => void): () => void;
  /** Looks now instead of at the next turn, e.g. because sending failed. */
  look(nic: string): void;
}

interface Watched {
  readonly index: number | undefined;
  readonly listeners: Set<() => void>;
  readonly timer: NodeJS.Timeout;
}

/** One timer for each watched port, however many sockets it has. */
export function watchPresence(platform: Pick<DevicePlatform, 'deviceIndex'>): Presence {
  const ports = new Map<string, Watched>();

  const look = (nic: string): void => {
    const port = ports.get(nic);
    // An adapter that was plugged in again under its old name has a new index; our sockets are dead all the same.
    if (!port || (port.index !== undefined && platform.deviceIndex(nic) === port.index)) return;
    forget(nic, port);
    for (const gone of port.listeners) gone();
  };

  const forget = (nic: string, port: Watched): void => {
    clearInterval(port.timer);
    if (ports.get(nic) === port) ports.delete(nic);
  };

  return {
    look,
    watch(nic, gone) {
      look(nic);
      let port = ports.get(nic);
      if (!port) {
        const timer = setInterval(() => look(nic), LOOK_EVERY_MS);
        timer.unref();
        port = { index: platform.deviceIndex(nic), listeners: new Set(), timer };
        ports.set(nic, port);
      }
      const { listeners } = port;
      const watched = port;
      listeners.add(gone);
      if (port.index === undefined) queueMicrotask(() => look(nic));
      return () => {
        listeners.delete(gone);
        if (listeners.size === 0) forget(nic, watched);
      };
    },
  };
}
