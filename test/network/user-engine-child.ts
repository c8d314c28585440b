/** A whole engine in a process of an ordinary user, driven over the IPC channel by `user-engine.ts`, which plays the password dialog. */

import { join } from 'node:path';
import type { Bench } from '../../main/bench/bench.ts';
import type { BenchRequest } from '../../main/bench/plan.ts';
import { createEngine } from '../../main/engine.ts';
import { chooseDrives, flashDrives } from '../../main/flash/flash-drives.ts';
import { openHistory } from '../../main/flash/history.ts';
import { planRead, readChosen } from '../../main/flash/read/read-chosen.ts';
import { elevatedHost } from '../../main/host/helper/elevated-host.ts';
import type { ElevatedEnd } from '../../main/host/helper/system-elevation.ts';
import type { Drive, DriveHandle, DriveIdentity } from '../../main/host/host.ts';
import { resourcesFolder } from '../../main/host/node/folders.ts';
import { nodeHost } from '../../main/host/node/node-host.ts';
import { runCommand } from '../../main/host/node/run.ts';

const [stateFolder = '', programs = '', helperEntry = ''] = process.argv.slice(2);
const tell = (event: object) => void process.send?.(event);
const dialogs: ((end: ElevatedEnd) => void)[] = [];

const host = elevatedHost(nodeHost(), {
  helperEntry,
  elevate: command =>
    new Promise(resolve => {
      dialogs.push(resolve);
      tell({ event: 'elevate', dialog: dialogs.length - 1, command });
    }),
  lost: ({ message }) => tell({ event: 'lost', message }),
});
const engine = createEngine(host, { stateFolder, programs, version: 'test', resolvers: () => [], run: runCommand });
engine.events.on(event => tell({ event: 'log', logged: event }));
let bench: Bench | undefined;
const handles: DriveHandle[] = [];

const drive = async (path: string): Promise<Drive> => {
  const found = (await host.drives.list()).find(each => each.path === path);
  if (!found) throw new Error(`no drive ${path}`);
  return found;
};

/** What a test can ask for; answers are plain data. */
export const verbs = {
  async start(request: BenchRequest) {
    bench = await engine.start(request);
    return bench.ready;
  },
  stop: async () => bench?.stop('the test is over'),
  /** The sentence about the first station that is heard. */
  async watch(nic: string, options?: { readonly ask?: boolean }) {
    const watch = await engine.watch(nic, options);
    try {
      await new Promise<void>(resolve => watch.onHeard(() => resolve()));
      return watch.sentences().join(' ');
    } finally {
      await watch.close();
    }
  },
  /** How each drive ended: `done`, or the sentence of its failure. Loop devices are allowed. */
  async flash(image: string, devices: readonly string[]) {
    const parts = {
      drives: host.drives,
      clock: host.clock,
      decoders: join(resourcesFolder(), 'decoders'),
      downloads: stateFolder,
      neverTouch: { marks: async () => [] },
      history: openHistory(stateFolder),
    };
    const job = flashDrives(parts, image, await chooseDrives(parts, { image, devices, allowFixed: true }), {});
    const ends: Record<string, string> = {};
    job.on(event => {
      if (event.type === 'flash.done') ends[event.device] = event.verified ? 'done' : 'not verified';
      if (event.type === 'flash.failed') ends[event.device] = event.message;
    });
    await job.done;
    return ends;
  },
  async read(device: string, out: string) {
    const from = await drive(device);
    return await readChosen(host.drives, from, await planRead(host.drives, from, out, false), { whole: true });
  },
  drive,
  /** As an engine would that keeps to no rule of its own; the handle stays open. */
  async open(chosen: DriveIdentity, access: 'read' | 'write') {
    const handle = await host.drives.open(chosen, access);
    handles.push(handle);
    return handle.identity;
  },
  unmount: (chosen: Drive) => host.drives.unmount(chosen),
  restore: () => engine.restore(),
  /** Results of the self-test by check. */
  examine: async () => Object.fromEntries((await engine.examine()).map(({ check, result }) => [check, result])),
};
export type Verbs = typeof verbs;

process.on(
  'message',
  async (message: { dialog: number; end: ElevatedEnd } | { call: number; verb: keyof Verbs; args: never[] }) => {
    if ('dialog' in message) {
      dialogs[message.dialog]!(message.end);
      return;
    }
    const { call, verb, args } = message;
    try {
      tell({ call, value: (await (verbs[verb] as (...args: never[]) => Promise<unknown>)(...args)) ?? null });
    } catch (error) {
      tell({ call, error: { code: (error as { code?: unknown }).code, message: (error as Error).message } });
    }
  },
);
process.on('disconnect', () => process.exit());
tell({ event: 'ready' });
