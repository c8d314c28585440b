/**
 * What the files of a boot partition will do to the system on it, read from those files alone and said in sentences: the
 * proof that a customisation is on the card, and the preview of one that is not yet.
 */

import type { JsonValue } from '../../kit/json-source.ts';
import { printable } from '../../kit/printable.ts';
import { cmdlineWords, configLines } from './boot-text.ts';
import { yamlValues } from './cloud-init.ts';
import { tomlValues } from './custom-toml.ts';
import { scriptVariables } from './shell.ts';

export interface Intent {
  readonly hostname?: string;
  readonly user?: string;
  readonly password?: 'set' | 'none';
  /** Lines of authorized_keys. */
  readonly sshKeys?: readonly string[];
  readonly ssh?: boolean;
  readonly wifi?: { readonly ssid: string; readonly open: boolean; readonly country?: string };
  readonly language?: string;
  readonly timezone?: string;
  readonly keyboard?: string;
  readonly network?: {
    readonly interface: string;
    readonly address: string;
    readonly gateway?: string;
    readonly dns?: string;
  };
  readonly serialConsole?: boolean;
  readonly usbBoot?: boolean;
}

/** Names of the files that `intentOf` looks at. */
export const INTENT_FILES = [
  'custom.toml',
  'firstrun.sh',
  'userconf.txt',
  'userconf',
  'ssh',
  'user-data',
  'meta-data',
  'network-config',
  'ignition/config.ign',
  'cmdline.txt',
  'config.txt',
] as const;

export type IntentTexts = Readonly<Partial<Record<(typeof INTENT_FILES)[number], string>>>;

/** Files that Benchboot did not write are read as far as they are understood; the rest is left out. */
export function intentOf(texts: IntentTexts): Intent {
  return given({
    ...fromUserconf(texts.userconf ?? texts['userconf.txt']),
    ...(texts.ssh === undefined ? {} : { ssh: true }),
    ...fromToml(texts['custom.toml']),
    ...fromScript(texts['firstrun.sh'], texts['cmdline.txt']),
    ...fromCloudInit(texts['user-data'], texts['network-config']),
    ...fromIgnition(texts['ignition/config.ign']),
    ...fromBoot(texts['cmdline.txt'], texts['config.txt']),
  });
}

type Draft = { readonly [K in keyof Intent]: Intent[K] | undefined };

const given = (draft: Draft): Intent =>
  Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined)) as Intent;

const isSet = (hash: string | undefined): 'set' | 'none' =>
  hash === undefined || /^[!*]?$/.test(hash) ? 'none' : 'set';

function fromUserconf(text: string | undefined): Draft {
  const [, user, hash] = /^([^:\s]+):(\S*)/.exec(text ?? '') ?? [];
  return user === undefined ? {} : { user, password: isSet(hash) };
}

function fromToml(text: string | undefined): Draft {
  if (text === undefined) return {};
  const values = tomlValues(text);
  const string = (name: string): string | undefined =>
    typeof values[name] === 'string' ? (values[name] as string) : undefined;
  const ssid = string('wlan.ssid');
  const country = string('wlan.country');
  return {
    hostname: string('system.hostname'),
    user: string('user.name'),
    password: string('user.name') === undefined ? undefined : isSet(string('user.password')),
    sshKeys: Array.isArray(values['ssh.authorized_keys'])
      ? (values['ssh.authorized_keys'] as readonly string[])
      : undefined,
    ssh: values['ssh.enabled'] === true ? true : undefined,
    wifi:
      ssid === undefined
        ? undefined
        : { ssid, open: string('wlan.password') === undefined, ...(country && { country }) },
    keyboard: string('locale.keymap'),
    timezone: string('locale.timezone'),
  };
}

/** A script that the command line does not call does nothing. */
function fromScript(text: string | undefined, cmdline: string | undefined): Draft {
  const values = text === undefined ? undefined : scriptVariables(text);
  const called = cmdlineWords(cmdline ?? '').some(word => /^systemd\.run=.*firstrun\.sh$/.test(word));
  if (!values || !called) return {};
  const { WIFI_SSID: ssid, WIFI_COUNTRY: country, NET_ADDRESS: address, NET_GATEWAY: gateway, NET_DNS: dns } = values;
  const draft: Draft = {
    hostname: values.HOST_NAME,
    user: values.USER_NAME,
    password: values.USER_NAME === undefined ? undefined : isSet(values.PASSWORD_HASH),
    sshKeys: values.SSH_KEYS?.split('\n'),
    wifi: ssid === undefined ? undefined : { ssid, open: !values.WIFI_PSK, ...(country && { country }) },
    language: values.LANGUAGE_CODE,
    keyboard: values.KEYBOARD,
    timezone: values.TIMEZONE,
    network:
      address === undefined
        ? undefined
        : { interface: values.NET_INTERFACE ?? '', address, ...(gateway && { gateway }), ...(dns && { dns }) },
  };
  // What it does not speak of stays as another file said it.
  return given(draft);
}

type Values = Readonly<Record<string, JsonValue>>;
const object = (value: JsonValue | undefined): Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {};
const array = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);
const string = (value: JsonValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
const strings = (value: JsonValue | undefined): readonly string[] | undefined =>
  Array.isArray(value) ? value.filter(each => typeof each === 'string') : undefined;

function fromCloudInit(userText: string | undefined, networkText: string | undefined): Draft {
  const values = userText === undefined ? undefined : yamlValues(userText);
  const network = object(networkText === undefined ? undefined : yamlValues(networkText)?.network);
  const user = object(values?.user);
  const [port, wire] = Object.entries(object(network.ethernets))[0] ?? [];
  const address = strings(object(wire).addresses)?.[0];
  const gateway = string(object(array(object(wire).routes)[0]).via);
  const dns = strings(object(object(wire).nameservers).addresses)?.join(' ');
  const air = object(object(network.wifis).wlan0);
  const [ssid, access] = Object.entries(object(air['access-points']))[0] ?? [];
  const country = string(air['regulatory-domain']);
  const runs = JSON.stringify(values?.runcmd ?? []);
  return given({
    hostname: string(values?.hostname),
    user: string(user.name),
    password: user.name === undefined ? undefined : isSet(string(user.passwd)),
    sshKeys: strings(user.ssh_authorized_keys),
    ssh: runs.includes('["systemctl","enable","--now","ssh"]') ? true : undefined,
    language: string(values?.locale),
    timezone: string(values?.timezone),
    keyboard: string(object(values?.keyboard).layout),
    network:
      port === undefined || address === undefined
        ? undefined
        : { interface: port, address, ...(gateway && { gateway }), ...(dns && { dns }) },
    wifi:
      ssid === undefined
        ? undefined
        : { ssid, open: object(access).password === undefined, ...(country && { country }) },
  });
}

function fromIgnition(text: string | undefined): Draft {
  const values = text === undefined ? undefined : yamlValues(text);
  if (!values) return {};
  const user = object(array(object(values.passwd).users)[0]);
  const files = array(object(values.storage).files);
  const content = (path: string): string | undefined => {
    const source = string(object(object(files.find(file => object(file).path === path)).contents).source);
    return source?.startsWith('data:,') ? decoded(source.slice(6)) : undefined;
  };
  const keyfile = content('/etc/NetworkManager/system-connections/benchboot.nmconnection');
  const [, address, gateway] = /^address1=([^,\n]+)(?:,(.+))?$/m.exec(keyfile ?? '') ?? [];
  const dns = /^dns=(.+);$/m.exec(keyfile ?? '')?.[1]?.replaceAll(';', ' ');
  const links = array(object(values.storage).links);
  return given({
    hostname: content('/etc/hostname')?.trim(),
    user: string(user.name),
    password: user.name === undefined ? undefined : isSet(string(user.passwordHash)),
    sshKeys: strings(user.sshAuthorizedKeys),
    language: /^LANG=(.+)$/m.exec(content('/etc/locale.conf') ?? '')?.[1],
    keyboard: /^KEYMAP=(.+)$/m.exec(content('/etc/vconsole.conf') ?? '')?.[1],
    timezone: string(object(links.find(link => object(link).path === '/etc/localtime')).target)?.replace(
      '../usr/share/zoneinfo/',
      '',
    ),
    network:
      address === undefined
        ? undefined
        : {
            interface: /^interface-name=(.+)$/m.exec(keyfile ?? '')?.[1] ?? '',
            address,
            ...(gateway && { gateway }),
            ...(dns && { dns }),
          },
    wifi: wifiOf(content('/etc/NetworkManager/system-connections/benchboot-wifi.nmconnection')),
  });
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function wifiOf(keyfile: string | undefined): Intent['wifi'] {
  const octets = /^ssid=((?:\d+;)+)$/m.exec(keyfile ?? '')?.[1];
  if (octets === undefined) return undefined;
  const ssid = new TextDecoder().decode(Uint8Array.from(octets.split(';').filter(Boolean), Number));
  return { ssid, open: !/^psk=/m.test(keyfile ?? '') };
}

function fromBoot(cmdline: string | undefined, config: string | undefined): Draft {
  const serial = cmdlineWords(cmdline ?? '').some(word => /^console=(serial0|ttyAMA0|ttyS0),/.test(word));
  const lines = configLines(config ?? '');
  return {
    serialConsole: serial && lines.includes('enable_uart=1') ? true : undefined,
    usbBoot: lines.includes('program_usb_boot_mode=1') ? true : undefined,
  };
}

/** Sentences for people. `fingerprint` of a key line; undefined for what is no key. */
export function intentSentences(intent: Intent, fingerprint: (line: string) => string | undefined): string[] {
  const { hostname, user, password, sshKeys, ssh, wifi, language, timezone, keyboard, network } = intent;
  const p = (text: string): string => printable(text, 100);
  const says: string[] = [];
  if (hostname !== undefined) says.push(`Its host name will be ${p(hostname)}.`);
  if (user !== undefined)
    says.push(`Its user will be ${p(user)}, ${password === 'set' ? 'with a password' : 'without a password'}.`);
  for (const key of sshKeys ?? []) {
    const comment = /\s(\S+)\s*$/.exec(key.replace(/^.*?AAAA\S+/, ''))?.[1];
    says.push(`SSH lets in the key ${fingerprint(key) ?? 'that cannot be read'}${comment ? ` (${p(comment)})` : ''}.`);
  }
  if (ssh) says.push('SSH will be on.');
  if (wifi) {
    const country = wifi.country ? `, country ${p(wifi.country)}` : '';
    says.push(`It will join the wireless network "${p(wifi.ssid)}"${wifi.open ? ', which is open' : ''}${country}.`);
  }
  if (network) {
    const rest = [
      network.gateway && `by way of ${p(network.gateway)}`,
      network.dns && `name servers ${p(network.dns)}`,
    ].filter(Boolean);
    says.push(
      `${p(network.interface)} will have the address ${p(network.address)}${rest.length > 0 ? `, ${rest.join(', ')}` : ''}.`,
    );
  }
  const place = [
    language && `language ${p(language)}`,
    timezone && `time zone ${p(timezone)}`,
    keyboard && `keyboard ${p(keyboard)}`,
  ].filter(Boolean);
  if (place.length > 0) says.push(`It will have ${place.join(', ')}.`);
  if (intent.serialConsole) says.push('Its console is on the serial pins, at 115200 baud.');
  if (intent.usbBoot) says.push('A Raspberry Pi 3 will be able to start from USB and network from then on.');
  return says;
}
