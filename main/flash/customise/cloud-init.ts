/** cloud-init's NoCloud files. Each is JSON, which is YAML: nothing in a name or a key can break out of it. */
import type { JsonValue } from '../../kit/json-source.ts';
import type { Recipe } from './recipe.ts';

type Values = Readonly<Record<string, JsonValue>>;

const HEAD = '#cloud-config\n';
const text = (value: Values): string => `${JSON.stringify(value, null, 2)}\n`;

/** Without the entries that are undefined. */
const given = (values: Readonly<Record<string, JsonValue | undefined>>): Values =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined));

export function userData(recipe: Recipe, sshOn: boolean): string {
  const { hostname, user, ssh, locale, cloudInit } = recipe;
  const keys = user?.sshKeys?.map(key => key.trim()) ?? [];
  const commands = sshOn ? [['systemctl', 'enable', '--now', 'ssh']] : [];
  const values = given({
    hostname,
    manage_etc_hosts: hostname === undefined ? undefined : true,
    // `user` is put over the system's own first user and keeps its groups; `users` would replace it.
    user: user && {
      ...given({
        name: user.name,
        shell: '/bin/bash',
        lock_passwd: user.passwordHash === undefined || user.passwordHash === '!',
        passwd: user.passwordHash === '!' ? undefined : user.passwordHash,
        ssh_authorized_keys: keys.length > 0 ? keys : undefined,
      }),
      // Null takes away what the system's own first user may do without a password.
      sudo: user.sudoWithoutPassword ? 'ALL=(ALL) NOPASSWD:ALL' : null,
    },
    ssh_pwauth: user || ssh ? (ssh?.passwordLogin ?? keys.length === 0) : undefined,
    locale: locale?.language,
    timezone: locale?.timezone,
    keyboard: locale?.keyboard === undefined ? undefined : { model: 'pc105', layout: locale.keyboard },
    runcmd: commands.length > 0 ? commands : undefined,
  });
  return HEAD + text(joined(values, cloudInit ?? {}));
}

/** Undefined when DHCP on the wire is all that is wanted, which every system does by itself. */
export function networkConfig({ network, wifi }: Recipe): string | undefined {
  if (!network && !wifi) return undefined;
  const port = network?.interface ?? 'eth0';
  const fixed = network && {
    ...given({
      addresses: [network.address],
      routes: network.gateway === undefined ? undefined : [{ to: 'default', via: network.gateway }],
      nameservers: network.dns && network.dns.length > 0 ? { addresses: network.dns } : undefined,
    }),
    dhcp4: false,
    optional: true,
  };
  const air = wifi && {
    ...given({ 'regulatory-domain': wifi.country }),
    dhcp4: true,
    optional: true,
    // 64 hex digits are taken as the key itself.
    'access-points': {
      [wifi.ssid]: given({
        password: wifi.psk,
        hidden: wifi.hidden,
        auth: wifi.psk ? undefined : { 'key-management': 'none' },
      }),
    },
  };
  return text({
    network: {
      version: 2,
      // A file of ours replaces the system's own, so the wire is named even when only the air was asked for.
      ethernets: { [port]: fixed ?? { dhcp4: true, optional: true } },
      ...(air && { wifis: { wlan0: air } }),
    },
  });
}

export const metaData = (instanceId: string, hostname: string | undefined): string =>
  text(given({ 'instance-id': instanceId, 'local-hostname': hostname }));

/** The values of a file that Benchboot wrote; undefined for other YAML. */
export function yamlValues(file: string): Values | undefined {
  try {
    const value: unknown = JSON.parse(file.replace(/^#cloud-config\r?\n/, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : undefined;
  } catch {
    return undefined;
  }
}

/** Objects are merged, lists joined, anything else is replaced by what `over` says. */
export function joined(base: Values, over: Values): Values {
  const result: Record<string, JsonValue> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const before = Object.hasOwn(result, name) ? result[name] : undefined;
    if (Array.isArray(before) && Array.isArray(value)) result[name] = [...before, ...value];
    else if (isObject(before) && isObject(value)) result[name] = joined(before, value);
    else result[name] = value;
  }
  return result;
}

const isObject = (value: JsonValue | undefined): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
