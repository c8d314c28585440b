/**
 * A script at work: output and time in, what to send and the report out. Memory is a page of text, time per byte is
 * bounded whatever the board prints. Pure.
 */
import { printable } from '../../kit/printable.ts';
import { PlainText } from '../escapes.ts';
import { type Branch, compile, type Pattern, PLACES, type Script, type Step } from './script.ts';

export interface StepReport {
  /** From 0; a step may be taken several times. */
  readonly step: number;
  readonly label: string | undefined;
  /** Milliseconds since the script began. */
  readonly at: number;
  /** What was seen that led on; undefined when the time was over or nothing was waited for. */
  readonly saw: string | undefined;
}

export interface ExpectReport {
  readonly script: string;
  readonly ok: boolean;
  /** Why it failed, as a sentence; undefined when it did not. */
  readonly why: string | undefined;
  readonly seconds: number;
  readonly steps: readonly StepReport[];
  /** The last lines the board printed, without secrets. */
  readonly tail: readonly string[];
  /** Groups that the last regular expression caught. */
  readonly caught: readonly string[];
}

export type ExpectEffect =
  | { readonly do: 'send'; readonly bytes: Uint8Array }
  | { readonly do: 'end'; readonly report: ExpectReport };

/** Characters in which a pattern is sought. */
const WINDOW = 4096;
/** Taken in at once, so that nothing slips through between two looks. */
const SLICE = 2048;
const DEFAULT_SECONDS = 30;
/** A script that goes round without waiting for anything would never end. */
const MOST_STEPS = 1000;
const TAIL_LINES = 12;

type Finder = (
  text: string,
) => { readonly end: number; readonly saw: string; readonly caught: readonly string[] } | undefined;

export class ExpectRun {
  readonly #script: Script;
  readonly #values: Readonly<Record<string, string>>;
  readonly #finders = new Map<Pattern, Finder>();
  readonly #plain = new PlainText();
  #text = '';
  #tail = '';
  #step = -1;
  #taken: StepReport[] = [];
  #began = 0;
  #deadline = Number.POSITIVE_INFINITY;
  #again = Number.POSITIVE_INFINITY;
  #caught: readonly string[] = [];
  #over = false;

  /** `values`: what `{{name}}` stands for; missing ones take their default, or are empty. */
  constructor(script: Script, values: Readonly<Record<string, string>> = {}) {
    this.#script = script;
    const defaults = Object.entries(script.values ?? {}).map(([name, value]) => [name, value.default ?? ''] as const);
    this.#values = { ...Object.fromEntries(defaults), ...values };
  }

  /** When `tick` is due, in the caller's milliseconds. */
  get deadline(): number {
    return Math.min(this.#deadline, this.#again);
  }

  /** `seen`: what stands on the screen already, e.g. a prompt that was printed before. */
  start(now: number, seen: Uint8Array = new Uint8Array()): ExpectEffect[] {
    this.#began = now;
    this.#take(this.#plain.push(seen));
    return [...this.#go(0, now), ...this.#look(now)];
  }

  push(bytes: Uint8Array, now: number): ExpectEffect[] {
    const effects: ExpectEffect[] = [];
    const text = this.#plain.push(bytes);
    for (let at = 0; at < text.length && !this.#over; at += SLICE) {
      this.#take(text.slice(at, at + SLICE));
      effects.push(...this.#look(now));
    }
    return effects;
  }

  tick(now: number): ExpectEffect[] {
    if (this.#over) return [];
    const step = this.#script.steps[this.#step]!;
    if (now >= this.#deadline) {
      this.#note(step, now, undefined);
      if (step.otherwise !== undefined) return [...this.#jump(step.otherwise, step.say, now), ...this.#look(now)];
      return this.#end(now, step.say ?? this.#waited(step));
    }
    if (now < this.#again) return [];
    this.#again = now + step.every! * 1000;
    return [this.#send(step.send!)];
  }

  /** Ends it from outside, e.g. because the link is gone or a person stopped it. `why` is a sentence. */
  stop(why: string, now: number): ExpectEffect[] {
    return this.#over ? [] : this.#end(now, why);
  }

  #take(text: string): void {
    this.#text = (this.#text + text).slice(-WINDOW);
    this.#tail = (this.#tail + text).slice(-WINDOW);
  }

  /** Steps on as far as what was printed leads. */
  #look(now: number): ExpectEffect[] {
    const effects: ExpectEffect[] = [];
    while (!this.#over) {
      const step = this.#script.steps[this.#step]!;
      const found = this.#find(step);
      if (!found) return effects;
      this.#text = this.#text.slice(found.end);
      this.#caught = found.caught;
      this.#note(step, now, found.saw);
      const { branch } = found;
      if (branch?.send !== undefined) effects.push(this.#send(branch.send));
      effects.push(
        ...(branch?.go === undefined ? this.#go(this.#step + 1, now) : this.#jump(branch.go, branch.say, now)),
      );
    }
    return effects;
  }

  /** The branch whose text stands first; a plain `wait` is a branch without name. */
  #find({ wait }: Step) {
    if (wait === undefined) return undefined;
    const branches: readonly Partial<Branch>[] = Array.isArray(wait)
      ? (wait as readonly Branch[])
      : [{ see: wait as Pattern }];
    return branches
      .flatMap(branch => {
        const found = this.#finder(branch.see!)(this.#text);
        return found ? [{ ...found, branch: Array.isArray(wait) ? branch : undefined }] : [];
      })
      .sort((a, b) => a.end - b.end)[0];
  }

  #finder(pattern: Pattern): Finder {
    let finder = this.#finders.get(pattern);
    if (!finder) {
      finder = finderOf(pattern);
      this.#finders.set(pattern, finder);
    }
    return finder;
  }

  #jump(where: string, say: string | undefined, now: number): ExpectEffect[] {
    if (where === 'done') return this.#end(now, undefined);
    if (where === 'fail') return this.#end(now, say ?? `The step ${this.#step + 1} saw what means failure.`);
    return this.#go(
      this.#script.steps.findIndex(step => step.label === where),
      now,
    );
  }

  /** Begins a step, and those after it that wait for nothing. */
  #go(to: number, now: number): ExpectEffect[] {
    const effects: ExpectEffect[] = [];
    for (let number = to; ; number++) {
      const step = this.#script.steps[number];
      if (!step) return [...effects, ...this.#end(now, undefined)];
      this.#step = number;
      if (this.#taken.length >= MOST_STEPS)
        return [...effects, ...this.#end(now, `It went through ${MOST_STEPS} steps and came to no end.`)];
      if (step.send !== undefined) effects.push(this.#send(step.send));
      this.#deadline = now + (step.within ?? DEFAULT_SECONDS) * 1000;
      this.#again =
        step.every !== undefined && step.send !== undefined ? now + step.every * 1000 : Number.POSITIVE_INFINITY;
      if (step.wait !== undefined) return effects;
      this.#note(step, now, undefined);
    }
  }

  #send(template: string): ExpectEffect {
    const text = template.replace(PLACES, (_, name: string) => this.#values[name] ?? '');
    return { do: 'send', bytes: new TextEncoder().encode(text) };
  }

  #note(step: Step, now: number, saw: string | undefined): void {
    const masked = saw === undefined ? undefined : printable(this.#masked(saw), 200);
    this.#taken.push({ step: this.#step, label: step.label, at: now - this.#began, saw: masked });
  }

  #end(now: number, why: string | undefined): ExpectEffect[] {
    this.#over = true;
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#again = Number.POSITIVE_INFINITY;
    const lines = this.#masked(this.#tail).split(/[\r\n]+/);
    const report: ExpectReport = {
      script: this.#script.name,
      ok: why === undefined,
      why,
      seconds: (now - this.#began) / 1000,
      steps: this.#taken,
      tail: lines.slice(-TAIL_LINES).map(line => printable(line)),
      caught: this.#caught.map(text => printable(this.#masked(text), 500)),
    };
    return [{ do: 'end', report }];
  }

  #waited(step: Step): string {
    const wait = Array.isArray(step.wait)
      ? (step.wait as readonly Branch[]).map(each => each.see)
      : [step.wait as Pattern];
    const what = wait.map(each => (typeof each === 'string' ? `“${each.trim()}”` : `/${each.regex}/`)).join(' or ');
    const where = step.label === undefined ? `step ${this.#step + 1}` : `step “${step.label}”`;
    return `${where[0]!.toUpperCase()}${where.slice(1)} waited ${step.within ?? DEFAULT_SECONDS} s for ${what} and did not see it.`;
  }

  #masked(text: string): string {
    const secrets = Object.entries(this.#script.values ?? {}).flatMap(([name, value]) =>
      value.secret && this.#values[name] ? [this.#values[name]] : [],
    );
    return secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
  }
}

function finderOf(pattern: Pattern): Finder {
  if (typeof pattern === 'string')
    return text => {
      const at = text.indexOf(pattern);
      return at < 0 ? undefined : { end: at + pattern.length, saw: pattern, caught: [] };
    };
  const regex = compile(pattern.regex)!;
  return text => {
    const matcher = regex.matcher(text);
    if (!matcher.find()) return undefined;
    const caught = Array.from({ length: matcher.groupCount() }, (_, i) => matcher.group(i + 1) ?? '');
    return { end: matcher.end(), saw: matcher.group() ?? '', caught };
  };
}
