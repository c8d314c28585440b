/** What is remembered between runs, in the system's folder for settings. Safety overrides are not among it. */
import type * as v from 'valibot';
import { settingsPatch } from '../contract/bench-calls.ts';
import type { Settings } from '../contract/views.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';

export const DEFAULT_SETTINGS: Settings = { theme: 'system', nic: undefined, wish: {} };

export interface SettingsStore {
  get(): Settings;
  /** Throws FILE_UNWRITABLE; the change holds for this run all the same. */
  change(patch: v.InferOutput<typeof settingsPatch>): Promise<Settings>;
}

export async function openSettings(path: string, changed: () => void): Promise<SettingsStore> {
  const saved = await readJsonFile(path, settingsPatch);
  let settings: Settings = { ...DEFAULT_SETTINGS, ...saved };
  let writing: Promise<void> = Promise.resolve();
  return {
    get: () => settings,
    async change(patch) {
      settings = { ...settings, ...patch };
      changed();
      const now = settings;
      writing = writing.catch(() => undefined).then(() => writeJsonFile(path, now));
      await writing;
      return settings;
    },
  };
}
