/** What was written to which card, one JSON object a line in the state folder: kept when everything else is forgotten. */
import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchError, systemCode } from '../errors.ts';

export interface FlashRecord {
  /** ISO time of its end. */
  readonly t: string;
  readonly action: 'flash' | 'read' | 'probe';
  readonly result: 'done' | 'failed' | 'cancelled';
  /** Name of the image. */
  readonly image?: string;
  /** Of the decoded image, 64 hex digits. */
  readonly sha256?: string;
  /** The drive in words, and what tells it from others. */
  readonly drive: string;
  readonly serial?: string;
  readonly size?: number;
  readonly seconds?: number;
  /** Why it failed. */
  readonly reason?: string;
  /** What was customised, as sentences. */
  readonly sentences?: readonly string[];
}

export interface History {
  /** The newest first. */
  list(limit?: number): Promise<readonly FlashRecord[]>;
  /** Throws FILE_UNWRITABLE. */
  add(record: FlashRecord): Promise<void>;
}

const MOST = 5000;

export function openHistory(stateFolder: string): History {
  const path = join(stateFolder, 'flash-history.jsonl');

  const lines = async (): Promise<string[]> => {
    try {
      return (await readFile(path, 'utf8')).split('\n').filter(Boolean);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return [];
      throw new BenchError('FILE_UNREADABLE', { path, reason: (error as Error).message }, { cause: error });
    }
  };

  return {
    async list(limit = MOST) {
      return (await lines()).flatMap(parse).slice(-limit).reverse();
    },
    async add(record) {
      try {
        await mkdir(stateFolder, { recursive: true });
        await appendFile(path, `${JSON.stringify(record)}\n`, { mode: 0o600 });
        const all = await lines();
        if (all.length <= MOST * 1.2) return;
        await writeFile(`${path}.new`, `${all.slice(-MOST).join('\n')}\n`, { mode: 0o600 });
        await rename(`${path}.new`, path);
      } catch (error) {
        if (error instanceof BenchError) throw error;
        throw new BenchError('FILE_UNWRITABLE', { path, reason: (error as Error).message }, { cause: error });
      }
    },
  };
}

/** A line that was cut short by a crash is no record. */
function parse(line: string): FlashRecord[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 't' in value && 'action' in value
      ? [value as FlashRecord]
      : [];
  } catch {
    return [];
  }
}
