/**
 * The iPXE scripts of a person: files `<name>.ipxe` in a folder that anybody can look into, and beside them what was typed
 * and not saved, which outlives every window. Knows no bench.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { SavedScript, ScriptTexts, ScriptView } from '../contract/ipxe-calls.ts';
import { BenchError, systemCode } from '../errors.ts';
import { decodeScript, encodeScript, LARGEST_SCRIPT } from '../ipxe/script/index.ts';
import type { TableSource } from '../rpc/view-feed.ts';
import { saveFile } from '../save-file.ts';
import { LazyFile, readJsonFile } from './json-file.ts';

const drafts = v.record(v.string(), v.strictObject({ text: v.string(), at: v.number() }));
type Drafts = v.InferOutput<typeof drafts>;

const ENDING = '.ipxe';
/** Longer names than the contract allows are somebody else's files. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}_ .()+-]{0,79}$/u;
/** A power cut loses no more typing than this. */
const QUIET_MS = 300;

export interface ScriptStoreParts {
  /** Of the scripts; made when the first one is saved. */
  readonly folder: string;
  /** JSON file of what is not saved. */
  readonly draftsFile: string;
  readonly changed: (name: string) => void;
  readonly now: () => number;
}

export class ScriptStore implements TableSource<ScriptView> {
  readonly #parts: ScriptStoreParts;
  readonly #saved = new Map<string, SavedScript>();
  readonly #drafts: Map<string, Drafts[string]>;
  readonly #file: LazyFile;

  static async open(parts: ScriptStoreParts): Promise<ScriptStore> {
    const store = new ScriptStore(parts, (await readJsonFile(parts.draftsFile, drafts)) ?? {});
    for (const [name, saved] of await store.#find()) store.#saved.set(name, saved);
    return store;
  }

  private constructor(parts: ScriptStoreParts, left: Drafts) {
    this.#parts = parts;
    this.#drafts = new Map(Object.entries(left).filter(([name]) => NAME.test(name)));
    const read = () => Object.fromEntries(this.#drafts);
    this.#file = new LazyFile(parts.draftsFile, read, () => undefined, QUIET_MS);
  }

  keys(): Iterable<string> {
    return [...new Set([...this.#saved.keys(), ...this.#drafts.keys()])].sort((a, b) =>
      a.localeCompare(b, 'en', { numeric: true }),
    );
  }

  get(name: string): ScriptView | undefined {
    const saved = this.#saved.get(name);
    const draft = this.#drafts.get(name)?.at;
    if (!saved && draft === undefined) return undefined;
    return { name, ...(saved && { saved }), ...(draft !== undefined && { draft }) };
  }

  /** Reads the folder again. */
  async look(): Promise<void> {
    const found = await this.#find();
    for (const name of new Set([...this.#saved.keys(), ...found.keys()])) this.#know(name, found.get(name));
  }

  async texts(name: string): Promise<ScriptTexts> {
    const file = await this.#read(name);
    const draft = this.#drafts.get(name)?.text;
    this.#know(name, file?.saved);
    return { ...(file && { saved: { ...file.saved, text: file.text } }), ...(draft !== undefined && { draft }) };
  }

  draft(name: string, text: string | undefined): void {
    if (text === undefined) this.#drafts.delete(name);
    else this.#drafts.set(name, { text, at: this.#parts.now() });
    this.#parts.changed(name);
    this.#file.changed();
  }

  /** Throws SCRIPT_CHANGED or FILE_UNWRITABLE; the draft stays then. */
  async save(name: string, text: string, knows: string | undefined): Promise<SavedScript> {
    const before = await this.#read(name);
    this.#know(name, before?.saved);
    if (before && before.saved.sha256 !== knows) throw new BenchError('SCRIPT_CHANGED', { script: name });
    const { folder } = this.#parts;
    // A folder that cannot be made shows when the file in it is written.
    await mkdir(folder, { recursive: true }).catch(() => undefined);
    const isLatin1 = before?.encoding === 'latin1' && !/[^\0-\xff]/.test(text);
    await saveFile(this.#path(name), encodeScript({ text, encoding: isLatin1 ? 'latin1' : 'utf-8' }));
    const { saved } = (await this.#read(name))!;
    this.#saved.set(name, saved);
    this.draft(name, undefined);
    return saved;
  }

  /** Throws FILE_EXISTS when there is one of that name. */
  async rename(from: string, to: string): Promise<void> {
    if (from === to) return;
    if (this.get(to) || (await this.#read(to))) throw new BenchError('FILE_EXISTS', { path: `${to}${ENDING}` });
    if (await this.#read(from)) await this.#change(from, () => rename(this.#path(from), this.#path(to)));
    const saved = this.#saved.get(from);
    const draft = this.#drafts.get(from);
    if (saved) this.#saved.set(to, saved);
    if (draft) this.#drafts.set(to, draft);
    this.#forget(from);
    this.#parts.changed(to);
  }

  async delete(name: string): Promise<void> {
    await this.#change(name, () => rm(this.#path(name), { force: true }));
    this.#forget(name);
  }

  /** Writes what waits. */
  close(): Promise<void> {
    return this.#file.flush();
  }

  async #find(): Promise<Map<string, SavedScript>> {
    const found = new Map<string, SavedScript>();
    for (const file of await readdir(this.#parts.folder).catch(() => [])) {
      const name = file.slice(0, -ENDING.length);
      if (!file.endsWith(ENDING) || !NAME.test(name)) continue;
      const read = await this.#read(name).catch(() => undefined);
      if (read) found.set(name, read.saved);
    }
    return found;
  }

  #forget(name: string): void {
    this.#saved.delete(name);
    this.#drafts.delete(name);
    this.#parts.changed(name);
    this.#file.changed();
  }

  #know(name: string, saved: SavedScript | undefined): void {
    if (this.#saved.get(name)?.sha256 === saved?.sha256) return;
    if (saved) this.#saved.set(name, saved);
    else this.#saved.delete(name);
    this.#parts.changed(name);
  }

  async #change(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw new BenchError(
        'FILE_UNWRITABLE',
        { path: this.#path(name), reason: (error as Error).message },
        { cause: error },
      );
    }
  }

  #path(name: string): string {
    return join(this.#parts.folder, `${name}${ENDING}`);
  }

  /** Undefined: there is no such file. Throws FILE_UNREADABLE. */
  async #read(name: string) {
    const path = this.#path(name);
    try {
      const { size, mtimeMs } = await stat(path);
      if (size > LARGEST_SCRIPT) throw new Error('it is far too long for a script');
      const bytes = await readFile(path);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { ...decodeScript(bytes), saved: { size: bytes.length, at: Math.round(mtimeMs), sha256 } };
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw new BenchError('FILE_UNREADABLE', { path, reason: (error as Error).message }, { cause: error });
    }
  }
}
