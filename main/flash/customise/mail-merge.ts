/** One recipe and a table make a recipe for each card: `{{column}}` in its texts, or a column named like a field. */
import { render } from '../../content/template.ts';
import type { JsonValue } from '../../kit/json-source.ts';
import { type CsvTable, parseCsv } from './csv.ts';
import { checkRecipe, type Recipe } from './recipe.ts';

export interface MergedCard {
  /** 1-based, as the lines of the table under its heading. */
  readonly row: number;
  readonly values: Readonly<Record<string, string>>;
  readonly recipe: Recipe;
}

export type MergeResult =
  | { readonly ok: true; readonly cards: readonly MergedCard[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Columns that are fields of a recipe; others only fill `{{…}}`. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  hostname: ['hostname'],
  user: ['user', 'name'],
  password: ['user', 'password'],
  passwordHash: ['user', 'passwordHash'],
  sshKey: ['user', 'sshKeys', '0'],
  address: ['network', 'address'],
  gateway: ['network', 'gateway'],
  interface: ['network', 'interface'],
  timezone: ['locale', 'timezone'],
};

/** Problems name line and column. Passwords in clear stay in memory; whoever writes seals them first. */
export function mailMerge(recipe: Recipe, csv: string): MergeResult {
  const parsed = parseCsv(csv);
  if (!parsed.ok) return parsed;
  const problems: string[] = [];
  const cards = parsed.table.rows.map((cells, index) => card(recipe, parsed.table, cells, index + 1, problems));
  if (cards.length === 0) problems.push('the table has a heading, but no row under it');
  for (const [row, other] of twins(cards)) problems.push(`row ${row}: the host name is that of row ${other} too`);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, cards };
}

/** A recipe that is used without a table: placeholders have nothing to stand for. */
export function mergeNothing(recipe: Recipe): MergeResult {
  const missing: string[] = [];
  const filled = fill(recipe as unknown as JsonValue, {}, name => missing.push(name));
  return missing.length > 0
    ? { ok: false, problems: missing.map(name => `it asks for {{${name}}}, which a table gives (--csv FILE)`) }
    : { ok: true, cards: [{ row: 1, values: {}, recipe: filled as unknown as Recipe }] };
}

function card(
  recipe: Recipe,
  { heading }: CsvTable,
  cells: readonly string[],
  row: number,
  problems: string[],
): MergedCard {
  const values = Object.fromEntries(heading.map((name, index) => [name, cells[index]!]));
  const filled = fill(recipe as unknown as JsonValue, values, name =>
    problems.push(`row ${row}: the recipe asks for {{${name}}}, but the table has no column of that name`),
  );
  const whole = Object.entries(values).reduce<JsonValue>((result, [name, value]) => {
    const path = FIELDS[name];
    return path && value !== '' ? withValue(result, path, value) : result;
  }, filled);
  // A password of the table is hashed before anything is written.
  for (const { severity, pointer, message } of checkRecipe(whole))
    if (severity === 'error' && !/^\/(user\/password|wifi\/passphrase)$/.test(pointer))
      problems.push(`row ${row}: ${pointer.slice(1).replaceAll('/', '.')}: ${message}`);
  return { row, values, recipe: whole as unknown as Recipe };
}

function fill(value: JsonValue, values: Readonly<Record<string, string>>, missing: (name: string) => void): JsonValue {
  if (typeof value === 'string') {
    const rendered = render(value, name => (Object.hasOwn(values, name) ? values[name] : undefined));
    if (rendered.ok) return rendered.text;
    missing(rendered.unknown);
    return value;
  }
  if (Array.isArray(value)) return value.map(each => fill(each, values, missing));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fill(each, values, missing)]));
}

function withValue(target: JsonValue, [name, ...rest]: readonly string[], value: string): JsonValue {
  const next = (inside: JsonValue | undefined): JsonValue =>
    rest.length === 0 ? value : withValue(inside ?? (/^\d+$/.test(rest[0]!) ? [] : {}), rest, value);
  if (Array.isArray(target)) return [next(target[Number(name)])];
  const object = target as Readonly<Record<string, JsonValue>>;
  return { ...object, [name!]: next(object[name!]) };
}

function twins(cards: readonly MergedCard[]): [number, number][] {
  const seen = new Map<string, number>();
  return cards.flatMap(({ row, recipe }): [number, number][] => {
    const name = recipe.hostname?.toLowerCase();
    const other = name === undefined ? undefined : seen.get(name);
    if (name !== undefined && other === undefined) seen.set(name, row);
    return other === undefined ? [] : [[row, other]];
  });
}
