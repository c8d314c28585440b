/** Makes a recipe true on a medium: finds the boot partition, writes the files, reads them back and says what they will do. */
import { createHash } from 'node:crypto';
import { BenchError } from '../../errors.ts';
import type { BlockStore } from '../../media/block-store.ts';
import type { FatVolume } from '../../media/fat/volume.ts';
import { findFatVolumes } from '../../media/partitions.ts';
import { type FoundKind, type ImageKind, imageKind, TELLING } from './image-kind.ts';
import { INTENT_FILES, type Intent, type IntentTexts, intentOf, intentSentences } from './intent.ts';
import { PASSPORT_NAME, type Passport, passportText, readPassport } from './passport.ts';
import { type CardFile, type CardPlan, planCard } from './plan.ts';
import type { Recipe } from './recipe.ts';
import { sshFingerprint } from './seal.ts';

export interface CardPreview {
  readonly kind: ImageKind;
  /** What it was recognised as, and by what. */
  readonly says: string;
  /** Paths of the files that are written. */
  readonly files: readonly string[];
  readonly intent: Intent;
  /** What those files will do, for people. */
  readonly sentences: readonly string[];
  /** What of the recipe has no place there. */
  readonly cannot: readonly string[];
}

export interface CustomiseOptions {
  /** Files of this laptop that the recipe names `from`. */
  readonly load?: (name: string) => Promise<Uint8Array>;
  /** Written as BENCHBOOT.TXT beside the rest; its sentences are added here. */
  readonly passport?: Omit<Passport, 'sentences'>;
  readonly time?: Date;
}

/** Larger texts on a boot partition are none that a system takes settings from. */
const LONGEST_TEXT = 1024 * 1024;

/** What `customiseCard` would do; writes nothing. Throws NOT_CUSTOMISABLE. */
export async function previewCard(
  store: BlockStore,
  recipe: Recipe,
  options: CustomiseOptions = {},
): Promise<CardPreview> {
  const card = await openCard(store);
  const plan = await plannedFor(card, recipe, options);
  return describe(card, plan, overlaid(await textsOf(card.volume), plan.files));
}

/**
 * Writes the files of a sealed recipe and reads them back. Resolves to what the card itself says then. Throws
 * NOT_CUSTOMISABLE, FAT_FULL, CUSTOMISE_LOST when what is read back differs, and what the store throws.
 */
export async function customiseCard(
  store: BlockStore,
  recipe: Recipe,
  options: CustomiseOptions = {},
): Promise<CardPreview> {
  if (recipe.user?.password !== undefined || recipe.wifi?.passphrase !== undefined)
    throw new Error('a recipe with secrets in clear must be sealed before it is written');
  const card = await openCard(store);
  const plan = await plannedFor(card, recipe, options);
  const files = [...plan.files];
  if (options.passport) {
    const { sentences } = describe(card, plan, overlaid(await textsOf(card.volume), files));
    files.push({ path: PASSPORT_NAME, bytes: utf8(passportText({ ...options.passport, sentences })) });
  }
  for (const { path, bytes } of files) {
    const folder = path.split('/').slice(0, -1).join('/');
    if (folder !== '') await card.volume.makeFolder(folder, options.time);
    await card.volume.write(path, bytes, options.time);
  }
  // Opened anew: what is compared comes from the medium, not from what was kept while writing.
  const again = await openCard(store);
  for (const { path, bytes } of files) {
    const read = await again.volume.read(path).catch(() => undefined);
    if (!read || !same(read, bytes)) throw new BenchError('CUSTOMISE_LOST', { file: path });
  }
  return describe(again, { ...plan, files }, await textsOf(again.volume));
}

/** What a medium says about itself: its kind, its settings, and its passport when Benchboot wrote it. */
export async function readCard(
  store: BlockStore,
): Promise<(CardPreview & { readonly passport?: Passport }) | undefined> {
  const card = await openCard(store).catch(error => {
    if (error instanceof BenchError && error.code === 'NOT_CUSTOMISABLE') return undefined;
    throw error;
  });
  if (!card) return undefined;
  const text = await readText(card.volume, PASSPORT_NAME);
  const passport = text === undefined ? undefined : readPassport(text);
  return { ...describe(card, { files: [], cannot: [] }, await textsOf(card.volume)), ...(passport && { passport }) };
}

interface Card {
  readonly volume: FatVolume;
  readonly found: FoundKind;
}

/** The first FAT volume whose kind is known, else the first. */
async function openCard(store: BlockStore): Promise<Card> {
  const cards: Card[] = [];
  for (const { volume } of await findFatVolumes(store)) {
    const names = (await volume.list()).map(({ name }) => name);
    const texts = Object.fromEntries(
      await Promise.all(TELLING.map(async name => [name, await readText(volume, name)] as const)),
    );
    cards.push({ volume, found: imageKind({ label: volume.label, names, texts }) });
  }
  const card = cards.find(({ found }) => found.kind !== 'unknown') ?? cards[0];
  if (!card) throw new BenchError('NOT_CUSTOMISABLE', { reason: 'it has no FAT partition that could take settings' });
  return card;
}

async function plannedFor({ volume, found }: Card, recipe: Recipe, { load }: CustomiseOptions): Promise<CardPlan> {
  const names = (recipe.files ?? []).flatMap(({ from }) => (from === undefined ? [] : [from]));
  if (names.length > 0 && !load) throw new Error('this recipe takes files from the laptop, and nobody gives them');
  const loaded = new Map(await Promise.all(names.map(async name => [name, await load!(name)] as const)));
  const instanceId = `benchboot-${createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16)}`;
  return planCard(recipe, { kind: found.kind, texts: await textsOf(volume), instanceId, loaded });
}

function describe({ found }: Card, { files, cannot }: CardPlan, texts: IntentTexts): CardPreview {
  const intent = intentOf(texts);
  return {
    ...found,
    files: files.map(({ path }) => path),
    intent,
    sentences: intentSentences(intent, sshFingerprint),
    cannot,
  };
}

async function textsOf(volume: FatVolume): Promise<IntentTexts> {
  const entries = await Promise.all(INTENT_FILES.map(async name => [name, await readText(volume, name)] as const));
  return Object.fromEntries(entries.filter(([, text]) => text !== undefined));
}

function overlaid(texts: IntentTexts, files: readonly CardFile[]): IntentTexts {
  const known: readonly string[] = INTENT_FILES;
  const planned = files
    .filter(({ path }) => known.includes(path))
    .map(({ path, bytes }) => [path, new TextDecoder().decode(bytes)]);
  return { ...texts, ...Object.fromEntries(planned) };
}

async function readText(volume: FatVolume, path: string): Promise<string | undefined> {
  const entry = await volume.find(path);
  if (entry?.kind !== 'file' || entry.size > LONGEST_TEXT) return undefined;
  return new TextDecoder().decode(await volume.read(path, LONGEST_TEXT));
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && Buffer.compare(a, b) === 0;
