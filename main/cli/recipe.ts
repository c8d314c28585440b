/** `benchboot recipe check` and `recipe seal`: what is wrong with a recipe, and its secrets hashed. */
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { BenchError } from '../errors.ts';
import { formatRecipe, parseRecipe, type Recipe } from '../flash/customise/recipe.ts';
import { sealRecipe } from '../flash/customise/seal.ts';
import { command } from './command.ts';

export const recipeCheck = command({
  words: 'recipe check',
  operands: 'FILE',
  summary: 'check a recipe: what will not work, where, and what to write instead',
  details: 'Exit code 1 when something will not work; warnings alone leave it 0.',
  flags: {},
  async run(_values, [path = ''], output) {
    const { remarks } = parseRecipe(readText(path), path);
    for (const remark of remarks) {
      output.record({ type: 'recipe.remark', ...remark });
      output.line(`${path}:${remark.line}:${remark.column}: ${remark.severity}: ${remark.message}`);
      if (remark.next) output.line(`    ${remark.next}`);
    }
    const errors = remarks.filter(({ severity }) => severity === 'error').length;
    output.record({ type: 'recipe.checked', path, errors, warnings: remarks.length - errors });
    if (remarks.length === 0) output.line(`${path} is in order.`);
    return errors > 0 ? 1 : 0;
  },
});

export const recipeSeal = command({
  words: 'recipe seal',
  operands: 'FILE',
  summary: 'replace passwords and passphrases of a recipe by their hashes',
  flags: {},
  async run(_values, [path = ''], output) {
    const { remarks } = parseRecipe(readText(path), path);
    const inTheWay = remarks.filter(
      ({ severity, pointer }) => severity === 'error' && !['/user/password', '/wifi/passphrase'].includes(pointer),
    );
    if (inTheWay.length > 0)
      throw new BenchError('RECIPE_INVALID', { path, problems: inTheWay.map(({ message }) => message) });
    const recipe = JSON.parse(readText(path).replace(/^\ufeff/, '')) as Recipe;
    const clear = [
      recipe.user?.password !== undefined && 'the password',
      recipe.wifi?.passphrase !== undefined && 'the passphrase',
    ];
    const names = clear.filter(each => each !== false);
    if (names.length > 0) replace(path, formatRecipe(sealRecipe(recipe, randomBytes)));
    output.record({ type: 'recipe.sealed', path, sealed: names.length });
    output.line(
      names.length > 0 ? `${path}: ${names.join(' and ')} is hashed now.` : `${path} holds no secret in clear.`,
    );
    return 0;
  },
});

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new BenchError('FILE_UNREADABLE', { path, reason: (error as Error).message }, { cause: error });
  }
}

function replace(path: string, text: string): void {
  try {
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (error) {
    throw new BenchError('FILE_UNWRITABLE', { path, reason: (error as Error).message }, { cause: error });
  }
}
