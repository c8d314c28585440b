/** Which files make a recipe true on an image of that kind. Text in, text out: nothing is opened here. */
import { editCmdline, editConfig } from './boot-text.ts';
import { metaData, networkConfig, userData } from './cloud-init.ts';
import { customToml } from './custom-toml.ts';
import { ignitionConfig } from './ignition.ts';
import type { ImageKind } from './image-kind.ts';
import type { Recipe } from './recipe.ts';
import { FIRSTRUN_WORDS, firstrunScript, type ScriptPart } from './shell.ts';

/** A file that is to stand on the boot partition; paths with / between folders. */
export interface CardFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface CardPlan {
  readonly files: readonly CardFile[];
  /** Sentences: what of the recipe this image has no place for. */
  readonly cannot: readonly string[];
}

export interface PlanContext {
  readonly kind: ImageKind;
  /** Texts that are on the card now: `cmdline.txt`, `config.txt`. */
  readonly texts: Readonly<Record<string, string | undefined>>;
  /** Tells cloud-init one set-up from the next. */
  readonly instanceId: string;
  /** Bytes of the files that the recipe takes `from` this laptop, by that name. */
  readonly loaded: ReadonlyMap<string, Uint8Array>;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A recipe that is sealed: nothing in clear is left in it. */
export function planCard(recipe: Recipe, context: PlanContext): CardPlan {
  const { kind } = context;
  const files: CardFile[] = [];
  const put = (path: string, text: string | undefined): void => {
    if (text !== undefined) files.push({ path, bytes: utf8(text) });
  };
  const words: string[] = [];
  const lines: string[] = [];
  const sshOn = isSshOn(recipe);
  const script = (parts: readonly ScriptPart[]): boolean => {
    const text = firstrunScript(recipe, parts);
    put('firstrun.sh', text);
    if (text !== undefined) words.push(...FIRSTRUN_WORDS);
    return text !== undefined;
  };

  switch (kind) {
    case 'pi-files': {
      const { user, hostname, wifi, locale, network } = recipe;
      const alone = !hostname && !wifi && !locale && !network && !user?.sshKeys?.length && !user?.sudoWithoutPassword;
      if (!alone) script(['hostname', 'user', 'wifi', 'language', 'place', 'network']);
      else if (user) put('userconf.txt', `${user.name}:${user.passwordHash ?? '!'}\n`);
      if (sshOn) put('ssh', '');
      break;
    }
    case 'pi-toml':
      if (wantsSettings(recipe)) put('custom.toml', customToml(recipe, sshOn));
      script(['language', 'network']);
      break;
    case 'pi-cloud-init':
    case 'cloud-init':
      if (wantsSettings(recipe) || recipe.cloudInit) {
        put('user-data', userData(recipe, sshOn));
        put('meta-data', metaData(context.instanceId, recipe.hostname));
        put('network-config', networkConfig(recipe));
        // With the instance named there, cloud-init need not look for its files at every start.
        if (kind === 'pi-cloud-init') words.push(`ds=nocloud;i=${context.instanceId}`);
      }
      break;
    case 'ignition':
      if (wantsSettings(recipe) || recipe.ignition) put('ignition/config.ign', ignitionConfig(recipe));
      break;
    default:
  }

  const { boot } = recipe;
  if (isPi(kind)) {
    if (boot?.serialConsole) {
      words.push('console=serial0,115200');
      lines.push('enable_uart=1');
    }
    if (boot?.usbBoot) lines.push('program_usb_boot_mode=1');
    words.push(...(boot?.cmdline?.add ?? []));
    lines.push(...(boot?.config ?? []));
    const remove = boot?.cmdline?.remove ?? [];
    if (words.length + remove.length > 0)
      put('cmdline.txt', editCmdline(context.texts['cmdline.txt'] ?? '', { add: words, remove }));
    if (lines.length > 0) put('config.txt', editConfig(context.texts['config.txt'] ?? '', lines));
  }

  const own = (recipe.files ?? []).map(file => ({ path: file.path, bytes: fileBytes(file, context.loaded) }));
  // Whoever gives a whole file means that file.
  const given = new Set(own.map(({ path }) => path.toLowerCase()));
  return {
    files: [...files.filter(({ path }) => !given.has(path.toLowerCase())), ...own],
    cannot: impossible(recipe, kind),
  };
}

export const isSshOn = ({ ssh, user }: Recipe): boolean => ssh?.enabled ?? (user?.sshKeys?.length ?? 0) > 0;

const isPi = (kind: ImageKind): boolean => kind.startsWith('pi-');

const wantsSettings = ({ hostname, user, ssh, wifi, locale, network }: Recipe): boolean =>
  [hostname, user, ssh, wifi, locale, network].some(value => value !== undefined);

function fileBytes(
  { text, base64, from }: NonNullable<Recipe['files']>[number],
  loaded: PlanContext['loaded'],
): Uint8Array {
  if (text !== undefined) return utf8(text);
  if (base64 !== undefined) return Uint8Array.from(atob(base64.replace(/\s/g, '')), letter => letter.charCodeAt(0));
  return loaded.get(from ?? '') ?? new Uint8Array(0);
}

function impossible(recipe: Recipe, kind: ImageKind): string[] {
  const cannot: string[] = [];
  if ((kind === 'unknown' || kind === 'pi-other' || kind === 'ipxe') && wantsSettings(recipe))
    cannot.push(
      'This image takes no host name, user, key or network from its boot partition. Only files and boot settings are written.',
    );
  if (recipe.boot && !isPi(kind)) cannot.push('Boot settings are for Raspberry Pi images; this is none.');
  if (recipe.cloudInit && kind !== 'cloud-init' && kind !== 'pi-cloud-init')
    cannot.push('This image is not set up by cloud-init, so "cloudInit" has no place.');
  if (recipe.ignition && kind !== 'ignition')
    cannot.push('This image is not set up by Ignition, so "ignition" has no place.');
  return cannot;
}
