/** A machine made of nothing, for tests and for trying Benchboot without hardware: everything in it is scripted. */
import type { Host } from '../host.ts';
import { MemoryClock } from './memory-clock.ts';
import { type DriveScript, MemoryDrives } from './memory-drives.ts';
import { MemoryNetwork } from './memory-network.ts';
import { MemoryNics, type NicScript } from './memory-nics.ts';
import { MemorySerialPorts, type SerialPortScript } from './memory-serial.ts';

export interface MemoryHostScript {
  readonly nics: readonly NicScript[];
  readonly drives?: readonly DriveScript[];
  readonly serialPorts?: readonly SerialPortScript[];
  readonly platform?: NodeJS.Platform;
  /** Milliseconds since 1970. */
  readonly now?: number;
  /** For what the wires lose, double and reorder. */
  readonly seed?: number;
}

export interface MemoryHost extends Host {
  readonly clock: MemoryClock;
  readonly nics: MemoryNics;
  readonly drives: MemoryDrives;
  readonly serialPorts: MemorySerialPorts;
  /** The wires behind the ports: stations, weather, held ports, frames. `sockets` and `links` are views of it. */
  readonly network: MemoryNetwork;
}

export function memoryHost({
  nics: scripts,
  drives = [],
  serialPorts = [],
  platform = 'linux',
  now,
  seed = 1,
}: MemoryHostScript): MemoryHost {
  const clock = new MemoryClock(now);
  const nics = new MemoryNics(scripts);
  const network = new MemoryNetwork(nics, clock, seed);
  return {
    platform,
    clock,
    nics,
    network,
    sockets: network,
    links: network,
    drives: new MemoryDrives(drives),
    serialPorts: new MemorySerialPorts(serialPorts),
  };
}
