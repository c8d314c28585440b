/** The real machine as a `Host`. */
import { devicePlatform } from 'node-dhcpd-lite/socket';
import type { Host } from '../host.ts';
import { nodeClock } from './clock.ts';
import { nodeDrives } from './drives.ts';
import { nodeLinks } from './links.ts';
import { nodeNics } from './nics.ts';
import { type Presence, watchPresence } from './presence.ts';
import { runCommand } from './run.ts';
import { nodeSerialPorts } from './serial-ports.ts';
import { nodeSockets } from './sockets.ts';

export function nodeHost(): Host {
  let watching: Promise<Presence> | undefined;
  const presence = () => {
    watching ??= devicePlatform().then(watchPresence);
    return watching;
  };
  return {
    platform: process.platform,
    clock: nodeClock,
    nics: nodeNics({ platform: process.platform, run: runCommand }),
    sockets: nodeSockets({ run: runCommand, presence }),
    links: nodeLinks({ presence }),
    drives: nodeDrives({ platform: process.platform, run: runCommand }),
    serialPorts: nodeSerialPorts(process.platform),
  };
}
