/** Recipes that come from a window: checked, filled from a table, sealed; and what they will do, before any card is there. */
import { randomBytes } from 'node:crypto';
import type { RecipePreview, RecipeProblem } from '../contract/flash-views.ts';
import { BenchError } from '../errors.ts';
import { intentOf, intentSentences } from '../flash/customise/intent.ts';
import { type MergedCard, mailMerge, mergeNothing } from '../flash/customise/mail-merge.ts';
import { planCard } from '../flash/customise/plan.ts';
import { checkRecipe, formatRecipe, type Recipe } from '../flash/customise/recipe.ts';
import { sealRecipe, sshFingerprint } from '../flash/customise/seal.ts';
import type { RecipeRows } from '../flash/customise-targets.ts';
import type { JsonValue } from '../kit/json-source.ts';

/** What a form says of the image: Raspberry Pi OS, or another system with settings of its own. */
export type RecipeFor = 'pi' | 'cloud-init' | 'ignition';

const KINDS = { pi: 'pi-toml', 'cloud-init': 'cloud-init', ignition: 'ignition' } as const;

export type UncheckedRecipe = Readonly<Record<string, unknown>>;

/** Rows of a preview; a table has more, and they are alike. */
const MOST_CARDS = 200;

export function previewRecipe(value: UncheckedRecipe, csv: string | undefined, as: RecipeFor): RecipePreview {
  const remarks = problemsOf(value);
  if (remarks.some(({ severity }) => severity === 'error')) return { problems: remarks, cards: [] };
  const merged = merge(value as unknown as Recipe, csv);
  if (!merged.ok) {
    const problems = merged.problems.map(
      (message): RecipeProblem => ({ pointer: '', message, severity: 'error', next: '' }),
    );
    return { problems: [...remarks, ...problems], cards: [] };
  }
  return { problems: remarks, cards: merged.cards.slice(0, MOST_CARDS).map(card => previewCard(card, as)) };
}

/** Secrets in clear are no problem here: they are hashed before anything is written. */
function problemsOf(value: UncheckedRecipe): RecipeProblem[] {
  return checkRecipe(value as JsonValue)
    .filter(({ pointer }) => pointer !== '/user/password' && pointer !== '/wifi/passphrase')
    .map(({ pointer, message, severity, next }) => ({ pointer, message, severity, next }));
}

const merge = (recipe: Recipe, csv: string | undefined) =>
  csv === undefined ? mergeNothing(recipe) : mailMerge(recipe, csv);

function previewCard({ row, recipe }: MergedCard, as: RecipeFor): RecipePreview['cards'][number] {
  // The cost of hashing is for what is written; a preview only says that there is a password.
  const { files, cannot } = planCard(withoutSecrets(recipe), {
    kind: KINDS[as],
    texts: {},
    instanceId: 'preview',
    loaded: new Map(),
  });
  const decoder = new TextDecoder();
  const texts = Object.fromEntries(files.map(({ path, bytes }) => [path, decoder.decode(bytes)]));
  const sentences = intentSentences(intentOf(texts), sshFingerprint);
  return { row, sentences, cannot, ...(recipe.hostname !== undefined && { name: recipe.hostname }) };
}

function withoutSecrets({ user, wifi, ...recipe }: Recipe): Recipe {
  const { password, ...rest } = user ?? { name: '' };
  const { passphrase, ...air } = wifi ?? { ssid: '' };
  return {
    ...recipe,
    ...(user && { user: { ...rest, ...(password !== undefined && { passwordHash: '$6$preview$hash' }) } }),
    ...(wifi && { wifi: { ...air, ...(passphrase !== undefined && { psk: '0'.repeat(64) }) } }),
  };
}

export interface NamedRows extends RecipeRows {
  /** Without the cost of sealing. */
  hostname(row: number): string | undefined;
}

/** Recipes for the rows of a table from `first` (1) on. Throws USAGE for what will not do, and when no row is left. */
export function recipeRows(value: UncheckedRecipe, csv: string | undefined, first: number): NamedRows {
  const problems = problemsOf(value).filter(({ severity }) => severity === 'error');
  if (problems.length > 0) throw invalid(problems.map(({ message }) => message));
  const merged = merge(value as unknown as Recipe, csv);
  if (!merged.ok) throw invalid(merged.problems);
  if (csv === undefined) {
    const { recipe } = merged.cards[0]!;
    return { count: undefined, at: () => sealed(recipe), hostname: () => recipe.hostname };
  }
  const rows = merged.cards.slice(first - 1);
  if (rows.length === 0)
    throw new BenchError('USAGE', {
      problem: `The table has ${merged.cards.length} rows, and none from row ${first} on. Begin with another row, or add some.`,
    });
  return {
    count: rows.length,
    at: row => sealed(rows[row]!.recipe),
    hostname: row => rows[row]?.recipe.hostname,
  };
}

/** Sealed recipes for `count` cards. Throws what `recipeRows` throws, and USAGE for a table with too few rows. */
export function recipesFor(
  value: UncheckedRecipe,
  csv: string | undefined,
  first: number,
  count: number,
): readonly Recipe[] {
  const rows = recipeRows(value, csv, first);
  if (rows.count !== undefined && rows.count < count)
    throw new BenchError('USAGE', {
      problem: `From row ${first} on the table has ${rows.count} rows, and ${count} cards are chosen. Choose fewer cards, or add rows.`,
    });
  return Array.from({ length: count }, (_, row) => rows.at(row));
}

/** The text of a recipe file without a secret in clear. Throws USAGE for what will not do. */
export function sealedText(value: UncheckedRecipe): string {
  const problems = problemsOf(value).filter(({ severity }) => severity === 'error');
  if (problems.length > 0) throw invalid(problems.map(({ message }) => message));
  return formatRecipe(sealed(value as unknown as Recipe));
}

const sealed = (recipe: Recipe): Recipe => sealRecipe(recipe, length => randomBytes(length));
const invalid = (problems: readonly string[]): BenchError =>
  new BenchError('USAGE', { problem: `The settings for the card will not do: ${problems.join('; ')}.` });
