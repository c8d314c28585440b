/** The recipe that makes a card yours: its types, and text to a typed recipe or problems with their places. Reads no disk. */
import schema from '../../../resources/recipe.schema.json' with { type: 'json' };
import { type BenchRemark, pointerText } from '../../bench-file/bench-file.ts';
import { checkSchema, type Schema } from '../../bench-file/json-schema.ts';
import { type JsonSource, type JsonValue, parseJson, pointerTo } from '../../kit/json-source.ts';
import { nearest } from '../../kit/nearest.ts';

/** Fields have their meaning in `resources/recipe.schema.json`. */
export interface Recipe {
  readonly version: 1;
  readonly name?: string;
  readonly notes?: string;
  readonly hostname?: string;
  readonly user?: RecipeUser;
  readonly ssh?: { readonly enabled?: boolean; readonly passwordLogin?: boolean };
  readonly wifi?: RecipeWifi;
  readonly locale?: { readonly language?: string; readonly timezone?: string; readonly keyboard?: string };
  readonly network?: RecipeNetwork;
  readonly boot?: RecipeBoot;
  readonly files?: readonly RecipeFile[];
  readonly cloudInit?: Readonly<Record<string, JsonValue>>;
  readonly ignition?: Readonly<Record<string, JsonValue>>;
}

export interface RecipeUser {
  readonly name: string;
  readonly passwordHash?: string;
  /** In clear: only in memory, until it is sealed (`seal.ts`). */
  readonly password?: string;
  readonly sshKeys?: readonly string[];
  readonly sudoWithoutPassword?: boolean;
}

export interface RecipeWifi {
  readonly ssid: string;
  readonly psk?: string;
  /** In clear: only in memory, until it is sealed. */
  readonly passphrase?: string;
  readonly country?: string;
  readonly hidden?: boolean;
}

export interface RecipeNetwork {
  readonly interface?: string;
  readonly address: string;
  readonly gateway?: string;
  readonly dns?: readonly string[];
}

export interface RecipeBoot {
  readonly serialConsole?: boolean;
  readonly usbBoot?: boolean;
  readonly cmdline?: { readonly add?: readonly string[]; readonly remove?: readonly string[] };
  readonly config?: readonly string[];
}

export interface RecipeFile {
  readonly path: string;
  readonly text?: string;
  readonly base64?: string;
  readonly from?: string;
}

export interface RecipeRemark extends BenchRemark {
  /** `error`: it cannot be used so. */
  readonly severity: 'error' | 'warning';
  /** What to do about it; '' when the message says it. */
  readonly next: string;
}

export type RecipeResult =
  | { readonly ok: true; readonly recipe: Recipe; readonly remarks: readonly RecipeRemark[] }
  | { readonly ok: false; readonly remarks: readonly RecipeRemark[] };

export const RECIPE_SCHEMA = schema as unknown as Schema;

type Finding = Pick<RecipeRemark, 'pointer' | 'message' | 'severity' | 'next'>;

/** Never throws. `path` is only named in the remarks. */
export function parseRecipe(text: string, path: string): RecipeResult {
  const parsed = parseJson(text);
  if (!parsed.ok)
    return {
      ok: false,
      remarks: [{ path, ...parsed.place, pointer: '', message: parsed.problem, severity: 'error', next: '' }],
    };
  const { source } = parsed;
  const problems = [...shapeFindings(source.value), ...repeatedFindings(source)];
  const findings = problems.length > 0 ? problems : lint(source.value as unknown as Recipe);
  const remarks = findings.map(finding => ({
    path,
    ...source.locate(
      finding.pointer,
      problems.length > 0 && source.repeated.includes(finding.pointer) ? 'name' : 'value',
    ),
    ...finding,
    message: finding.pointer === '' ? finding.message : `${pointerText(finding.pointer)}: ${finding.message}`,
  }));
  if (remarks.some(({ severity }) => severity === 'error')) return { ok: false, remarks };
  return { ok: true, recipe: source.value as unknown as Recipe, remarks };
}

/** The remarks about a recipe that was made rather than read, e.g. in a form. */
export function checkRecipe(value: JsonValue): readonly Finding[] {
  const problems = shapeFindings(value);
  return problems.length > 0 ? problems : lint(value as unknown as Recipe);
}

function shapeFindings(value: JsonValue): Finding[] {
  return checkSchema(value, RECIPE_SCHEMA).map(({ pointer, kind, message, known }) => {
    const meant = kind === 'unknown' ? nearest(pointer.split('/').at(-1) ?? '', known ?? []) : undefined;
    return { pointer, message, severity: 'error', next: meant ? `Did you mean "${meant}"?` : '' };
  });
}

const repeatedFindings = ({ repeated }: JsonSource): Finding[] =>
  repeated.map(pointer => ({
    pointer,
    message: 'this name stands here twice; keep one of them',
    severity: 'error',
    next: '',
  }));

/** What is well-formed and still will not do what was meant. */
function lint(recipe: Recipe): Finding[] {
  const findings: Finding[] = [];
  const say = (severity: Finding['severity'], pointer: string, message: string, next: string): void => {
    findings.push({ severity, pointer, message, next });
  };
  const { user, wifi, ssh, network, boot, files = [] } = recipe;

  if (user?.password !== undefined)
    say(
      'error',
      '/user/password',
      'a password stands here in clear',
      '`benchboot recipe seal FILE` replaces it by its hash.',
    );
  if (wifi?.passphrase !== undefined)
    say(
      'error',
      '/wifi/passphrase',
      'a passphrase stands here in clear',
      '`benchboot recipe seal FILE` replaces it by its hash.',
    );
  if (wifi && !wifi.country)
    say('warning', '/wifi', 'without a country a Raspberry Pi keeps its radio off', 'Add "country", e.g. "DE".');
  for (const [index, key] of (user?.sshKeys ?? []).entries()) {
    const problem = sshKeyProblem(key);
    if (problem)
      say(
        'error',
        `/user/sshKeys/${index}`,
        problem,
        'Give one line of a .pub file, e.g. that of ~/.ssh/id_ed25519.pub.',
      );
  }
  const keys = user?.sshKeys?.length ?? 0;
  if (user && keys === 0 && user.passwordHash === undefined && user.password === undefined)
    say(
      'warning',
      '/user',
      'nobody will be able to log in: there is neither a password nor an SSH key',
      'Add "passwordHash" or "sshKeys".',
    );
  if (ssh?.enabled && keys === 0 && ssh.passwordLogin === false)
    say(
      'warning',
      '/ssh',
      'SSH is on, but neither password nor key will be accepted',
      'Add "sshKeys" to the user, or allow "passwordLogin".',
    );
  if (ssh?.enabled === false && keys > 0)
    say('warning', '/ssh/enabled', 'there are SSH keys, but SSH is off', 'Take "enabled" out.');
  if (network?.gateway && !inSameNetwork(network.address, network.gateway))
    say(
      'warning',
      '/network/gateway',
      `${network.gateway} is not in the network of ${network.address}`,
      'Give the address of a router in that network.',
    );
  for (const [index, line] of (boot?.config ?? []).entries())
    if (line.startsWith('['))
      say(
        'error',
        `/boot/config/${index}`,
        'sections of config.txt cannot be opened here: all lines go under [all]',
        'Write the whole config.txt under "files" instead.',
      );
  const seen = new Set<string>();
  for (const [index, file] of files.entries()) {
    const pointer = pointerTo('/files', index);
    const given = [file.text, file.base64, file.from].filter(value => value !== undefined).length;
    if (given !== 1) say('error', pointer, 'exactly one of "text", "base64" and "from" says what is in the file', '');
    const problem = pathProblem(file.path);
    if (problem) say('error', `${pointer}/path`, problem, 'Write a path like "overlays/my.dtbo".');
    if (seen.has(file.path.toLowerCase()))
      say(
        'error',
        `${pointer}/path`,
        `${file.path} stands here twice (FAT does not tell capitals from small letters)`,
        'Keep one of them.',
      );
    seen.add(file.path.toLowerCase());
  }
  return findings;
}

/** OpenSSH, sshd(8) AUTHORIZED_KEYS: options, type, base64 of the key, comment. Placeholders of a mail-merge pass. */
const SSH_KEY =
  /(?:^|\s)(ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-nistp\d+|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) (AAAA[A-Za-z0-9+/]+={0,3})(?:\s|$)/;

/** Type and base64 body of a key line; undefined when it is none. */
export function sshKeyParts(line: string): { readonly type: string; readonly body: string } | undefined {
  const match = SSH_KEY.exec(line);
  return match ? { type: match[1]!, body: match[2]! } : undefined;
}

function sshKeyProblem(line: string): string | undefined {
  if (/^\{\{[^{}]+\}\}$/.test(line)) return undefined;
  if (/PRIVATE KEY/.test(line)) return 'this is a private key: it must never leave its owner';
  if (/[\r\n]/.test(line.trim())) return 'a key is one line; this is several';
  const parts = sshKeyParts(line);
  if (!parts) return 'this is no SSH public key';
  // RFC 4253, 6.6: the body begins with the name of the type.
  const head = atob(parts.body.slice(0, 64 - (64 % 4)).padEnd(Math.ceil(Math.min(64, parts.body.length) / 4) * 4, '='));
  return head.slice(4, 4 + parts.type.length) === parts.type
    ? undefined
    : `the key is damaged: its body is not of type ${parts.type}`;
}

function pathProblem(path: string): string | undefined {
  const names = path.split('/');
  if (path.startsWith('/') || names.some(name => name === '' || name === '.' || name === '..'))
    return `"${path}" is no path inside the card`;
  return /[\\:*?"<>|\u0000-\u001f]/.test(path) ? 'FAT does not allow \\ : * ? " < > | in names' : undefined;
}

function inSameNetwork(cidr: string, address: string): boolean {
  const [own = '', prefix = '32'] = cidr.split('/');
  const number = (text: string): number => text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const [a, b] = [number(own), number(address)];
  if (Number.isNaN(a) || Number.isNaN(b)) return true;
  const size = 2 ** (32 - Number(prefix));
  return Math.floor(a / size) === Math.floor(b / size);
}

/** The text of a recipe file. */
export const formatRecipe = (recipe: Recipe): string => `${JSON.stringify(recipe, null, 2)}\n`;
