/** Dry runs that ask the bench for each URL once, and how they read. Values in, values out; time is handed in. */
import type { IpxeView } from '../../../main/contract/views.ts';
import {
  type DryRun,
  type DryRunOptions,
  dryRun,
  type EndingKind,
  type Fetched,
  type FetchStep,
  type MenuShown,
  type Step,
} from '../../../main/ipxe/script/index.ts';
import { bytesText } from '../../../main/kit/quantity.ts';
import type { Tone } from '../../ui/StatusWord.tsx';

/** Files come and go under the root: an answer holds so long. */
const FRESH_MS = 5_000;

/** What the bench answered, by machine and URL. */
export class Answers {
  readonly #known = new Map<string, { readonly fetched: Fetched; readonly at: number }>();
  #of = '';

  /** Another machine, or another bench, gets other answers. */
  readonly for = (whom: string): this => {
    if (this.#of !== whom) this.#known.clear();
    this.#of = whom;
    return this;
  };

  get(url: string): Fetched | undefined {
    return this.#known.get(url)?.fetched;
  }

  isFresh(url: string, now: number): boolean {
    const known = this.#known.get(url);
    return known !== undefined && now - known.at < FRESH_MS;
  }

  put(urls: readonly string[], fetched: readonly Fetched[], now: number): void {
    for (const [index, url] of urls.entries())
      if (fetched[index]) this.#known.set(url, { fetched: fetched[index], at: now });
  }

  clear(): void {
    this.#known.clear();
  }
}

/** A call takes no more at once. */
const MOST_ASKED = 200;

/** Runs with what is known; `asked`: the URLs whose answers are missing or old. */
export function runWith(
  text: string,
  options: Omit<DryRunOptions, 'lookup'>,
  answers: Answers,
  now: number,
): { readonly run: DryRun; readonly asked: readonly string[] } {
  const asked = new Set<string>();
  const run = dryRun(text, {
    ...options,
    lookup: url => {
      if (!answers.isFresh(url, now)) asked.add(url);
      return answers.get(url) ?? { is: 'elsewhere' };
    },
  });
  return { run, asked: [...asked].slice(0, MOST_ASKED) };
}

const ENDINGS: Readonly<Record<EndingKind, readonly [Tone, string]>> = {
  boots: ['ok', 'It boots'],
  disk: ['ok', 'It starts from its disk'],
  'hands-over': ['ok', 'Another program takes over'],
  waits: ['info', 'It waits for a person'],
  shell: ['info', 'It ends in the iPXE shell'],
  reboot: ['info', 'It restarts'],
  poweroff: ['info', 'It switches itself off'],
  leaves: ['warn', 'It leaves iPXE'],
  fails: ['bad', 'It fails'],
  retries: ['warn', 'It keeps trying'],
  loops: ['bad', 'It goes round for ever'],
  'too-long': ['bad', 'It takes too many steps'],
};

export function endingText({ ending }: Pick<DryRun, 'ending'>): { readonly tone: Tone; readonly title: string } {
  if (ending.kind === 'shell' && ending.dead) return { tone: 'bad', title: 'It gives up' };
  const [tone, title] = ENDINGS[ending.kind];
  return { tone: ending.dead && tone === 'info' ? 'bad' : tone, title };
}

/** The same file several times is one row. */
export function filesOf({ fetches }: Pick<DryRun, 'fetches'>): readonly (FetchStep & { readonly times: number })[] {
  const rows = new Map<string, FetchStep & { times: number }>();
  for (const fetch of fetches) {
    const row = rows.get(fetch.url);
    if (row) row.times += 1;
    else rows.set(fetch.url, { ...fetch, times: 1 });
  }
  return [...rows.values()];
}

export interface FileState {
  /** The bench has answered. */
  readonly isKnown: boolean;
  /** It is written together with the script. */
  readonly isComing?: boolean;
}

export function fetchText(
  { found, size, seconds, by, why }: FetchStep,
  { isKnown, isComing = false }: FileState,
): {
  readonly tone: Tone;
  readonly word: string;
  readonly detail: string;
} {
  const who = by === 'system' ? 'fetched by the system that starts' : '';
  if (!isKnown) return { tone: 'quiet', word: 'Looking', detail: who };
  switch (found) {
    case 'file':
      return {
        tone: 'ok',
        word: 'Served',
        detail: [size === undefined ? '' : `${bytesText(size)}, ${secondsText(seconds)}`, who]
          .filter(Boolean)
          .join(', '),
      };
    case 'folder':
      return { tone: 'ok', word: 'Folder', detail: who };
    case 'missing':
      if (isComing)
        return { tone: 'info', word: 'Comes', detail: ['written with the script', who].filter(Boolean).join(', ') };
      return {
        tone: 'bad',
        word: 'Missing',
        detail: [why ?? 'this bench does not have it', who].filter(Boolean).join(', '),
      };
    case 'elsewhere':
      return {
        tone: 'quiet',
        word: 'Elsewhere',
        detail: ['not of this bench; taken as there', who].filter(Boolean).join(', '),
      };
  }
}

/** The sentence, and the kernel's command line apart from it. */
export function endingParts(sentence: string): { readonly says: string; readonly commandLine: string | undefined } {
  const [says = '', commandLine] = sentence.split(/ Its command line: /);
  return { says, commandLine };
}

/** What this bench has is named by its path. */
export const shortUrl = (url: string, { server, httpPort }: IpxeView['bench']): string => {
  const own = `http://${server}${httpPort === undefined || httpPort === 80 ? '' : `:${httpPort}`}/`;
  return url.startsWith(own) ? url.slice(own.length - 1) : url;
};

/** Where the bench takes its files from. */
export function placeText({ serving, server, root }: IpxeView['bench']): string {
  const place = root === undefined ? 'it has no folder with boot files yet' : `files are looked for in ${root}`;
  return serving ? `The bench at ${server} serves: ${place}.` : `No bench serves now. For one at ${server}, ${place}.`;
}

/** A step that failed where nobody wants it to; a question that is answered no is none. */
export const isFailure = ({ ok, command }: Step): boolean => !ok && !/^(isset|iseq|prompt)\b/.test(command);

export const secondsText = (seconds: number): string =>
  seconds < 0.05 ? 'at once' : seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;

/** How many of the files are served and missing, in a few words. */
export function filesSummary(run: Pick<DryRun, 'fetches'>, isComing: (url: string) => boolean = () => false): string {
  const files = filesOf(run);
  const missing = files.filter(({ found, url }) => found === 'missing' && !isComing(url)).length;
  const size = files.reduce((sum, file) => sum + (file.size ?? 0), 0);
  const amount = size > 0 ? `, ${bytesText(size)}` : '';
  return `${files.length === 1 ? '1 file' : `${files.length} files`}${amount}${missing > 0 ? `, ${missing} missing` : ''}`;
}

export type Choices = Readonly<Record<string, string>>;

/** The name under which a menu's answer is given. */
export const settingOf = ({ setting }: Pick<MenuShown, 'setting'>): string => setting.replace(/:\w+$/, '');

/** The menus as they were shown, each once: a menu that comes back is the same menu. */
export function menusOf({ menus }: Pick<DryRun, 'menus'>): readonly MenuShown[] {
  const seen = new Map<string, MenuShown>();
  for (const menu of menus) {
    const key = `${menu.title}\n${settingOf(menu)}`;
    if (!seen.has(key)) seen.set(key, menu);
  }
  return [...seen.values()];
}
