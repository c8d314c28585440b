/** Edits of a Raspberry Pi's `cmdline.txt` and `config.txt` that keep everything else as it is. */

export interface CmdlineEdit {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

/** Names that may stand there several times. */
const MANY: readonly string[] = ['console', 'usbcore.quirks', 'usb-storage.quirks'];

/** The words of a command line; the firmware reads the first line only. */
export const cmdlineWords = (text: string): string[] => (text.split(/\r?\n/, 1)[0] ?? '').split(/\s+/).filter(Boolean);

const nameOf = (word: string): string => word.split('=', 1)[0]!;

/**
 * Words keep their order. What is added replaces a word of the same name, but a console is added beside others, at the
 * front: the last one named is where the system's own output goes.
 */
export function editCmdline(text: string, { add = [], remove = [] }: CmdlineEdit): string {
  let words = cmdlineWords(text).filter(word => !remove.some(gone => gone === word || gone === nameOf(word)));
  for (const word of add) {
    const name = nameOf(word);
    if (words.includes(word)) continue;
    if (name === 'console') words.unshift(word);
    else if (MANY.includes(name) || !words.some(other => nameOf(other) === name)) words.push(word);
    else words = words.map(other => (nameOf(other) === name ? word : other));
  }
  return `${words.join(' ')}\n`;
}

/** Settings that may stand there several times: each line adds something. */
const REPEATED: readonly string[] = ['dtoverlay', 'dtparam', 'include', 'gpio', 'hdmi_timings', 'initramfs'];

/** The lines that count for every board, without comments: those under `[all]` and those before any section. */
export function configLines(text: string): string[] {
  let forAll = true;
  return text.split(/\r?\n/).flatMap(raw => {
    const line = raw.trim();
    const section = /^\[(.+)\]$/.exec(line)?.[1];
    if (section !== undefined) forAll = section.toLowerCase() === 'all';
    return section === undefined && forAll && line !== '' && !line.startsWith('#') ? [line] : [];
  });
}

/**
 * Adds lines under `[all]`. A setting that is there already with another value is changed in place; one that is
 * commented out stays as the comment it is.
 */
export function editConfig(text: string, lines: readonly string[]): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const all = text.split(/\r?\n/);
  const missing: string[] = [];
  for (const line of lines) {
    const name = nameOf(line).trim();
    if (configLines(all.join('\n')).includes(line)) continue;
    const at = REPEATED.includes(name) || !line.includes('=') ? -1 : findSetting(all, name);
    if (at < 0) missing.push(line);
    else all[at] = line;
  }
  if (missing.length === 0) return all.join(end);
  while (all.at(-1)?.trim() === '') all.pop();
  const open = all
    .findLast(line => /^\s*\[.+\]/.test(line))
    ?.trim()
    .toLowerCase();
  if (open !== undefined && open !== '[all]') all.push('', '[all]');
  return [...all, ...missing, ''].join(end);
}

function findSetting(lines: readonly string[], name: string): number {
  let forAll = true;
  return lines.findIndex(raw => {
    const line = raw.trim();
    const section = /^\[(.+)\]$/.exec(line)?.[1];
    if (section !== undefined) forAll = section.toLowerCase() === 'all';
    return forAll && line.includes('=') && nameOf(line).trim() === name;
  });
}
