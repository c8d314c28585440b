/** Dry runs beyond one: with a look-up that takes its time, and down every item of the menus. */
import { dryRun } from './dry-run.ts';
import type { DryRun, DryRunOptions, Ending, Fetched, MenuItem } from './dry-run-result.ts';
import { parseScript, type Script } from './parse.ts';

/** More rounds than this would need a script that fetches a new name for every answer it gets. */
const MOST_ROUNDS = 20;

/** Like `dryRun`, with a look-up that answers later. Each URL is asked once; a rejected promise counts as elsewhere. */
export async function dryRunAsking(
  source: string | Script,
  options: Omit<DryRunOptions, 'lookup'>,
  lookup: (url: string) => Promise<Fetched>,
): Promise<DryRun> {
  const script = typeof source === 'string' ? parseScript(source) : source;
  const answers = new Map<string, Fetched>();
  for (let round = 0; ; round++) {
    const asked = new Set<string>();
    const run = dryRun(script, {
      ...options,
      lookup: url => {
        if (!answers.has(url)) asked.add(url);
        return answers.get(url) ?? { is: 'elsewhere' };
      },
    });
    if (asked.size === 0 || round === MOST_ROUNDS) return run;
    await Promise.all(
      [...asked].map(async url => {
        answers.set(url, await lookup(url).catch((): Fetched => ({ is: 'elsewhere' })));
      }),
    );
  }
}

/** Where one item of a menu leads. */
export interface Branch {
  readonly menu: string;
  readonly setting: string;
  readonly item: MenuItem;
  readonly ending: Ending;
}

const MOST_BRANCHES = 200;

/** Every item of every menu that the run comes to, each chosen once. */
export function explore(source: string | Script, options: DryRunOptions): Branch[] {
  const script = typeof source === 'string' ? parseScript(source) : source;
  const branches: Branch[] = [];
  const seen = new Set<string>();
  const waiting: Readonly<Record<string, string | readonly string[]>>[] = [options.choices ?? {}];
  for (let choices = waiting.shift(); choices; choices = waiting.shift()) {
    const run = dryRun(script, { ...options, choices });
    for (const { title, setting, items } of run.menus) {
      const name = setting.replace(/:\w+$/, '');
      for (const item of items) {
        const key = `${title}\n${name}\n${item.name}`;
        if (item.name === undefined || seen.has(key) || branches.length >= MOST_BRANCHES) continue;
        seen.add(key);
        const chosen = { ...choices, [name]: item.name };
        branches.push({
          menu: title,
          setting: name,
          item,
          ending: dryRun(script, { ...options, choices: chosen }).ending,
        });
        waiting.push(chosen);
      }
    }
  }
  return branches;
}
