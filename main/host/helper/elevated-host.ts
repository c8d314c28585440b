/**
 * The host of an engine without rights: the same machine, where the few operations that need a right go through the
 * privileged helper. It is started by the first of them, and a person is asked then, not before.
 */
import { closeSync } from 'node:fs';
import { devicePlatform } from 'node-dhcpd-lite/socket';
import { BenchError } from '../../errors.ts';
import { identityOf, requireSameDrive } from '../drive-identity.ts';
import type { Drives, Endpoint, Host, Links, Nics, Sockets, TcpOptions, UdpOptions } from '../host.ts';
import { blockDeviceHandle } from '../node/block-device.linux.ts';
import { adoptLink } from '../node/links.ts';
import { hasKnownStructures } from '../node/linux-structures.ts';
import { type Presence, watchPresence } from '../node/presence.ts';
import { runCommand } from '../node/run.ts';
import { adoptUdp, listenOn, portTaken } from '../node/sockets.ts';
import { type HelperClient, helperClient } from './helper-client.ts';
import { type Args, UDP_PORTS } from './messages.ts';
import { type HelperStart, startHelper } from './start-helper.ts';

export interface ElevationOptions extends HelperStart {
  /** The helper ended by itself. What is served goes on; the next change starts another one. */
  readonly lost?: (error: BenchError<'HELPER_FAILED'>) => void;
}

/**
 * Operations that need a right fail with BenchError PERMISSION_REFUSED when the password dialog is closed, HELPER_FAILED
 * when the helper does not start or ends, and UNSUPPORTED where sockets cannot be handed over (macOS, Windows; drives
 * there fail with PERMISSION_MISSING as before).
 */
export function elevatedHost(base: Host, { lost = () => {}, ...start }: ElevationOptions): Host {
  const helper = helperClient(() => startHelper(start), lost);
  let watching: Promise<Presence> | undefined;
  const presence = () => {
    watching ??= devicePlatform().then(watchPresence);
    return watching;
  };
  const passes = base.platform === 'linux' && hasKnownStructures();
  return {
    ...base,
    sockets: elevatedSockets(base, helper, passes, presence),
    nics: elevatedNics(base.nics, helper),
    drives: passes ? elevatedDrives(base.drives, helper) : base.drives,
    links: passes ? elevatedLinks(base.links, helper, presence) : base.links,
  };
}

type UdpPort = (typeof UDP_PORTS)[number];
const isUdpPort = (port: number): port is UdpPort => (UDP_PORTS as readonly number[]).includes(port);

const isMissing = (error: unknown): boolean => error instanceof BenchError && error.code === 'PERMISSION_MISSING';

function elevatedSockets(
  { sockets: base, platform }: Host,
  helper: HelperClient,
  passes: boolean,
  presence: () => Promise<Presence>,
): Sockets {
  const mustPass = (what: string): void => {
    if (!passes)
      throw new BenchError('UNSUPPORTED', { what: `${what} without running Benchboot as administrator`, platform });
  };

  const holder: Sockets['holder'] = async (protocol, port) => {
    const found = await base.holder(protocol, port);
    if (found || !helper.running) return found;
    const { value } = await helper.call('holder', { protocol, port }, 'Looking for the holder of a port');
    return value ?? undefined;
  };

  /** Programs of other users show only to the administrator. */
  const named = async (error: unknown, protocol: 'udp' | 'tcp', endpoint: Endpoint): Promise<unknown> => {
    if (!(error instanceof BenchError) || error.code !== 'PORT_TAKEN') return error;
    if ((error as BenchError<'PORT_TAKEN'>).data.holder !== undefined) return error;
    return portTaken(protocol, endpoint, await holder(protocol, endpoint.port).catch(() => undefined), error);
  };

  return {
    holder,

    async udp(options) {
      try {
        return await base.udp(options);
      } catch (error) {
        if (!isMissing(error) || !isUdpPort(options.port)) throw await named(error, 'udp', options);
      }
      const what = `Listening on UDP port ${options.port} of ${options.nic}`;
      mustPass(what);
      const { descriptors } = await helper.call('openUdp', udpArgs(options), what);
      return adoptUdp(runCommand, only(descriptors), options, await presence());
    },

    async listen(server, options) {
      try {
        return await base.listen(server, options);
      } catch (error) {
        if (!isMissing(error)) throw await named(error, 'tcp', options);
      }
      const what = `Listening on TCP port ${options.port} of ${options.nic}`;
      mustPass(what);
      const { descriptors } = await helper.call('openTcp', tcpArgs(options), what);
      try {
        return await listenOn(runCommand, server, only(descriptors), options);
      } catch (error) {
        throw await named(error, 'tcp', options);
      }
    },
  };
}

const udpArgs = ({ nic, address, port, broadcast, receiveBuffer }: UdpOptions): Args<'openUdp'> => ({
  nic,
  address,
  port: port as UdpPort,
  ...(broadcast !== undefined && { broadcast }),
  ...(receiveBuffer !== undefined && { receiveBuffer }),
});

const tcpArgs = ({ nic, address, port }: TcpOptions): Args<'openTcp'> => ({ nic, address, port });

function only(descriptors: readonly number[]): number {
  const [descriptor] = descriptors;
  if (descriptor === undefined) throw new BenchError('HELPER_FAILED', { reason: 'it handed nothing over' });
  return descriptor;
}

function elevatedNics(base: Nics, helper: HelperClient): Nics {
  return {
    list: () => base.list(),
    watch: changed => base.watch(changed),
    knownNetworks: () => base.knownNetworks(),
    async addAddress(nic, { address, prefix }) {
      await helper.call('addAddress', { nic, address, prefix }, `Giving ${nic} the address ${address}`);
    },
    async removeAddress(nic, { address, prefix }) {
      await helper.call('removeAddress', { nic, address, prefix }, `Taking the address ${address} off ${nic}`);
    },
    async setUp(nic, up) {
      await helper.call('setUp', { nic, up }, `Switching ${nic} ${up ? 'on' : 'off'}`);
    },
  };
}

function elevatedLinks(base: Links, helper: HelperClient, presence: () => Promise<Presence>): Links {
  return {
    async open(nic, { ask = true } = {}) {
      const own = await base.open(nic);
      if (own || !(ask || helper.running)) return own;
      const { descriptors } = await helper.call('openPacket', { nic }, `Listening to the wire of ${nic}`);
      const [capture, sender] = descriptors;
      if (capture !== undefined && sender !== undefined) return adoptLink(nic, { capture, sender }, await presence());
      for (const descriptor of descriptors) closeSync(descriptor);
      return undefined;
    },
  };
}

function elevatedDrives(base: Drives, helper: HelperClient): Drives {
  return {
    list: () => base.list(),
    watch: changed => base.watch(changed),
    holding: file => base.holding(file),
    async open(chosen, access) {
      try {
        return await base.open(chosen, access);
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
      const drive = identityOf(chosen);
      const { descriptors } = await helper.call(
        'openDrive',
        { drive, access },
        `Opening ${drive.path} to ${access} it`,
      );
      const handle = blockDeviceHandle(only(descriptors), drive.path);
      try {
        requireSameDrive(chosen, handle.identity);
        return handle;
      } catch (error) {
        await handle.close();
        throw error;
      }
    },
    async unmount(drive) {
      try {
        await base.unmount(drive);
      } catch (error) {
        if (!isMissing(error)) throw error;
        await helper.call('unmountDrive', { drive: identityOf(drive) }, `Unmounting ${drive.path}`);
      }
    },
  };
}
