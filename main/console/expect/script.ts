/**
 * Scripts for consoles as data: wait for a text, send, go on or elsewhere. Read from JSON that strangers may have
 * written, so every field is checked. Pure.
 */
import { RE2JS, RE2JSException } from 're2js';
import * as v from 'valibot';

/** A text that must occur as it is, or a regular expression in RE2's syntax, which needs linear time whatever comes. */
export type Pattern = string | { readonly regex: string };

export interface Branch {
  readonly see: Pattern;
  readonly send?: string;
  /** Label of a step, or `done`, or `fail`; without it the next step. */
  readonly go?: string;
  /** Why it failed, as a sentence, for `fail`. */
  readonly say?: string;
}

/** In this order: `send`, then wait. */
export interface Step {
  readonly label?: string;
  /** `{{name}}` stands for a value (shells and U-Boot have `${name}` for themselves), `\r` for Enter. */
  readonly send?: string;
  /** Seconds after which `send` is sent again until something is seen. */
  readonly every?: number;
  readonly wait?: Pattern | readonly Branch[];
  /** Seconds; default 30. */
  readonly within?: number;
  /** Where to go when the time is over; without it the script fails. */
  readonly otherwise?: string;
  /** Why it failed when the time is over, as a sentence. */
  readonly say?: string;
}

export interface Value {
  /** What a form calls it. */
  readonly label: string;
  /** It is never shown again, neither in a report nor in what the board echoes. */
  readonly secret?: boolean;
  readonly default?: string;
}

export interface Script {
  readonly name: string;
  /** What it does, as a sentence. */
  readonly about?: string;
  readonly values?: Readonly<Record<string, Value>>;
  readonly steps: readonly Step[];
}

const text = v.pipe(v.string(), v.maxLength(4096));
const label = v.pipe(v.string(), v.regex(/^[\w-]{1,40}$/, 'letters, digits, - and _'));
const seconds = v.pipe(v.number(), v.minValue(0.01), v.maxValue(86_400));
const pattern = v.union([
  v.pipe(v.string(), v.minLength(1), v.maxLength(500)),
  v.strictObject({
    regex: v.pipe(
      v.string(),
      v.minLength(1),
      v.maxLength(500),
      v.check(
        source => compile(source) !== undefined,
        'no regular expression that RE2 knows (no look-around, no back reference)',
      ),
    ),
  }),
]);
const branch = v.strictObject({
  see: pattern,
  send: v.optional(text),
  go: v.optional(label),
  say: v.optional(text),
});
const step = v.strictObject({
  label: v.optional(label),
  send: v.optional(text),
  every: v.optional(seconds),
  wait: v.optional(v.union([pattern, v.pipe(v.array(branch), v.minLength(1), v.maxLength(20))])),
  within: v.optional(seconds),
  otherwise: v.optional(label),
  say: v.optional(text),
});
const SCRIPT = v.strictObject({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(80)),
  about: v.optional(text),
  values: v.optional(
    v.record(label, v.strictObject({ label: text, secret: v.optional(v.boolean()), default: v.optional(text) })),
  ),
  steps: v.pipe(v.array(step), v.minLength(1), v.maxLength(200)),
});

export type ScriptResult =
  | { readonly ok: true; readonly script: Script }
  /** Each with its place, e.g. `steps.2.go: there is no step "menu"`. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Takes what JSON.parse gave. Never throws. */
export function parseScript(json: unknown): ScriptResult {
  const parsed = v.safeParse(SCRIPT, json);
  if (!parsed.success) {
    const problems = parsed.issues
      .slice(0, 20)
      .map(issue => `${v.getDotPath(issue) ?? 'the script'}: ${issue.message}`);
    return { ok: false, problems };
  }
  const script = parsed.output as Script;
  const problems = [...missingLabels(script), ...missingValues(script)];
  return problems.length > 0 ? { ok: false, problems } : { ok: true, script };
}

/** Compiles a pattern that `parseScript` let through; undefined when it is none. */
export function compile(source: string): RE2JS | undefined {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    if (error instanceof RE2JSException) return undefined;
    throw error;
  }
}

const branchesOf = (one: Step): readonly Branch[] => (Array.isArray(one.wait) ? (one.wait as readonly Branch[]) : []);

function missingLabels({ steps }: Script): string[] {
  const labels = new Set(['done', 'fail', ...steps.flatMap(one => one.label ?? [])]);
  return steps.flatMap((one, number) =>
    [one.otherwise, ...branchesOf(one).map(each => each.go)].flatMap(go =>
      go === undefined || labels.has(go) ? [] : [`steps.${number}: there is no step "${go}"`],
    ),
  );
}

/** `{{name}}` in what is sent. */
export const PLACES = /\{\{([\w-]+)\}\}/g;

const namesIn = (sent: string): string[] => [...sent.matchAll(PLACES)].map(([, name]) => name!);

function missingValues({ steps, values = {} }: Script): string[] {
  return steps.flatMap((one, number) =>
    [one.send, ...branchesOf(one).map(each => each.send)].flatMap(sent =>
      namesIn(sent ?? '').flatMap(name =>
        Object.hasOwn(values, name) ? [] : [`steps.${number}: there is no value "${name}"`],
      ),
    ),
  );
}
