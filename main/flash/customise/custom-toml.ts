/** `custom.toml` of Raspberry Pi OS Bookworm (its init_config, version 1), written and read back. */
import type { Recipe } from './recipe.ts';

type Value = string | boolean | number | readonly string[];
/** `section.key` -> value. */
export type TomlValues = Readonly<Record<string, Value>>;

/** A JSON string is a TOML basic string, and a list of them a TOML array. */
const written = (value: Value): string => JSON.stringify(value);

export function customToml(recipe: Recipe, sshOn: boolean): string {
  const { hostname, user, ssh, wifi, locale } = recipe;
  const keys = user?.sshKeys?.map(key => key.trim()) ?? [];
  const sections: Record<string, Record<string, Value | undefined>> = {
    system: { hostname },
    // Without a password the system locks the user; its keys still let it in.
    user: user ? { name: user.name, password: user.passwordHash ?? '!', password_encrypted: true } : {},
    ssh: {
      enabled: sshOn,
      password_authentication: ssh?.passwordLogin ?? keys.length === 0,
      ...(keys.length > 0 && { authorized_keys: keys }),
    },
    wlan: wifi
      ? {
          ssid: wifi.ssid,
          password: wifi.psk,
          password_encrypted: wifi.psk ? true : undefined,
          hidden: wifi.hidden,
          country: wifi.country,
        }
      : {},
    locale: { keymap: locale?.keyboard, timezone: locale?.timezone },
  };
  const texts = Object.entries(sections).flatMap(([name, values]) => {
    const lines = Object.entries(values).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key} = ${written(value)}`],
    );
    return lines.length === 0 ? [] : [`[${name}]\n${lines.join('\n')}\n`];
  });
  return ['# Written by Benchboot. Read once, at the first start.\nconfig_version = 1\n', ...texts].join('\n');
}

/** The values of a file that `customToml` wrote; what is written otherwise is left out. */
export function tomlValues(text: string): TomlValues {
  const values: Record<string, Value> = {};
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    section = /^\[(\w+)\]$/.exec(line)?.[1] ?? section;
    const [, key, value] = /^(\w+) = (.+)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) continue;
    try {
      values[section === '' ? key : `${section}.${key}`] = JSON.parse(value) as Value;
    } catch {
      // Not ours: shown as absent rather than guessed.
    }
  }
  return values;
}
