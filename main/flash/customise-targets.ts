/** Recipes for the targets of a flash: read from files of this laptop, sealed, one for all or one for each. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { BenchError, systemCode } from '../errors.ts';
import { customiseCard, previewCard } from './customise/customise.ts';
import { mailMerge, mergeNothing } from './customise/mail-merge.ts';
import { parseRecipe, type Recipe } from './customise/recipe.ts';
import { sealRecipe } from './customise/seal.ts';
import { sectorStore } from './drive/sector-store.ts';
import type { Customise } from './lane.ts';

/** Recipes for cards in a row. */
export interface RecipeRows {
  /** Rows of the table; undefined without one, when every card gets the same. */
  readonly count: number | undefined;
  /** The recipe of a row (from 0), sealed anew for its card. */
  at(row: number): Recipe;
}

/** Reads a recipe file and perhaps a table. Throws FILE_UNREADABLE or RECIPE_INVALID. */
export async function openRecipes(file: string, csv: string | undefined): Promise<RecipeRows> {
  const parsed = parseRecipe(await text(file), file);
  if (!parsed.ok)
    throw new BenchError('RECIPE_INVALID', {
      path: file,
      problems: parsed.remarks.map(({ line, column, message }) => `${line}:${column} ${message}`),
    });
  const merged = csv === undefined ? mergeNothing(parsed.recipe) : mailMerge(parsed.recipe, await text(csv));
  if (!merged.ok) throw new BenchError('RECIPE_INVALID', { path: csv ?? file, problems: merged.problems });
  const { cards } = merged;
  if (csv === undefined) return { count: undefined, at: () => sealed(cards[0]!.recipe) };
  return { count: cards.length, at: row => sealed(cards[row]!.recipe) };
}

/** A sealed recipe for each of `count` targets. Throws what `openRecipes` throws; USAGE when the table has not as many rows. */
export async function readRecipes(file: string, csv: string | undefined, count: number): Promise<readonly Recipe[]> {
  const rows = await openRecipes(file, csv);
  if (rows.count !== undefined && rows.count !== count)
    throw new BenchError('USAGE', {
      problem: `"${csv}" has ${rows.count} rows, and ${count} drives are named: each row is for one of them, in order.`,
    });
  return Array.from({ length: count }, (_, row) => rows.at(row));
}

/** `folder`: where files that recipes name are looked for. `now`: for the passport of each card. */
export function customiseWith(recipes: readonly Recipe[], folder: string, now: () => Date): Customise {
  const load = (name: string): Promise<Uint8Array> => bytes(resolve(folder, name));
  return async (target, { index, name, size, sha256 }) => {
    const recipe = recipes[index]!;
    const time = now();
    const passport = {
      image: name,
      size,
      written: time.toISOString(),
      ...(sha256 !== undefined && { sha256 }),
      ...(recipe.name !== undefined && { recipe: recipe.name }),
    };
    const store = sectorStore(target);
    // A card that lacks what was asked for is not the card that was asked for.
    const { cannot } = await previewCard(store, recipe, { load });
    if (cannot.length > 0) throw new BenchError('NOT_CUSTOMISABLE', { reason: cannot.join(' ').replace(/\.$/, '') });
    return (await customiseCard(store, recipe, { load, passport, time })).sentences;
  };
}

export const folderOf = (file: string): string => dirname(resolve(file));

const sealed = (recipe: Recipe): Recipe => sealRecipe(recipe, length => randomBytes(length));
const text = async (path: string): Promise<string> => (await bytes(path)).toString('utf8');

async function bytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = systemCode(error) === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new BenchError('FILE_UNREADABLE', { path, reason }, { cause: error });
  }
}
