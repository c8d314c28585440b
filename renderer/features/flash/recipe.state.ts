/** The form that makes a card somebody's own, and the recipe that it stands for. Pure. */
import type { ImageKind, RecipeProblem } from '../../../main/contract/flash-views.ts';

export type Preset = 'none' | 'pi' | 'cloud-init' | 'ignition';

export interface RecipeForm {
  readonly preset: Preset;
  readonly hostname: string;
  readonly user: string;
  readonly password: string;
  /** A line each. */
  readonly sshKeys: string;
  readonly ssid: string;
  readonly passphrase: string;
  readonly country: string;
  readonly language: string;
  readonly timezone: string;
  readonly keyboard: string;
  readonly address: string;
  readonly gateway: string;
  readonly serialConsole: boolean;
  readonly usbBoot: boolean;
  /** Comma separated, a heading first; empty: every card is alike. */
  readonly table: string;
  /** Row of the table for the next card. */
  readonly firstRow: number;
  /** What a recipe file held beside the fields. */
  readonly rest: Readonly<Record<string, unknown>>;
}

export const EMPTY_FORM: RecipeForm = {
  preset: 'none',
  hostname: '',
  user: '',
  password: '',
  sshKeys: '',
  ssid: '',
  passphrase: '',
  country: '',
  language: '',
  timezone: '',
  keyboard: '',
  address: '',
  gateway: '',
  serialConsole: false,
  usbBoot: false,
  table: '',
  firstRow: 1,
  rest: {},
};

export type RecipeJson = Record<string, unknown>;

/** Undefined when nothing is to be changed. */
export function recipeOf(form: RecipeForm): RecipeJson | undefined {
  if (form.preset === 'none') return undefined;
  const { rest } = form;
  const keys = form.sshKeys.split('\n').flatMap(line => (line.trim() === '' ? [] : [line.trim()]));
  const recipe = present({
    ...rest,
    hostname: form.hostname || undefined,
    user: filled({
      ...object(rest.user),
      name: form.user || undefined,
      password: form.password || undefined,
      sshKeys: keys.length > 0 ? keys : undefined,
    }),
    wifi: filled({
      ...object(rest.wifi),
      ssid: form.ssid || undefined,
      passphrase: form.passphrase || undefined,
      country: form.ssid === '' ? undefined : form.country.toUpperCase() || undefined,
    }),
    locale: filled({
      language: form.language || undefined,
      timezone: form.timezone || undefined,
      keyboard: form.keyboard || undefined,
    }),
    network: filled({
      ...object(rest.network),
      address: form.address || undefined,
      gateway: form.gateway || undefined,
    }),
    boot: filled({
      ...object(rest.boot),
      ...(form.preset === 'pi' && {
        serialConsole: form.serialConsole || undefined,
        usbBoot: form.usbBoot || undefined,
      }),
    }),
  });
  if (Object.keys(recipe).length === 0 && tableOf(form) === undefined) return undefined;
  return { version: 1, ...recipe };
}

export const tableOf = ({ preset, table }: RecipeForm): string | undefined =>
  preset === 'none' || table.trim() === '' ? undefined : table;

const present = (values: Readonly<Record<string, unknown>>): RecipeJson =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** Undefined when there is nothing in it. */
function filled(values: Readonly<Record<string, unknown>>): RecipeJson | undefined {
  const there = present(values);
  return Object.keys(there).length > 0 ? there : undefined;
}

const FIELD_OF: Readonly<Record<string, keyof RecipeForm>> = {
  '/hostname': 'hostname',
  '/user': 'user',
  '/user/name': 'user',
  '/user/password': 'password',
  '/user/sshKeys': 'sshKeys',
  '/ssh': 'sshKeys',
  '/wifi': 'country',
  '/wifi/ssid': 'ssid',
  '/wifi/passphrase': 'passphrase',
  '/wifi/psk': 'passphrase',
  '/wifi/country': 'country',
  '/locale/language': 'language',
  '/locale/timezone': 'timezone',
  '/locale/keyboard': 'keyboard',
  '/network/address': 'address',
  '/network/gateway': 'gateway',
};

/** The field that a problem is about; undefined for one that is about no field. */
export const fieldOf = ({ pointer }: RecipeProblem): keyof RecipeForm | undefined =>
  FIELD_OF[pointer] ?? FIELD_OF[pointer.replace(/\/\d+$/, '')];

/** A problem as a sentence under its field. */
export const problemText = ({ message, next }: RecipeProblem): string =>
  `${message.charAt(0).toUpperCase()}${message.slice(1)}.${next && !next.includes('`') ? ` ${next}` : ''}`;

/** What an image that tells it takes its settings from. */
export function presetFor(kind: ImageKind | undefined): Preset | undefined {
  if (kind === undefined) return undefined;
  if (kind === 'pi-files' || kind === 'pi-toml' || kind === 'pi-cloud-init') return 'pi';
  return kind === 'cloud-init' || kind === 'ignition' ? kind : undefined;
}

const NAMES: readonly (readonly [RegExp, Preset])[] = [
  [/rasp(ios|bian|berry)|-(raspi|rpi)\b/i, 'pi'],
  [/coreos|flatcar|microos/i, 'ignition'],
  [/cloudimg|genericcloud|cloud-base|nocloud/i, 'cloud-init'],
];

/** A guess, where the image itself cannot be asked yet. */
export const presetByName = (name: string): Preset | undefined => NAMES.find(([pattern]) => pattern.test(name))?.[1];

/** What this laptop itself has is the likeliest for its boards. */
export function localDefaults(timezone: string | undefined, language: string): Partial<RecipeForm> {
  const [, country] = /^[a-z]{2,3}-([A-Z]{2})$/.exec(language) ?? [];
  return { ...(timezone && { timezone }), ...(country && { country }) };
}

/** The form that a recipe file fills. Hashes, and whatever has no field, stay in `rest`. */
export function formOf(recipe: Readonly<Record<string, unknown>>, preset: Preset): RecipeForm {
  const { version: _, $schema: __, hostname, user, wifi, locale, network, boot, ...others } = recipe;
  const { name, sshKeys, ...userRest } = object(user);
  const { ssid, country, ...wifiRest } = object(wifi);
  const { address, gateway, ...networkRest } = object(network);
  const { serialConsole, usbBoot, ...bootRest } = object(boot);
  const { language, timezone, keyboard } = object(locale);
  return {
    ...EMPTY_FORM,
    preset,
    hostname: text(hostname),
    user: text(name),
    sshKeys: Array.isArray(sshKeys) ? sshKeys.map(text).join('\n') : '',
    ssid: text(ssid),
    country: text(country),
    language: text(language),
    timezone: text(timezone),
    keyboard: text(keyboard),
    address: text(address),
    gateway: text(gateway),
    serialConsole: serialConsole === true,
    usbBoot: usbBoot === true,
    rest: present({
      ...others,
      user: filled(userRest),
      wifi: filled(wifiRest),
      network: filled(networkRest),
      boot: filled(bootRest),
    }),
  };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const object = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
