/**
 * Which machine gets which script, by the script's name: chosen by a person, given to the bench that serves and to each one
 * that starts while this program runs. After a crash they come back with the bench; a new day begins without them, because
 * a script that erases disks must not wait for whoever plugs in a board.
 */
import { rm } from 'node:fs/promises';
import type { Mac } from 'node-dhcpd-lite';
import * as v from 'valibot';
import type { ScriptChoice } from '../contract/ipxe-calls.ts';
import { BenchError } from '../errors.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';

const file = v.array(v.strictObject({ to: v.string(), name: v.string(), at: v.number() }));

/** What a choice is given to; `Bench` is one. */
export interface Giver {
  setScript(device: Mac | 'default', text: string | undefined): void;
}

export interface ScriptChoicesParts {
  readonly path: string;
  /** The bench that serves now. */
  readonly bench: () => Giver | undefined;
  /** The saved text of a script; undefined: there is none. */
  readonly textOf: (name: string) => Promise<string | undefined>;
  readonly changed: () => void;
  readonly now: () => number;
}

export class ScriptChoices {
  readonly #parts: ScriptChoicesParts;
  #choices: readonly ScriptChoice[] = [];

  constructor(parts: ScriptChoicesParts) {
    this.#parts = parts;
  }

  get all(): readonly ScriptChoice[] {
    return this.#choices;
  }

  /** Takes up what an engine that died had given. */
  async recall(): Promise<void> {
    this.#choices = (await readJsonFile(this.#parts.path, file)) ?? [];
    this.#parts.changed();
  }

  /** What an earlier run had given is no more. */
  async forget(): Promise<void> {
    this.#choices = [];
    this.#parts.changed();
    await rm(this.#parts.path, { force: true }).catch(() => undefined);
  }

  /** Throws USAGE for a script that is not saved, IPXE_SCRIPT for one that no machine would take; nothing is changed then. */
  async give(to: Mac | 'default', name: string | undefined): Promise<void> {
    const text = name === undefined ? undefined : await this.#parts.textOf(name);
    if (name !== undefined && text === undefined)
      throw new BenchError('USAGE', { problem: `The script "${name}" is not saved. Save it, then serve it.` });
    this.#parts.bench()?.setScript(to, text);
    const others = this.#choices.filter(choice => choice.to !== to);
    await this.#become(name === undefined ? others : [...others, { to, name, at: this.#parts.now() }]);
  }

  /** A script was saved: whoever gets it gets the new text. Throws IPXE_SCRIPT; they keep the old one then. */
  async saved(name: string): Promise<void> {
    const text = await this.#parts.textOf(name);
    for (const { to } of this.#of(name)) this.#parts.bench()?.setScript(to as Mac, text);
  }

  async renamed(from: string, to: string): Promise<void> {
    if (this.#of(from).length === 0) return;
    await this.#become(this.#choices.map(choice => (choice.name === from ? { ...choice, name: to } : choice)));
  }

  async deleted(name: string): Promise<void> {
    for (const { to } of this.#of(name)) await this.give(to as Mac, undefined);
  }

  /** A bench began: it gets what was chosen before. A script that is gone or broken is passed over. */
  async started(bench: Giver): Promise<void> {
    for (const { to, name } of this.#choices) {
      const text = await this.#parts.textOf(name).catch(() => undefined);
      try {
        if (text !== undefined) bench.setScript(to as Mac, text);
      } catch (error) {
        if (!(error instanceof BenchError)) throw error;
        await this.#become(this.#choices.filter(choice => choice.to !== to));
      }
    }
  }

  #of(name: string): readonly ScriptChoice[] {
    return this.#choices.filter(choice => choice.name === name);
  }

  async #become(choices: readonly ScriptChoice[]): Promise<void> {
    this.#choices = choices;
    this.#parts.changed();
    // Only a crash would miss it.
    await writeJsonFile(this.#parts.path, choices).catch(() => undefined);
  }
}
