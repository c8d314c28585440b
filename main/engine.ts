/**
 * The composition root: a host and settings in, an engine out. The readable list of all parts; the command line and the
 * app are two faces of it. Plain Node, no Electron.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, startBench } from './bench/bench.ts';
import { benchDefaults } from './bench/bench-defaults.ts';
import { EventLog } from './bench/event-log.ts';
import { type BenchPlan, type BenchRequest, planBench } from './bench/plan.ts';
import type { Owner } from './console/binding.ts';
import { type Consoles, createConsoles } from './console/consoles.ts';
import { type ConsoleStories, followConsoles } from './console/follow-consoles.ts';
import { knownHosts } from './console/known-hosts.ts';
import type { SshLogin, SshPlace } from './console/links/ssh.ts';
import type { Device } from './devices/device.ts';
import { examine, type Finding } from './doctor/doctor.ts';
import { BenchError } from './errors.ts';
import type { Clock, Endpoint, Host, Nic } from './host/host.ts';
import { openJournal, restoreStale, type Undoing } from './nic/journal.ts';
import { rankNics, type Worthiness } from './nic/worthiness.ts';
import { type Box, openBox } from './oobm/box.ts';
import { type WireWatch, watchWire } from './wire/watch.ts';

export interface EngineSettings {
  /** Folder for what outlives a run: leases and the journal of changes to this laptop. */
  readonly stateFolder: string;
  /** Folder of the iPXE programs that ship with Benchboot. */
  readonly programs: string;
  readonly version: string;
  /** The laptop's own name servers as they are now; empty when it is offline. */
  readonly resolvers: () => readonly Endpoint[];
  /** Runs a command of the system; rejects when it is missing or fails. */
  readonly run: (command: readonly [string, ...string[]]) => Promise<string>;
  /** What the host has to say to a person beside its answers, e.g. that its privileged helper ended. */
  readonly notices?: (listener: (notice: { readonly code: string; readonly message: string }) => void) => void;
}

export interface Engine {
  readonly settings: EngineSettings;
  readonly clock: Clock;
  /** Everything that happens, numbered. */
  readonly events: Pick<EventLog, 'on' | 'since'>;
  /** Serial ports, and the consoles that are open. */
  readonly consoles: Consoles;
  /** What each console has told of its board: boots, stages, failures, whose it is. */
  readonly consoleStories: ConsoleStories;
  /** Logs in to the control board of a cluster box. Throws what `openBox` throws. */
  openBox(place: SshPlace, login: () => Promise<SshLogin>): Promise<Box>;
  /** The network ports, the best bench first. */
  nics(): Promise<readonly (readonly [Nic, Worthiness])[]>;
  /** Calls back with the ports, the best bench first, soon and whenever something about one changed. Returns stop. */
  watchNics(changed: (nics: readonly (readonly [Nic, Worthiness])[]) => void): () => void;
  /** What `start` would serve. Throws the BenchError that it would end in, as far as that shows beforehand. */
  plan(request: BenchRequest): Promise<BenchPlan>;
  /** Serves one port. `remembered`: devices of a bench that this one goes on with. Throws BenchError, with nothing changed. */
  start(request: BenchRequest, remembered?: readonly Device[]): Promise<Bench>;
  /**
   * Listens on a port without sending anything. Throws NIC_NOT_FOUND, PERMISSION_MISSING or PERMISSION_REFUSED. `ask:
   * false` fails where it would ask a person for the right.
   */
  watch(nic: string, options?: { readonly ask?: boolean }): Promise<WireWatch>;
  /** Undoes what crashed runs left on this laptop. */
  restore(): Promise<Undoing>;
  /** The self-test: what works here, and what is in the way. */
  examine(): Promise<readonly Finding[]>;
  /** Stops what is being served, and closes the consoles. */
  close(): Promise<void>;
}

export function createEngine(host: Host, settings: EngineSettings): Engine {
  const log = new EventLog(() => host.clock.now());
  const benches = new Set<Bench>();
  settings.notices?.(notice => log.append({ type: 'notice', ...notice }));
  const consoles = createConsoles({ host, stateFolder: settings.stateFolder });
  const deviceAt = (address: Partial<Owner>) => firstOf([...benches].map(bench => bench.devices.find(address)));
  const consoleStories = followConsoles({
    consoles,
    clock: host.clock,
    emit(event) {
      log.append(event);
      for (const bench of benches) bench.observe(event);
    },
    isKnown: address => deviceAt(address) !== undefined,
    nameOf: owner => deviceAt(owner)?.name,
  });
  log.on(({ type }) => {
    // Both come after the packet that they are about has been taken in.
    if (type === 'device.seen' || type === 'device.stage') consoleStories.look();
  });

  const findNic = async (name: string): Promise<Nic> => {
    const nics = await host.nics.list();
    const nic = nics.find(each => each.name === name);
    if (!nic) throw new BenchError('NIC_NOT_FOUND', { nic: name, known: nics.map(each => each.name) });
    return nic;
  };

  const restore = (): Promise<Undoing> => restoreStale(settings.stateFolder, host.nics);

  const plan = async (request: BenchRequest): Promise<BenchPlan> => {
    const [nics, known] = await Promise.all([host.nics.list(), host.nics.knownNetworks()]);
    const { benchFile } = request;
    const defaults = benchFile === undefined ? {} : benchDefaults(readText(benchFile), benchFile, nics, request.nic);
    return planBench({ nics, known, request, defaults, isFolder });
  };

  return {
    settings,
    clock: host.clock,
    events: log,
    consoles,
    consoleStories,
    openBox: (place, login) =>
      openBox({ place, login, knownHosts: knownHosts(join(settings.stateFolder, 'known_hosts')), clock: host.clock }),
    nics: async () => rankNics(await host.nics.list()),
    watchNics: changed => host.nics.watch(nics => changed(rankNics(nics))),
    plan,

    async start(request, remembered = []) {
      for (const message of (await restore()).undone) log.append({ type: 'notice', code: 'restored', message });
      try {
        const bench = await startBench({
          host,
          plan: await plan(request),
          remembered,
          log,
          journal: openJournal(settings.stateFolder),
          stateFolder: settings.stateFolder,
          programs: settings.programs,
          application: `Benchboot ${settings.version}`,
          resolvers: settings.resolvers,
        });
        benches.add(bench);
        return bench;
      } catch (error) {
        if (error instanceof BenchError && error.code === 'SAFETY_REFUSED') {
          const { rule, because, override } = (error as BenchError<'SAFETY_REFUSED'>).data;
          log.append({ type: 'safety.refused', rule, because, ...(override !== undefined && { override }) });
        }
        throw error;
      }
    },

    watch: async (name, options) => watchWire(host, await findNic(name), options),
    restore,
    examine: () => examine({ host, run: settings.run, programs: settings.programs, stateFolder: settings.stateFolder }),

    async close() {
      await Promise.all([...[...benches].map(bench => bench.stop('the engine is closing')), consoles.close()]);
      benches.clear();
    },
  };
}

const firstOf = <T>(found: readonly (T | undefined)[]): T | undefined => found.find(each => each !== undefined);

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new BenchError('FILE_UNREADABLE', { path, reason: (error as Error).message }, { cause: error });
  }
}
