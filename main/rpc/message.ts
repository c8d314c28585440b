/** What crosses a channel, as JSON texts, and the check at either end. */
import * as v from 'valibot';
import type { ErrorView } from '../contract/error-view.ts';

/** A form has few fields, a script some hundred kilobytes; nothing a window sends is longer (UTF-16 units). */
export const LONGEST_TEXT = 4 * 1024 * 1024;

const id = v.pipe(v.number(), v.integer(), v.minValue(1));

const toEngine = v.variant('kind', [
  v.strictObject({ kind: v.literal('call'), id, call: v.string(), args: v.optional(v.unknown()) }),
  /** Everything up to this number is on the screen: more may come. */
  v.strictObject({ kind: v.literal('seen'), n: v.number() }),
  /** What came does not follow what was there: begin anew. */
  v.strictObject({ kind: v.literal('resync') }),
  /** So many octets of a stream have been taken in. */
  v.strictObject({ kind: v.literal('taken'), stream: id, octets: v.number() }),
]);
export type ToEngine = v.InferOutput<typeof toEngine>;

const record = v.record(v.string(), v.unknown());
const toWindow = v.variant('kind', [
  v.object({ kind: v.literal('result'), id, result: v.optional(v.unknown()) }),
  v.object({
    kind: v.literal('failed'),
    id,
    error: v.object({
      ...v.object({ code: v.string(), message: v.string() }).entries,
      detail: v.optional(v.string()),
      rule: v.optional(v.string()),
      overridable: v.optional(v.boolean()),
    }),
  }),
  v.object({
    kind: v.literal('views'),
    /** The number this change follows; 0: it is everything there is. */
    from: v.number(),
    n: v.number(),
    values: record,
    tables: v.record(v.string(), v.object({ all: v.boolean(), rows: record, gone: v.array(v.string()) })),
    logs: v.record(v.string(), v.object({ all: v.boolean(), entries: v.array(v.unknown()) })),
  }),
  v.object({ kind: v.literal('data'), stream: id, base64: v.string(), skipped: v.optional(v.number()) }),
  v.object({ kind: v.literal('ended'), stream: id }),
]);
export type ToWindow = v.InferOutput<typeof toWindow>;
export type ViewsMessage = Extract<ToWindow, { kind: 'views' }>;
export type TableChange = ViewsMessage['tables'][string];
export type LogChange = ViewsMessage['logs'][string];

/** Undefined for anything that is no such message. */
export const readToEngine = (text: string): ToEngine | undefined => read(toEngine, text);
export const readToWindow = (text: string): ToWindow | undefined => read(toWindow, text);

function read<S extends v.GenericSchema>(schema: S, text: string): v.InferOutput<S> | undefined {
  if (text.length > LONGEST_TEXT * 16) return undefined;
  try {
    const parsed = v.safeParse(schema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

export const failed = (id: number, error: ErrorView): ToWindow => ({ kind: 'failed', id, error });
