/** Images on this laptop: those at hand, and what one of them is. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ImageFile, ImageView } from '../contract/flash-views.ts';
import { BenchError } from '../errors.ts';
import { readCard } from '../flash/customise/customise.ts';
import { isUrl } from '../flash/flash-drives.ts';
import { inspectImage } from '../flash/source/image.ts';
import { publishedSum } from '../flash/source/published-sum.ts';
import { openFileStore } from '../media/file-store.ts';

export interface ImageFolder {
  readonly path: string;
  readonly where: ImageFile['where'];
}

const IMAGE = /\.(img|iso|raw|wic|sdcard)(\.(gz|xz|zst|zstd|bz2|zip))?$|\.(img|iso|raspios\S*)\.?zip$/i;
/** Archives are named as anything; small ones are hardly disk images. */
const ARCHIVE = /\.(xz|zst|zip)$/i;
const LEAST_ARCHIVE = 50e6;
const MOST = 40;

/** The newest first. Folders that are not there hold none. */
export async function listImages(folders: readonly ImageFolder[]): Promise<readonly ImageFile[]> {
  const found = await Promise.all(folders.map(imagesIn));
  return found
    .flat()
    .sort((a, b) => b.modified - a.modified)
    .slice(0, MOST);
}

async function imagesIn({ path: folder, where }: ImageFolder): Promise<readonly ImageFile[]> {
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(
    names
      .filter(name => IMAGE.test(name) || ARCHIVE.test(name))
      .map(async (name): Promise<ImageFile[]> => {
        const path = join(folder, name);
        const facts = await stat(path).catch(() => undefined);
        if (!facts?.isFile() || (!IMAGE.test(name) && facts.size < LEAST_ARCHIVE)) return [];
        return [{ path, name, size: facts.size, modified: facts.mtimeMs, where }];
      }),
  );
  return files.flat();
}

/** Throws what `inspectImage` throws; USAGE for what is no URL. */
export async function lookAtImage(image: string, entry: string | undefined): Promise<ImageView> {
  if (isUrl(image)) {
    if (!URL.canParse(image)) throw new BenchError('USAGE', { problem: `"${image}" is no URL. Copy it once more.` });
    return { image, name: decodeURIComponent(basename(new URL(image).pathname)) || image };
  }
  const { path, name, format, fileSize, size, estimate, bmap } = await inspectImage(image, { entry });
  const [published, setUp] = await Promise.all([
    publishedSum(path),
    format === 'raw' ? setUpOf(path).catch(() => undefined) : undefined,
  ]);
  return {
    image,
    name,
    format,
    fileSize,
    ...(size !== undefined && { size }),
    ...(estimate !== undefined && { estimate }),
    ...(bmap && { bmap: { path: bmap.path, mapped: bmap.mapped } }),
    ...(published && { published }),
    ...(setUp && { setUp }),
  };
}

/** What it takes its first settings from; undefined without a FAT partition. */
async function setUpOf(path: string): Promise<ImageView['setUp']> {
  const store = await openFileStore(path);
  try {
    const card = await readCard(store);
    return card && { kind: card.kind, says: card.says };
  } finally {
    await store.close();
  }
}
