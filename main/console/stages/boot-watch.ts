/**
 * What one console's output tells: where the board is in its boot, that it began anew, what went wrong and whose console
 * this is. Bytes and times in, events out; memory and time per byte are bounded whatever comes. Pure.
 */
import type { Ipv4, Mac } from 'node-dhcpd-lite';
import { printable } from '../../kit/printable.ts';
import { FAILURE_RULES } from './failure-rules.ts';
import { IDENTITY_RULES, ipOf, macOf } from './identity-rules.ts';
import { type Line, LineReader } from './lines.ts';
import { Needles } from './needles.ts';
import { CONSOLE_STAGES, type ConsoleStage, ENDINGS, STAGE_RULES, type StageRule } from './stage-rules.ts';

/** Times are milliseconds since 1970. */
export type WatchEvent =
  /** The board began anew. `boot` counts from 1; a log's section begins here. */
  | {
      readonly type: 'boot';
      readonly boot: number;
      /** The stage that showed it. */
      readonly stage: ConsoleStage;
      readonly by: string;
      readonly at: number;
    }
  | {
      readonly type: 'stage';
      readonly stage: ConsoleStage;
      /** What showed it, e.g. `U-Boot 2023.07`. */
      readonly by: string;
      readonly at: number;
      /** Seconds since the stage before it; undefined for the first. */
      readonly after: number | undefined;
    }
  /** `rule` names the known failure, `hint` says what it means and what to do next, `line` is what the board said. */
  | { readonly type: 'hint'; readonly rule: string; readonly hint: string; readonly line: string; readonly at: number }
  | {
      readonly type: 'identity';
      readonly mac?: Mac;
      readonly ip?: Ipv4;
      readonly trust: 'own' | 'some';
      readonly by: string;
    };

export interface ConsoleMark {
  readonly stage: ConsoleStage;
  readonly by: string;
  readonly at: number;
}

const rank = (stage: ConsoleStage): number => CONSOLE_STAGES.indexOf(stage);
const LINUX = rank('linux');

/** Different remarks per boot. */
const REMARKS = 32;
/** Addresses told per boot. */
const ADDRESSES = 16;
/** A kernel's banner after so much silence is a boot; right after other output it is `dmesg`. */
const SILENCE_MS = 2_000;

/* Every rule's words in one table; a word's number says which rules want to see its line. */
const WORDS = [
  ...new Set([...STAGE_RULES, ...FAILURE_RULES, ...IDENTITY_RULES].flatMap(rule => rule.has).concat(ENDINGS)),
];
const NEEDLES = new Needles(WORDS);
const ENDING_WORDS = new Set(ENDINGS.map(word => WORDS.indexOf(word)));
const stagesIn = finder(STAGE_RULES);
const failuresIn = finder(FAILURE_RULES);
const identitiesIn = finder(IDENTITY_RULES);

export class BootWatch {
  readonly #reader = new LineReader(NEEDLES);
  #boot = 0;
  #marks: readonly ConsoleMark[] = [];
  /** Banner rules seen in this boot. */
  #banners = new Set<StageRule>();
  /** This console has shown what runs before a kernel: one without it is no boot. */
  #showsLoader = false;
  #ending = false;
  #heardAt = Number.NEGATIVE_INFINITY;
  /** The open line's prompt was told already. */
  #promptTold = false;
  #said = new Set<string>();
  #addresses = new Set<string>();

  /** Boots seen, the present one included. */
  get boot(): number {
    return this.#boot;
  }

  /** Stages of this boot, in order. */
  get marks(): readonly ConsoleMark[] {
    return this.#marks;
  }

  push(bytes: Uint8Array, at: number): WatchEvent[] {
    const events: WatchEvent[] = [];
    const silence = at - this.#heardAt;
    this.#heardAt = at;
    // A board that was switched off at its prompt begins the next boot on the prompt's line.
    if (this.#promptTold && silence >= SILENCE_MS) this.interrupted();
    for (const line of this.#reader.push(bytes)) {
      if (!this.#promptTold) this.#stage(line, at, silence, events);
      this.#promptTold = false;
      this.#failure(line, at, events);
      this.#identity(line, events);
      if (line.needles.some(word => ENDING_WORDS.has(word))) this.#ending = true;
    }
    const open = this.#reader.open();
    if (open === undefined) this.#promptTold = false;
    else if (!this.#promptTold) this.#promptTold = this.#prompt(open, at, silence, events);
    return events;
  }

  /** The link was gone: what comes next does not continue the line that came last. */
  interrupted(): void {
    this.#reader.break();
    this.#promptTold = false;
  }

  /* Stages -------------------------------------------------------------------------------------------------------- */

  #stage(line: Line, at: number, silence: number, events: WatchEvent[]): void {
    for (const [rule, match] of stagesIn(line)) {
      this.#reach(rule, match, at, silence, events);
      return;
    }
  }

  #prompt(line: Line, at: number, silence: number, events: WatchEvent[]): boolean {
    for (const [rule, match] of stagesIn(line)) {
      if (!rule.prompt) continue;
      this.#reach(rule, match, at, silence, events);
      return true;
    }
    return false;
  }

  #reach(rule: StageRule, match: RegExpExecArray, at: number, silence: number, events: WatchEvent[]): void {
    const by = filled(rule.by, match).trim();
    if (this.#restarts(rule, silence)) {
      this.#boot++;
      this.#marks = [];
      this.#banners = new Set();
      this.#said = new Set();
      this.#addresses = new Set();
      events.push({ type: 'boot', boot: this.#boot, stage: rule.stage, by, at });
    } else if (this.#boot === 0) this.#boot = 1;
    if (rule.restarts === 'again' || rule.restarts === 'kernel') this.#banners.add(rule);
    if (rank(rule.stage) < LINUX) this.#showsLoader = true;
    this.#ending = false;

    const last = this.#marks.at(-1);
    if (last && rank(rule.stage) <= rank(last.stage)) return;
    this.#marks = [...this.#marks, { stage: rule.stage, by, at }];
    events.push({ type: 'stage', stage: rule.stage, by, at, after: last && (at - last.at) / 1000 });
  }

  #restarts(rule: StageRule, silence: number): boolean {
    if (rule.restarts === undefined) return false;
    const current = this.#marks.at(-1);
    if (current === undefined) return true;
    if (rule.restarts === 'after-linux') return rank(current.stage) >= LINUX && rank(rule.stage) < LINUX;
    const back = this.#banners.has(rule) || rank(rule.stage) < rank(current.stage);
    if (rule.restarts === 'again') return back;
    // The kernel's banner: `dmesg` prints it too, in the middle of a session.
    return back && (this.#ending || (!this.#showsLoader && silence >= SILENCE_MS));
  }

  /* What it says besides ------------------------------------------------------------------------------------------ */

  #failure(line: Line, at: number, events: WatchEvent[]): void {
    for (const [rule, match] of failuresIn(line)) {
      const says = filled(rule.says, match);
      const remark = `${rule.name} ${says}`;
      if (this.#said.has(remark) || this.#said.size >= REMARKS) return;
      this.#said.add(remark);
      const hint = `${says} ${rule.next}`;
      events.push({ type: 'hint', rule: rule.name, hint, line: printable(line.text, 300), at });
      return;
    }
  }

  #identity(line: Line, events: WatchEvent[]): void {
    for (const [rule, match] of identitiesIn(line)) {
      const address = rule.is === 'mac' ? macOf(match[1]!) : ipOf(match[1]!);
      const told = `${address} ${rule.trust}`;
      if (address === undefined || this.#addresses.has(told) || this.#addresses.size >= ADDRESSES) continue;
      this.#addresses.add(told);
      events.push({ type: 'identity', [rule.is]: address, trust: rule.trust, by: rule.by });
    }
  }
}

/** What finds the rules that match a line, in the order of the table. */
function finder<R extends { readonly has: readonly string[]; readonly pattern: RegExp }>(
  rules: readonly R[],
): (line: Line) => Generator<readonly [R, RegExpExecArray]> {
  const numbersOf = WORDS.map(word => rules.flatMap((rule, number) => (rule.has.includes(word) ? [number] : [])));
  return function* (line) {
    const numbers = new Set(line.needles.flatMap(word => numbersOf[word]!));
    for (const number of [...numbers].sort((a, b) => a - b)) {
      const match = rules[number]!.pattern.exec(line.text);
      if (match) yield [rules[number]!, match];
    }
  };
}

/** `$1` to `$9` for what was caught, made fit to be shown. */
function filled(template: string, match: RegExpExecArray): string {
  return template
    .replace(/\$([1-9])/g, (_, group: string) => printable(match[Number(group)] ?? '', 80))
    .replace(/ \(\)| (?=[.,;])/g, '');
}
