/** What people wrote about devices, by device id, kept between runs. */
import * as v from 'valibot';
import type { DeviceNote } from '../contract/views.ts';
import type { TableSource } from '../rpc/view-feed.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';

const file = v.record(v.string(), v.strictObject({ text: v.string(), at: v.number() }));

/** The oldest note goes when there are more. */
const MOST_NOTES = 2_000;

export interface Notes extends TableSource<DeviceNote> {
  /** An empty text takes the note away. Throws FILE_UNWRITABLE. */
  write(device: string, text: string, at: number): Promise<void>;
}

export async function openNotes(path: string, changed: (device: string) => void): Promise<Notes> {
  const notes = new Map<string, DeviceNote>(Object.entries((await readJsonFile(path, file)) ?? {}));
  let writing: Promise<void> = Promise.resolve();
  return {
    keys: () => notes.keys(),
    get: device => notes.get(device),
    async write(device, text, at) {
      notes.delete(device);
      if (text.trim() !== '') notes.set(device, { text, at });
      if (notes.size > MOST_NOTES) notes.delete(notes.keys().next().value!);
      changed(device);
      writing = writing.catch(() => undefined).then(() => writeJsonFile(path, Object.fromEntries(notes)));
      await writing;
    },
  };
}
