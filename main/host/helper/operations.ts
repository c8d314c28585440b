/** What the helper does: one operation for each verb, made of the parts that an engine with the rights uses itself. */
import { closeSync } from 'node:fs';
import { BenchError } from '../../errors.ts';
import type { DriveIdentity, Nic, Nics } from '../host.ts';
import { openLinkSockets } from '../node/link-sockets.ts';
import { portHolder } from '../node/port-holder.ts';
import type { Run } from '../node/run.ts';
import { openBound } from '../node/sockets.ts';
import type { Change } from './conversation.ts';
import type { DriveAccess } from './drive-access.ts';
import type { Args, Request, Value, Verb } from './messages.ts';

export interface OperationParts {
  readonly nics: Nics;
  readonly run: Run;
  /** Undefined where no drive can be handed over. */
  readonly drives: DriveAccess | undefined;
  /** The channel to the engine carries descriptors. */
  readonly passes: boolean;
  readonly platform: NodeJS.Platform;
}

export interface Done<V extends Verb = Verb> {
  readonly value: Value<V>;
  /** To be handed over, then closed here. */
  readonly descriptors?: readonly number[];
  /** Index of the network port that was changed. */
  readonly changed?: number;
}

type Operations = { readonly [V in Verb]: (args: Args<V>) => Promise<Done<V>> };

/** Rejects with BenchError, or with what the system said. */
export function operations(parts: OperationParts): (request: Request) => Promise<Done> {
  const { nics, run, drives, passes, platform } = parts;

  /** Only ports that are there: a name never reaches a command otherwise. */
  const find = async (name: string): Promise<Nic> => {
    const nic = (await nics.list()).find(each => each.name === name);
    if (!nic) throw new BenchError('NIC_GONE', { nic: name });
    return nic;
  };
  const unsupported = (what: string) =>
    new BenchError('UNSUPPORTED', { what: `${what} for a program without the right`, platform });
  const mustPass = (what: string): void => {
    if (!passes) throw unsupported(what);
  };
  const driveRights = (what: string): DriveAccess => {
    if (!drives) throw unsupported(what);
    return drives;
  };
  const bind = async (protocol: 'udp' | 'tcp', args: Args<'openUdp'> | Args<'openTcp'>) => {
    mustPass(`Opening ${protocol.toUpperCase()} port ${args.port}`);
    const descriptor = await openBound(run, protocol, args);
    return { value: null, descriptors: descriptor === undefined ? [] : [descriptor] };
  };

  const verbs: Operations = {
    openUdp: ({ broadcast, receiveBuffer, ...endpoint }) =>
      bind('udp', {
        ...endpoint,
        ...(broadcast !== undefined && { broadcast }),
        ...(receiveBuffer !== undefined && { receiveBuffer }),
      }),
    openTcp: args => bind('tcp', args),
    async openPacket({ nic }) {
      mustPass('Raw access to the wire');
      const sockets = await openLinkSockets(nic);
      return { value: null, descriptors: sockets ? [sockets.capture, sockets.sender] : [] };
    },
    async addAddress({ nic: name, ...address }) {
      const nic = await find(name);
      await nics.addAddress(name, address);
      return { value: null, changed: nic.index };
    },
    async removeAddress({ nic: name, ...address }) {
      const nic = await find(name);
      await nics.removeAddress(name, address);
      return { value: null, changed: nic.index };
    },
    async setUp({ nic: name, up }) {
      const nic = await find(name);
      if (nic.up === up) return { value: null };
      await nics.setUp(name, up);
      return { value: null, changed: nic.index };
    },
    openDrive: async ({ drive, access }) => {
      const descriptor = await driveRights(`Opening ${drive.path}`).open(chosenDrive(drive), access);
      return { value: null, descriptors: [descriptor] };
    },
    async unmountDrive({ drive }) {
      await driveRights(`Unmounting ${drive.path}`).unmount(chosenDrive(drive));
      return { value: null };
    },
    holder: async ({ protocol, port }) => ({ value: (await portHolder(run, protocol, port)) ?? null }),
  };
  return ({ verb, args }) => (verbs[verb] as (args: never) => Promise<Done>)(args as never);
}

const ABSENT = {
  number: undefined,
  diskseq: undefined,
  serial: undefined,
  wwn: undefined,
  vendor: undefined,
  model: undefined,
  busPath: undefined,
};
const chosenDrive = (sent: Args<'openDrive'>['drive']): DriveIdentity => ({ ...ABSENT, ...sent });

/** Closes this process's copies of what was handed over. */
export function closeAll(descriptors: readonly number[]): void {
  for (const descriptor of descriptors) closeSync(descriptor);
}

/** Undoes a change where the port is still there; its name may be another by now. Rejects with what the system said. */
export async function undoChange(change: Change, nics: Nics): Promise<void> {
  const nic = (await nics.list()).find(each => each.index === change.index);
  if (!nic) return;
  if (change.did === 'set-up') {
    if (nic.up) await nics.setUp(nic.name, false);
    return;
  }
  const { address, prefix } = change;
  if (nic.addresses.some(own => own.address === address && own.prefix === prefix))
    await nics.removeAddress(nic.name, { address, prefix });
}
