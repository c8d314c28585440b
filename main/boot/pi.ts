/** What Raspberry Pi bootloaders want besides an address: the menu text, the folder names they ask for, and what they must not get by accident. Knows no file system. */
import { bootMenu, discoveryControl, encodePxe, menuPrompt } from 'node-dhcpd-lite';

/** Option 43 as every Pi wants it (boot-net.adoc): the order of the sub-options is that of working traces. */
const menu = (text: string): Uint8Array =>
  encodePxe([discoveryControl(3), menuPrompt(0, 'PXE'), bootMenu([{ type: 0, text }])]);

export const PI_MENU = menu('Raspberry Pi Boot');
/** The ROM of the Pi 3B compares the text with three trailing spaces; later ones ignore them. */
export const PI_MENU_PADDED = menu('Raspberry Pi Boot   ');

const FOLDER = /^\/*([0-9a-f]{8}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5})\/+(.+)$/i;

/** Files with which a Pi rewrites its own boot EEPROM (ENABLE_SELF_UPDATE=1) as soon as it finds them. */
const EEPROM_UPDATE = /^(pieeprom\.(upd|sig|bin)|recovery\.bin|vl805\.(bin|sig))$/i;

/**
 * A Pi asks for everything below its serial number (TFTP_PREFIX=0) or MAC (TFTP_PREFIX=2): the name inside that
 * folder, to be served from the root when no such folder exists. Undefined for other names, and for EEPROM updates:
 * those are given to one Pi on purpose, from a folder of its own, never to all by way of the alias.
 */
export function piFolderAlias(name: string): { readonly folder: string; readonly inside: string } | undefined {
  const match = FOLDER.exec(name);
  if (!match) return undefined;
  const inside = match[2]!;
  return isEepromUpdate(inside) ? undefined : { folder: match[1]!.toLowerCase(), inside };
}

/** The name is a Pi's EEPROM update, wherever it lies. Outside a Pi's own folder it must be answered as missing. */
export function isEepromUpdate(name: string): boolean {
  return EEPROM_UPDATE.test(name.replace(/\\/g, '/').split('/').at(-1) ?? '');
}

/** Whether `name` may be served as far as EEPROM updates are concerned: anything else, or one in a Pi's own folder. */
export function allowsEepromRule(name: string): boolean {
  return !isEepromUpdate(name) || FOLDER.test(name.replace(/\\/g, '/'));
}
