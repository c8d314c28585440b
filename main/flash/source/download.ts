/**
 * Fetches an image into a folder, going on where an earlier try ended (RFC 9110, sections 13.1.5 and 14). The file gets
 * its name when it is whole; one that is there already is only asked after.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BenchError, systemCode } from '../../errors.ts';
import type { Clock } from '../../host/host.ts';
import { bmapNames } from './image.ts';

export interface DownloadOptions {
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Octets here so far, and of the whole as far as known. */
  progress(bytes: number, total: number | undefined): void;
}

/** Tries in a row that bring nothing; a server that sends is asked on for ever. */
const TRIES = 5;
/** Milliseconds without an octet before a connection is given up. */
const SILENCE = 30_000;

/** What is known of a download, beside it. */
interface Facts {
  readonly url: string;
  readonly etag?: string;
  readonly modified?: string;
}

/** Resolves to the file. Throws DOWNLOAD_FAILED or DISK_FULL; what has arrived is kept. */
export async function download(url: string, options: DownloadOptions): Promise<string> {
  await mkdir(options.folder, { recursive: true });
  const path = join(options.folder, fileName(url));
  await fetchFile(url, path, options);
  await fetchBmap(url, path, options);
  return path;
}

/** Two URLs never share a file. */
function fileName(url: string): string {
  const { pathname } = new URL(url);
  const name =
    basename(safeDecode(pathname))
      .replace(/[^\w.+-]/g, '_')
      .replace(/^\.+/, '') || 'image';
  return `${createHash('sha256').update(url).digest('hex').slice(0, 8)}-${name.slice(-100)}`;
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function fetchFile(url: string, path: string, options: DownloadOptions): Promise<void> {
  const part = `${path}.part`;
  const failed = (reason: string) => new BenchError('DOWNLOAD_FAILED', { url, reason });
  for (let tries = 0; ; ) {
    const before = await sizeOf(part);
    try {
      if (await fetchOnce(url, path, part, options)) return;
    } catch (error) {
      options.signal.throwIfAborted();
      if (systemCode(error) === 'ENOSPC')
        throw new BenchError('DISK_FULL', { path, needed: undefined, free: undefined });
      if (error instanceof BenchError) throw error;
      tries = (await sizeOf(part)) > before ? 0 : tries + 1;
      const cause = (error as { cause?: Error }).cause;
      if (tries >= TRIES) throw failed(cause?.message || (error as Error).message);
      await pause(options.clock, 250 * 2 ** tries, options.signal);
    }
  }
}

/** One request. True: the file is whole. */
async function fetchOnce(url: string, path: string, part: string, options: DownloadOptions): Promise<boolean> {
  const failed = (reason: string) => new BenchError('DOWNLOAD_FAILED', { url, reason });
  const whole = await factsOf(path);
  const begun = await factsOf(part);
  const have = begun ? await sizeOf(part) : 0;
  const validator = begun?.etag && !begun.etag.startsWith('W/') ? begun.etag : begun?.modified;
  // A .part that nothing identifies cannot be continued.
  const resume = !whole && have > 0 && validator !== undefined;
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (whole?.etag) headers['if-none-match'] = whole.etag;
  else if (whole?.modified) headers['if-modified-since'] = whole.modified;
  else if (resume) {
    headers.range = `bytes=${have}-`;
    headers['if-range'] = validator;
  }
  const silence = new AbortController();
  let cancelSilence = options.clock.after(SILENCE, () => silence.abort(new Error('the server fell silent')));
  const heard = (): void => {
    cancelSilence();
    cancelSilence = options.clock.after(SILENCE, () => silence.abort(new Error('the server fell silent')));
  };
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.any([options.signal, silence.signal]) });
    if (response.status === 304) return true;
    if (response.status === 416 && resume) {
      await rm(part, { force: true });
      throw new Error('the server has another file now');
    }
    if (response.status >= 500 || response.status === 429) throw new Error(`the server answers ${response.status}`);
    if (!response.ok || !response.body)
      throw failed(`the server answers ${response.status} ${response.statusText}`.trim());
    const at = response.status === 206 ? rangeStart(response.headers.get('content-range')) : 0;
    if (at === undefined || (at !== 0 && at !== have))
      throw new Error('the server sends another part than was asked for');
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = Number.isFinite(length) ? at + length : undefined;
    await ensureSpace(path, options.folder, Number.isFinite(length) ? length : undefined);
    await writeFile(`${part}.json`, JSON.stringify(newFacts(url, response.headers)));
    const got = await receive(response.body, part, at, bytes => {
      heard();
      options.progress(bytes, total);
    });
    if (total !== undefined && got !== total) throw new Error('the connection ended early');
    await rename(part, path);
    await rename(`${part}.json`, `${path}.json`);
    return true;
  } finally {
    cancelSilence();
  }
}

async function receive(
  body: ReadableStream<Uint8Array>,
  part: string,
  at: number,
  progress: (bytes: number) => void,
): Promise<number> {
  const file = await open(part, at === 0 ? 'w' : 'r+');
  try {
    await file.truncate(at);
    let position = at;
    for await (const bytes of body as unknown as AsyncIterable<Uint8Array>) {
      for (let done = 0; done < bytes.length; )
        done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
      position += bytes.length;
      progress(position);
    }
    await file.sync();
    return position;
  } finally {
    await file.close();
  }
}

/** A block map is welcome, not needed: whatever goes wrong with it, the image is there. */
async function fetchBmap(url: string, path: string, { signal }: DownloadOptions): Promise<void> {
  const beside = bmapNames(new URL(url).pathname);
  for (const [i, file] of bmapNames(path).entries()) {
    const address = new URL(url);
    address.pathname = beside[i] ?? '';
    try {
      const response = await fetch(address, { signal });
      const text = response.ok ? await response.text() : '';
      if (!/<bmap\s/.test(text)) continue;
      await writeFile(file, text, 'latin1');
      return;
    } catch {
      signal.throwIfAborted();
    }
  }
}

async function ensureSpace(path: string, folder: string, needed: number | undefined): Promise<void> {
  if (needed === undefined) return;
  const { bavail, bsize } = await statfs(folder);
  if (needed > bavail * bsize) throw new BenchError('DISK_FULL', { path, needed, free: bavail * bsize });
}

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => undefined))?.size ?? 0;

async function factsOf(path: string): Promise<Facts | undefined> {
  if ((await sizeOf(path)) === 0) return undefined;
  try {
    return JSON.parse(await readFile(`${path}.json`, 'utf8')) as Facts;
  } catch {
    return undefined;
  }
}

function newFacts(url: string, headers: Headers): Facts {
  const etag = headers.get('etag');
  const modified = headers.get('last-modified');
  return { url, ...(etag ? { etag } : {}), ...(modified ? { modified } : {}) };
}

/** `bytes 100-199/200` → 100. */
const rangeStart = (text: string | null): number | undefined => {
  const match = /^bytes (\d+)-/.exec(text ?? '');
  return match ? Number(match[1]) : undefined;
};

const pause = (clock: Clock, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const cancel = clock.after(ms, resolve);
    signal.addEventListener('abort', () => {
      cancel();
      reject(signal.reason as Error);
    });
  });
