/**
 * What a window may ask of the engine: one row per call, with the schema that its arguments are checked against and the
 * type it resolves to. Everything that crosses the boundary is named here and nowhere else.
 */
import * as v from 'valibot';
import type { Finding } from '../doctor/doctor.ts';
import type { PacketDetail, PacketRow } from '../wire/inspect.ts';
import type { PlanView, Settings } from './views.ts';

interface Call<Schema extends v.GenericSchema, Result> {
  readonly args: Schema;
  /** Never there: carries the type. */
  readonly result?: Result;
}

/** `returns<Result>()(schema of the arguments)`. */
const returns =
  <Result>() =>
  <const Schema extends v.GenericSchema>(args: Schema): Call<Schema, Result> => ({ args });

/** A line that a person types; nothing on a bench is longer. */
const text = v.pipe(v.string(), v.maxLength(4096));
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(256));
const nothing = v.strictObject({});
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

export const CALLS = {
  /** What `start` with the same wish would do, or the error it would end in. Changes nothing. */
  'bench.plan': returns<PlanView>()(wish),
  'bench.start': returns<void>()(wish),
  'bench.stop': returns<void>()(nothing),
  /** Serves again what an engine that died was serving. */
  'bench.resume': returns<void>()(nothing),
  /** Lets go of what an engine that died was serving. */
  'bench.dismiss': returns<void>()(nothing),

  /** Listens to a port's wire, without sending, until `wire.unwatch` or until this window goes. */
  'wire.watch': returns<void>()(onNic),
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

export type Calls = typeof CALLS;
export type CallName = keyof Calls;
export type CallArgs<N extends CallName> = v.InferOutput<Calls[N]['args']>;
export type CallResult<N extends CallName> = Calls[N] extends Call<v.GenericSchema, infer R> ? R : never;

/** Who calls: what belongs to a window ends with it. */
export interface Caller {
  /** Runs once, when the window has gone. */
  onGone(release: () => void): void;
  /** Octets for this window alone; its id goes into the call's result. */
  stream(): OctetStream;
}

/** Never blocks: a window that does not keep up loses the middle, and is told how much. */
export interface OctetStream {
  readonly id: number;
  write(bytes: Uint8Array): void;
  end(): void;
}

/** One function per call; a missing one does not compile. */
export type Handlers = {
  readonly [N in CallName]: (args: CallArgs<N>, caller: Caller) => Promise<CallResult<N>> | CallResult<N>;
};
