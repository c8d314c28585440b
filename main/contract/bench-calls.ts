/** The calls of the bench: plan, serve, listen, packets, devices; settings, and what every window needs. */
import * as v from 'valibot';
import type { Finding } from '../doctor/doctor.ts';
import type { PacketDetail, PacketRow } from '../wire/inspect.ts';
import { name, nothing, returns, text } from './call.ts';
import type { PlanView, Settings } from './views.ts';

const onNic = v.strictObject({ nic: name });
const ofDevice = v.strictObject({ device: name });

const wishFields = {
  address: v.exactOptional(text),
  range: v.exactOptional(text),
  lease: v.exactOptional(text),
  gateway: v.exactOptional(text),
  dnsServers: v.exactOptional(text),
  mode: v.exactOptional(text),
  identity: v.exactOptional(text),
  root: v.exactOptional(text),
  httpPort: v.exactOptional(text),
  tftp: v.exactOptional(v.boolean()),
  http: v.exactOptional(v.boolean()),
  dns: v.exactOptional(v.boolean()),
  benchFile: v.exactOptional(text),
};
const wish = v.strictObject({
  ...wishFields,
  nic: name,
  force: v.exactOptional(v.pipe(v.array(name), v.maxLength(8))),
});

export const settingsPatch = v.strictObject({
  theme: v.exactOptional(v.picklist(['system', 'light', 'dark'])),
  nic: v.exactOptional(v.optional(name)),
  wish: v.exactOptional(v.strictObject(wishFields)),
});

export const BENCH_CALLS = {
  /** What `start` with the same wish would do, or the error it would end in. Changes nothing. */
  'bench.plan': returns<PlanView>()(wish),
  'bench.start': returns<void>()(wish),
  'bench.stop': returns<void>()(nothing),
  /** Serves again what an engine that died was serving. */
  'bench.resume': returns<void>()(nothing),
  /** Lets go of what an engine that died was serving. */
  'bench.dismiss': returns<void>()(nothing),

  /** Listens to a port's wire, without sending, until `wire.unwatch` or until this window goes. */
  'wire.watch': returns<void>()(
    v.strictObject({
      nic: name,
      /** It may ask for an administrator's password; without it, listening fails where a right is missing. */
      ask: v.exactOptional(v.boolean()),
    }),
  ),
  'wire.unwatch': returns<void>()(onNic),

  /** The latest packets of a device, or of the whole wire, newest first. */
  'packets.list': returns<readonly PacketRow[]>()(
    v.strictObject({
      device: v.exactOptional(name),
      /** Only packets with a smaller number. */
      before: v.exactOptional(v.pipe(v.number(), v.integer())),
      limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(500)),
    }),
  ),
  'packets.get': returns<PacketDetail>()(v.strictObject({ number: v.pipe(v.number(), v.integer()) })),
  /** The recorded packets as pcapng, base64. */
  'packets.capture': returns<{ readonly name: string; readonly base64: string }>()(
    v.strictObject({ device: v.exactOptional(name) }),
  ),

  'devices.note': returns<void>()(v.strictObject({ device: name, text: v.pipe(v.string(), v.maxLength(20_000)) })),
  /** What it was given and why, in sentences. */
  'devices.explain': returns<readonly string[]>()(ofDevice),

  'settings.change': returns<Settings>()(settingsPatch),
  /** Sub-folders, for choosing a root where no native dialog is. */
  'folders.list': returns<FolderView>()(v.strictObject({ path: v.exactOptional(text) })),
  'doctor.examine': returns<readonly Finding[]>()(nothing),
} as const;

export interface FolderView {
  readonly path: string;
  readonly parent: string | undefined;
  readonly folders: readonly string[];
  /** Regular files in it, as a help to recognise the right one; at most 200. */
  readonly files: readonly string[];
}
