/** iPXE's settings (core/settings.c): blocks of named values, how a name finds one, and how `${…}` expands. */
import { isSettingType, settingSpec } from './commands.ts';
import { TYPES } from './setting-types.ts';

export interface SettingName {
  /** Empty: all blocks. `netX` is written `net0`: the dry run's device has one interface. */
  readonly block: string;
  readonly name: string;
  readonly type: string | undefined;
}

/** `[block/]name[:type]`; undefined when the type is unknown, which makes iPXE treat the whole as empty. */
export function readSettingName(text: string): SettingName | undefined {
  const slash = text.indexOf('/');
  const block = slash < 0 ? '' : text.slice(0, slash);
  const rest = text.slice(slash + 1);
  const colon = rest.indexOf(':');
  const type = colon < 0 ? undefined : rest.slice(colon + 1);
  if (type !== undefined && !isSettingType(type)) return undefined;
  const name = colon < 0 ? rest : rest.slice(0, colon);
  return {
    block: block.replace(/^netX(?=$|\.)/, 'net0').replace(/^(dhcp|proxydhcp|pxebs)$/, 'net0.$1'),
    name: settingSpec(name)?.name ?? name,
    type,
  };
}

interface Stored {
  readonly bytes: Uint8Array;
  readonly type: string | undefined;
}

/** An expanded word longer than this would not fit iPXE's heap beside anything else. */
const LONGEST_WORD = 64 * 1024;
const MOST_EXPANSIONS = 1000;

export class Settings {
  /** In the order in which a name without a block looks through them. */
  readonly #blocks = new Map<string, Map<string, Stored>>([['', new Map()]]);
  #fingerprint: string | undefined;

  /** Deletes it when `value` is empty. False when the value is none of the setting's type. */
  set({ block, name, type }: SettingName, value: string): boolean {
    const kind = type ?? settingSpec(name)?.type ?? 'string';
    if (value === '') {
      this.#blocks.get(block)?.delete(name);
      this.#fingerprint = undefined;
      return true;
    }
    const bytes = TYPES[kind]?.parse?.(value);
    if (!bytes) return false;
    this.#store(block, name, { bytes, type: kind });
    return true;
  }

  get({ block, name, type }: SettingName): string | undefined {
    const stored = this.#find(block, name);
    if (!stored) return undefined;
    return TYPES[this.typeOf({ block, name, type })]?.format(stored.bytes);
  }

  /** The type it prints in. */
  typeOf({ block, name, type }: SettingName): string {
    return type ?? settingSpec(name)?.type ?? this.#find(block, name)?.type ?? 'string';
  }

  /** `inc`: what is not there counts from zero as int32. False when the setting holds no number. */
  increment({ block, name, type }: SettingName, by: number): boolean {
    const stored = this.#find(block, name);
    const kind = type ?? settingSpec(name)?.type ?? stored?.type ?? 'int32';
    const numeric = TYPES[kind];
    if (!numeric?.fromNumber || !numeric.number) return false;
    const now = stored ? numeric.number(stored.bytes) : 0;
    this.#store(block, name, { bytes: numeric.fromNumber(now + by), type: kind });
    return true;
  }

  /** Replaces every `${…}`, innermost first, and again in what came out, as expand_settings() does. */
  expand(text: string): string {
    let now = text;
    for (let count = 0; now.includes('${') && count < MOST_EXPANSIONS && now.length <= LONGEST_WORD; count++) {
      const end = closing(now);
      if (!end) break;
      const name = readSettingName(now.slice(end.start + 2, end.at));
      const value = (name && this.get(name)) ?? '';
      now = now.slice(0, end.start) + value + now.slice(end.at + 1);
    }
    return now;
  }

  /** The same for equal contents: how a loop that changes nothing is recognised. */
  fingerprint(): string {
    this.#fingerprint ??= [...this.#blocks]
      .flatMap(([block, values]) => [...values].map(([name, { bytes, type }]) => `${block}/${name}:${type}=${bytes}`))
      .sort()
      .join('\n');
    return this.#fingerprint;
  }

  #store(block: string, name: string, stored: Stored): void {
    const values = this.#blocks.get(block) ?? new Map<string, Stored>();
    this.#blocks.set(block, values);
    values.set(name, stored);
    this.#fingerprint = undefined;
  }

  #find(block: string, name: string): Stored | undefined {
    for (const [path, values] of this.#blocks) {
      const stored = block === '' || path === block || path.startsWith(`${block}.`) ? values.get(name) : undefined;
      if (stored) return stored;
    }
    return undefined;
  }
}

/** The first closing brace after a `${`, and the last `${` before it. */
function closing(text: string): { start: number; at: number } | undefined {
  const first = text.indexOf('${');
  const at = first < 0 ? -1 : text.indexOf('}', first + 2);
  return at < 0 ? undefined : { start: text.lastIndexOf('${', at), at };
}
