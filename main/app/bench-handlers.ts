/** What the calls of the bench do: each is one step to whom it concerns. */
import type { BENCH_CALLS } from '../contract/bench-calls.ts';
import type { HandlersOf } from '../contract/calls.ts';
import type { DeviceView } from '../contract/views.ts';
import type { Engine } from '../engine.ts';
import { BenchError } from '../errors.ts';
import type { Recorder } from '../wire/recorder.ts';
import type { BenchDesk } from './bench-desk.ts';
import { explainDevice } from './explain.ts';
import { listFolder } from './folders.ts';
import type { Notes } from './notes.ts';
import { framesOf, getPacket, listPackets } from './packets.ts';
import type { SettingsStore } from './settings.ts';
import type { Wires } from './wires.ts';

export interface BenchHandlerParts {
  readonly engine: Engine;
  readonly desk: BenchDesk;
  readonly wires: Wires;
  readonly notes: Notes;
  readonly settings: SettingsStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export function benchHandlers(parts: BenchHandlerParts): HandlersOf<typeof BENCH_CALLS> {
  const { engine, desk, wires, notes, settings, now } = parts;

  function known(id: string): DeviceView {
    const device = desk.device(id);
    if (!device) throw new BenchError('USAGE', { problem: `There is no device "${id}" on this bench any more.` });
    return device;
  }
  const macsOf = (id: string) => new Set(known(id).macs);

  function recorder(): Recorder {
    if (!desk.recorder) throw new BenchError('USAGE', { problem: 'No packets are kept: nothing has been served yet.' });
    return desk.recorder;
  }

  return {
    'bench.plan': wish => desk.plan(wish),
    async 'bench.start'(wish) {
      await desk.start(wish);
      const { force: _, nic, ...rest } = wish;
      // Not being able to remember is no reason to fail a bench that runs.
      await settings.change({ nic, wish: rest }).catch(() => undefined);
    },
    'bench.stop': () => desk.stop(),
    'bench.resume': () => desk.resume(),
    'bench.dismiss': () => desk.dismiss(),

    'wire.watch': ({ nic, ask }, caller) => wires.watch(nic, caller, ask),
    'wire.unwatch': ({ nic }, caller) => wires.unwatch(nic, caller),

    'packets.list': ({ device, before, limit }) => {
      const macs = device === undefined ? undefined : macsOf(device);
      return desk.recorder ? listPackets(desk.recorder, { macs, before, limit }) : [];
    },
    'packets.get'({ number }) {
      const packet = getPacket(recorder(), number);
      if (!packet)
        throw new BenchError('USAGE', {
          problem: `Packet ${number} is not kept any more; the list shows those that are.`,
        });
      return packet;
    },
    'packets.capture'({ device }) {
      const frames = device === undefined ? undefined : framesOf(recorder(), macsOf(device));
      const bytes = desk.bench!.capture(frames);
      const name = `benchboot-${(device ?? desk.bench!.plan.nic.name).replaceAll(/[^\w.-]/g, '-')}.pcapng`;
      return { name, base64: Buffer.from(bytes).toString('base64') };
    },

    'devices.note': ({ device, text }) => notes.write(device, text, now()),
    'devices.explain': ({ device }) => explainDevice(known(device), engine.events.since(0)),

    'settings.change': patch => settings.change(patch),
    'folders.list': ({ path }) => listFolder(path),
    'doctor.examine': () => engine.examine(),
  };
}
