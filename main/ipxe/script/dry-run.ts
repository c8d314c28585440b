/**
 * Runs an iPXE script without a machine: every step, menu, fetch and ending that a device would come to. Pure and bounded;
 * the answer is plain data. What commands do is in `dry-run-commands.ts`.
 */
import { type Build, commandSpec, target as findTarget } from './commands.ts';
import { type Device, putDevice, putDhcp, usualBuild } from './device.ts';
import { EFFECTS } from './dry-run-commands.ts';
import { Ended, type Image, type Outcome, type Ui } from './dry-run-outcome.ts';
import type {
  DryRun,
  DryRunOptions,
  Ending,
  EndingKind,
  Fetched,
  FetchStep,
  MenuShown,
  Step,
} from './dry-run-result.ts';
import { readArguments } from './options.ts';
import { type Command, parseScript, type Script } from './parse.ts';
import { Settings } from './settings.ts';
import { LARGEST_SCRIPT, type Position, positionsOf, type Span } from './text.ts';
import { needsNetwork, resolveUri, schemeOf } from './url.ts';

const MOST_NESTED = 12;
/** Where iPXE says so: ENOENT in HTTP and in TFTP. */
const FILE_NOT_FOUND: Readonly<Record<string, string>> = { http: '2d0c61', https: '2d0c61', tftp: '2d1261' };
const GOTO_MARK_LIMIT = 5000;
const DEAD: readonly EndingKind[] = ['fails', 'loops', 'too-long'];

/** Never throws and always ends, whatever the script says. */
export function dryRun(source: string | Script, options: DryRunOptions): DryRun {
  const run = new Run(options);
  const text = typeof source === 'string' ? source : source.text;
  const script = text.length > LARGEST_SCRIPT ? undefined : typeof source === 'string' ? parseScript(source) : source;
  const ending = run.all(script, options.from ?? 'script');
  return {
    scripts: run.scripts,
    steps: run.steps,
    fetches: run.fetches,
    menus: run.menus,
    screen: run.screen,
    ending,
    seconds: run.seconds,
  };
}

interface Frame {
  readonly script: Script;
  readonly index: number;
  readonly url: string | undefined;
  readonly place: (span: Span) => Position;
  /** Line to go to next, set by `goto`. */
  jump: number | undefined;
  /** Set by `exit` and `chain --replace`: the script ends here. */
  stopped: boolean;
}

/** The state of the pretended machine, and what its commands do to it. */
export class Run {
  readonly options: DryRunOptions;
  readonly settings = new Settings();
  readonly images = new Map<string, Image>();
  readonly uis = new Map<string, Ui>();
  readonly scripts: string[] = [];
  readonly steps: Step[] = [];
  readonly fetches: FetchStep[] = [];
  readonly menus: MenuShown[] = [];
  readonly screen: string[] = [];
  selected: Image | undefined;
  seconds = 0;
  networkOpen: boolean;
  frame!: Frame;
  readonly build: Build;
  /** Times a person was asked something. */
  asked = 0;
  #depth = 0;
  #openLine = false;
  readonly #taken = new Map<string, number>();
  readonly #marks = new Map<string, { steps: number; asked: number }>();

  constructor(options: DryRunOptions) {
    this.options = options;
    const usual = usualBuild(options.device);
    const builds = options.target && findTarget(options.target)?.builds;
    this.build =
      !builds || builds.includes(usual) ? usual : (builds.find(build => fits(build, options.device)) ?? builds[0]!);
    this.networkOpen = options.from !== undefined && needsNetwork(options.from);
    putDevice(this.settings, options.device);
    if (this.networkOpen && options.device.dhcp) putDhcp(this.settings, options.device.dhcp);
  }

  all(script: Script | undefined, name: string): Ending {
    try {
      if (!script) throw new Ended('fails', 'The script is too long for iPXE’s memory.');
      const ok = this.runScript(script, name, this.options.from);
      if (ok)
        throw new Ended(
          'leaves',
          'The script ends here and starts nothing: the machine goes on to its next boot device.',
          true,
        );
      const last = this.steps.at(-1);
      const what = last
        ? `line ${last.line} (${last.command.slice(0, 60)}) failed${last.says ? `: ${last.says}` : ''}`
        : script.magic
          ? 'nothing ran'
          : 'it does not begin with #!ipxe';
      throw new Ended('fails', `The script stops, because ${what}. The machine goes on to its next boot device.`);
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
      const step = this.steps.length > 0 ? this.steps.length - 1 : undefined;
      // Whoever chose the shell got what they wanted; a script that gave up did not.
      const gaveUp = error.kind === 'shell' ? this.steps.findLast(each => !each.ok && !isQuestion(each)) : undefined;
      const why = gaveUp && ` Before that, line ${gaveUp.line} failed${gaveUp.says ? `: ${gaveUp.says}` : ''}.`;
      return {
        kind: error.kind,
        dead: error.dead || gaveUp !== undefined || DEAD.includes(error.kind),
        sentence: `${error.message}${why ?? ''}`,
        step,
      };
    }
  }

  /** True when it ended well, as `chain` sees it. */
  runScript(script: Script, name: string, url: string | undefined): boolean {
    if (!script.magic) return this.say('It does not begin with #!ipxe, so iPXE takes it for no script.');
    if (this.#depth >= MOST_NESTED)
      throw new Ended('loops', 'Scripts keep chaining to scripts; this would go on for ever.');
    this.#depth++;
    const before = this.frame;
    const frame: Frame = {
      script,
      index: this.scripts.push(name) - 1,
      url: url ?? before?.url,
      place: positionsOf(script.text),
      jump: undefined,
      stopped: false,
    };
    this.frame = frame;
    let ok = true;
    for (let at = 0; at < script.lines.length; at = frame.jump ?? at + 1) {
      frame.jump = undefined;
      const line = script.lines[at]!;
      ok = line.unfinished ? this.#unfinished(line) : this.#line(line.commands);
      if (frame.stopped || (!ok && frame.jump === undefined)) break;
    }
    this.#depth--;
    this.frame = before;
    return ok;
  }

  #unfinished({ offset, length }: Span): boolean {
    const says = 'the script ends with a backslash, so this line is never run';
    const command = this.frame.script.text.slice(offset, offset + Math.min(length, 80)).trim();
    const place = this.frame.place({ offset, length });
    this.steps.push({ ...place, script: this.frame.index, command, ok: false, says, at: this.seconds, seconds: 0 });
    return this.say(says);
  }

  /** core/exec.c, system(): from left to right, each operator looks at the last result. */
  #line(commands: readonly Command[]): boolean {
    let ok = true;
    for (const [index, { words, operator }] of commands.entries()) {
      if (index > 0 && ((operator === '&&' && !ok) || (operator === '||' && ok))) continue;
      if (words.length === 0) ok = true;
      else ok = this.#command(words);
      if (this.frame.jump !== undefined || this.frame.stopped) break;
    }
    return ok;
  }

  #command(words: Command['words']): boolean {
    if (this.steps.length >= (this.options.mostSteps ?? 5000))
      throw new Ended(
        'too-long',
        `After ${this.steps.length} steps it still goes on; this is where the dry run stops.`,
      );
    const [name = '', ...args] = words.map(word => this.settings.expand(word.text));
    const first = words[0]!;
    const last = words.at(-1)!;
    const span = { offset: first.offset, length: last.offset + last.length - first.offset };
    const index = this.steps.length;
    const step = {
      ...this.frame.place(span),
      script: this.frame.index,
      command: [name, ...args].join(' '),
      at: round(this.seconds),
    };
    // In its place at once, so that what the command runs comes after it.
    this.steps.push({ ...step, ok: true, seconds: 0 });
    let outcome: Outcome;
    try {
      outcome = this.#execute(name, args);
    } catch (error) {
      if (error instanceof Ended && index === this.steps.length - 1)
        this.steps[index] = { ...step, ok: !DEAD.includes(error.kind), says: error.message, seconds: 0 };
      throw error;
    }
    const { ok, says, assumed } = outcome;
    this.seconds = round(this.seconds + (outcome.seconds ?? 0));
    const seconds = round(this.seconds - step.at);
    this.steps[index] = { ...step, ok, seconds, ...(says && { says }), ...(assumed && { assumed }) };
    if (!ok && says) this.say(says);
    return ok;
  }

  #execute(name: string, args: readonly string[]): Outcome {
    const spec = commandSpec(name);
    if (!spec) return { ok: false, says: `${name}: command not found` };
    if (!spec.in.includes(this.build)) return { ok: false, says: `${this.build} does not have the command "${name}"` };
    const read = readArguments(spec, args);
    if (read.problem?.kind === 'help') return { ok: false, says: 'only help is shown' };
    if (read.problem) return { ok: false, says: `option ${read.problem.option} is not taken` };
    const operands = args.slice(read.operands);
    if (operands.length < spec.min || operands.length > spec.max)
      return { ok: false, says: `takes ${spec.usage || 'no arguments'}` };
    const effect = EFFECTS.get(name);
    return effect ? effect(this, { name, operands, options: read.options }) : { ok: true };
  }

  /** Puts a line on the screen; `open` leaves it open for the next one. */
  say(line: string, open = false): false {
    if (this.#openLine) this.screen.push((this.screen.pop() ?? '') + line);
    else if (this.screen.length < 2000) this.screen.push(line);
    this.#openLine = open;
    return false;
  }

  /** `${errno}`: six digits for what failed where, and the firmware's own code (include/errno.h). */
  fails(code: string, firmware: Readonly<Record<Device['platform'], number>>): void {
    const value = Number.parseInt(code, 16) * 256 + firmware[this.options.device.platform];
    this.settings.set({ block: 'builtin', name: 'errno', type: 'uint32' }, String(value));
  }

  /** What a person answers there next; undefined: nobody does. */
  choice(setting: string): string | undefined {
    const given =
      this.options.choices && Object.hasOwn(this.options.choices, setting) ? this.options.choices[setting] : undefined;
    if (given === undefined || typeof given === 'string') return given;
    const taken = this.#taken.get(setting) ?? 0;
    // Counted no further than there are answers: the last one is given again and again.
    this.#taken.set(setting, Math.min(taken + 1, given.length));
    return given[Math.min(taken, given.length - 1)];
  }

  resolve(uri: string): string {
    const server = this.networkOpen ? this.options.device.dhcp?.nextServer : undefined;
    return resolveUri(this.frame.url ?? (server && `tftp://${server}/`), uri);
  }

  /** Downloads, or says why not. */
  fetch(uri: string): { readonly url: string; readonly found: Fetched; readonly outcome: Outcome } {
    const url = this.resolve(uri);
    const found = this.#find(url);
    const { seconds, why } = this.#note(url, found, 'ipxe');
    this.seconds = round(this.seconds + seconds);
    if (found.is === 'missing' || found.is === 'folder') {
      const place = FILE_NOT_FOUND[schemeOf(url) ?? ''];
      if (place && this.networkOpen) this.fails(place, { efi: 0x8e, pcbios: 0x3b });
      return { url, found, outcome: { ok: false, says: `${url}: ${why}` } };
    }
    return { url, found, outcome: { ok: true, ...(found.is === 'elsewhere' && { assumed: true as const }) } };
  }

  /** URLs on the command line of what starts: the system fetches them by itself, so nothing here waits for them. */
  mention(commandLine: string): void {
    for (const [, parameter = '', named = ''] of commandLine.matchAll(/([\w.-]+=)?((?:https?|tftp):\/\/[^\s,"']+)/g)) {
      const first = FIRST_OF_FOLDER[parameter];
      const url = first === undefined ? named : `${named.replace(/\/+$/, '')}/${first}`;
      this.#note(url, this.#find(url), 'system');
    }
  }

  #find(url: string): Fetched {
    if (!needsNetwork(url)) return { is: 'missing', why: 'there is no server it could come from' };
    if (!this.networkOpen) return { is: 'missing', why: 'the network is not open yet' };
    return this.options.lookup?.(url) ?? { is: 'elsewhere' };
  }

  #note(url: string, found: Fetched, by: FetchStep['by']): FetchStep {
    const size = found.is === 'file' ? found.size : undefined;
    const seconds = round(((size ?? 0) * 8) / (this.options.linkBitsPerSecond ?? 1e9));
    const folder = found.is === 'folder' && by === 'ipxe' ? 'it is a folder' : undefined;
    const why = found.is === 'missing' ? (found.why ?? 'no such file') : folder;
    const fetch = { step: this.steps.length - 1, by, url, found: found.is, size, seconds, why };
    this.fetches.push(fetch);
    return fetch;
  }

  /** `goto`: the second time in the very same state, nothing will ever change. */
  jumpTo(line: number): void {
    const state = [
      this.frame.index,
      line,
      this.networkOpen,
      this.selected?.url,
      [...this.images.values()].map(image => `${image.name} ${image.args}`).join(),
      [...this.uis].map(([name, ui]) => `${name} ${ui.items.length}`).join(),
      [...this.#taken].join(),
      this.settings.fingerprint(),
    ].join('\n');
    const mark = this.#marks.get(state);
    if (mark) throw this.#round(mark);
    if (this.#marks.size < GOTO_MARK_LIMIT) this.#marks.set(state, { steps: this.steps.length, asked: this.asked });
    this.frame.jump = line;
  }

  #round(mark: { steps: number; asked: number }): Ended {
    const turn = this.steps.slice(mark.steps);
    const lines = `lines ${Math.min(...turn.map(step => step.line))} to ${Math.max(...turn.map(step => step.line))}`;
    if (this.asked > mark.asked)
      return new Ended('waits', `It comes back to where it asked before (${lines}), and waits for another answer.`);
    const failed = turn.find(step => !step.ok && !isQuestion(step));
    const pause = turn.reduce((sum, step) => sum + step.seconds, 0);
    if (failed && pause > 0)
      return new Ended(
        'retries',
        `It tries again every ${Math.round(pause)} s until line ${failed.line} (${failed.command.slice(0, 60)}) succeeds.`,
      );
    return new Ended(
      'loops',
      failed
        ? `It goes round for ever (${lines}) as fast as it can, because line ${failed.line} fails; a "sleep" in there would let it wait.`
        : `It goes round for ever: ${lines} change nothing.`,
    );
  }
}

/** A question that is answered no is no failure. */
const isQuestion = ({ command }: Pick<Step, 'command'>): boolean => /^(isset|iseq|prompt)\b/.test(command);

/** Parameters that name a folder, and what the system looks for in it first: Anaconda's trees, cloud-init's NoCloud. */
const FIRST_OF_FOLDER: Readonly<Record<string, string>> = {
  'inst.repo=': '.treeinfo',
  'inst.stage2=': '.treeinfo',
  's=': 'user-data',
  'seedfrom=': 'user-data',
};

const round = (seconds: number): number => Math.round(seconds * 1000) / 1000;

function fits(build: Build, { platform, arch }: Device): boolean {
  if (platform === 'pcbios') return !build.endsWith('.efi');
  return arch === 'arm64' ? build === 'ipxe-arm64.efi' : build.endsWith('.efi') && build !== 'ipxe-arm64.efi';
}
