/** Recipes and tables from files of this laptop, ready to be written: checked, merged and sealed. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { remarkText } from '../../bench-file/bench-file.ts';
import { BenchError } from '../../errors.ts';
import { mailMerge } from './mail-merge.ts';
import { parseRecipe, type Recipe } from './recipe.ts';
import { sealRecipe } from './seal.ts';

/** Throws FILE_UNREADABLE or RECIPE_INVALID. */
export async function readRecipe(path: string): Promise<Recipe> {
  const result = parseRecipe(await readText(path), path);
  if (result.ok) return result.recipe;
  const problems = result.remarks.filter(({ severity }) => severity === 'error').map(remarkText);
  throw new BenchError('RECIPE_INVALID', { path, problems });
}

/** The recipe for each card, first row first: one for all without a table. Throws RECIPE_INVALID, FILE_UNREADABLE. */
export async function recipesFor(recipePath: string, csvPath: string | undefined): Promise<readonly Recipe[]> {
  const recipe = await readRecipe(recipePath);
  if (csvPath === undefined) {
    const placeholder = /\{\{([^{}]+)\}\}/.exec(JSON.stringify(recipe).replace(/\\\\\{\{/g, ''))?.[1];
    if (placeholder !== undefined)
      throw new BenchError('RECIPE_INVALID', {
        path: recipePath,
        problems: [`it asks for {{${placeholder}}}, which a table gives (--csv FILE)`],
      });
    return [recipe];
  }
  const merged = mailMerge(recipe, await readText(csvPath));
  if (!merged.ok) throw new BenchError('RECIPE_INVALID', { path: csvPath, problems: merged.problems });
  return merged.cards.map(card => sealRecipe(card.recipe, randomBytes));
}

/** Reads what a recipe names `from`, relative to it. Throws FILE_UNREADABLE. */
export const filesBeside =
  (recipePath: string) =>
  async (name: string): Promise<Uint8Array> => {
    const path = resolve(dirname(recipePath), name);
    try {
      return await readFile(path);
    } catch (error) {
      throw new BenchError('FILE_UNREADABLE', { path, reason: (error as Error).message }, { cause: error });
    }
  };

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new BenchError('FILE_UNREADABLE', { path, reason: (error as Error).message }, { cause: error });
  }
}
