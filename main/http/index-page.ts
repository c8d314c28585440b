/** The page that shows a folder to a person. Names come from outside and are shown, never interpreted (`untrusted-text`). */
import type { FolderEntry } from '../content/content.ts';
import { printable } from '../kit/printable.ts';
import { bytesText } from '../kit/quantity.ts';

const STYLE = `
:root { color-scheme: light dark; --text: #1d2129; --quiet: #626b7a; --line: #e6e8ec; --over: #f3f5f8; --page: #fff; --accent: #2457c5 }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e7ec; --quiet: #98a1b0; --line: #282d36; --over: #1e232b; --page: #15181d; --accent: #86aaf5 }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--text); font: 14px/24px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif }
main { max-width: 896px; margin: 0 auto; padding: 48px 24px 64px }
h1 { margin: 0 0 4px; font-size: 20px; line-height: 32px; font-weight: 600; overflow-wrap: anywhere }
h1 a { color: var(--quiet); font-weight: 400 }
h1 i { color: var(--quiet); font-style: normal; font-weight: 400; margin: 0 6px }
p { margin: 0 0 24px; color: var(--quiet) }
a { color: inherit; text-decoration: none }
a:hover { color: var(--accent) }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px }
table { width: calc(100% + 16px); margin: 0 -8px; border-collapse: collapse; font-variant-numeric: tabular-nums }
th { font-size: 12px; font-weight: 500; color: var(--quiet); text-align: left }
th, td { height: 40px; padding: 0 8px; border-bottom: 1px solid var(--line); white-space: nowrap }
th:first-child, td:first-child { width: 100%; white-space: normal; padding: 8px }
th:nth-child(n + 2), td:nth-child(n + 2) { padding-left: 32px; color: var(--quiet) }
th:nth-child(2), td:nth-child(2) { text-align: right }
tbody tr:hover { background: var(--over) }
td a { display: flex; gap: 12px; align-items: flex-start; font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 13px; overflow-wrap: anywhere; min-width: 0 }
td svg { flex: none; width: 16px; height: 24px; fill: none; stroke: var(--quiet); stroke-width: 1.25; stroke-linejoin: round; stroke-linecap: round }
td .folder { fill: var(--accent); fill-opacity: .16; stroke: var(--accent) }
@media (max-width: 640px) {
  main { padding: 24px 16px 48px }
  th:nth-child(3), td:nth-child(3) { display: none }
}
`;

/** SHA-256 of the style in base64, so that the page's policy allows it and nothing else; a test keeps it right. */
const STYLE_HASH = 'ZvjTB5GqhJY9/D8PdlmiylxPUi7jMGRsf/2ZLFz1/C8=';

/** Sent with the page: no script, no image, no frame, no form, whatever a file is called. */
export const INDEX_POLICY =
  `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; ` +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const FOLDER =
  '<svg class="folder" viewBox="0 0 16 24" aria-hidden="true"><path d="M1.5 7.5v10h13v-8.500h-6.500l-1.500-1.500z"/></svg>';
const FILE =
  '<svg viewBox="0 0 16 24" aria-hidden="true"><path d="M3.500 5.500v13h9v-9.500l-3.500-3.500zM9 5.500v3.500h3.500"/></svg>';
const UP =
  '<svg viewBox="0 0 16 24" aria-hidden="true"><path d="M8 17v-9M4.500 11.500l3.500-3.500 3.500 3.500"/></svg>';

export interface IndexPage {
  /** The folder's path as asked, decoded, with or without slashes around it. */
  readonly path: string;
  readonly entries: readonly FolderEntry[];
}

/** Links are absolute paths, so that they hold whether or not the folder was asked for with a slash at its end. */
export function indexPage({ path, entries }: IndexPage): string {
  const segments = path.split('/').filter(segment => segment !== '');
  const here = segments.at(-1) ?? 'Files on this bench';
  const sorted = [...entries].sort(byKindAndName);
  const up = segments.length === 0 ? '' : row(link(segments.slice(0, -1), true), `${UP}<span>..</span>`, '', '');
  return (
    `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n` +
    `<title>${shown(here)} · Benchboot</title>\n<style>${STYLE}</style>\n</head>\n<body>\n<main>\n` +
    `<h1>${trail(segments)}${shown(here)}</h1>\n<p>${summary(entries)}</p>\n` +
    `<table>\n<thead><tr><th scope="col">Name</th><th scope="col">Size</th><th scope="col">Changed</th></tr></thead>\n<tbody>\n` +
    up +
    sorted.map(entry => entryRow(segments, entry)).join('') +
    `</tbody>\n</table>\n</main>\n</body>\n</html>\n`
  );
}

function trail(segments: readonly string[]): string {
  if (segments.length === 0) return '';
  const above = ['Files', ...segments.slice(0, -1)];
  return above
    .map((name, depth) => `<a href="${link(segments.slice(0, depth), true)}">${shown(name)}</a><i>/</i>`)
    .join('');
}

function entryRow(segments: readonly string[], { name, folder, size, mtimeMs }: FolderEntry): string {
  const label = `${folder ? FOLDER : FILE}<span>${shown(name)}${folder ? '/' : ''}</span>`;
  return row(link([...segments, name], folder), label, folder ? '' : bytesText(size), when(mtimeMs));
}

const row = (href: string, label: string, size: string, changed: string): string =>
  `<tr><td><a href="${href}">${label}</a></td><td>${size}</td><td>${changed}</td></tr>\n`;

function summary(entries: readonly FolderEntry[]): string {
  const folders = entries.filter(entry => entry.folder).length;
  const files = entries.length - folders;
  if (entries.length === 0) return 'This folder is empty.';
  const octets = entries.reduce((sum, entry) => sum + (entry.folder ? 0 : entry.size), 0);
  const parts = [
    folders > 0 ? counted(folders, 'folder') : '',
    files > 0 ? `${counted(files, 'file')}, ${bytesText(octets)}` : '',
  ];
  return parts.filter(part => part !== '').join(', ');
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

const order = new Intl.Collator('en', { numeric: true });
const byKindAndName = (a: FolderEntry, b: FolderEntry): number =>
  Number(b.folder) - Number(a.folder) || order.compare(a.name, b.name) || (a.name < b.name ? -1 : 1);

/** An absolute path, each segment percent-encoded; begins with exactly one slash, so it never names another host. */
function link(segments: readonly string[], folder: boolean): string {
  const path = segments.map(segment => encodeURIComponent(segment.replace(/\p{Surrogate}/gu, '\ufffd'))).join('/');
  return path === '' ? '/' : `/${path.replaceAll("'", '%27')}${folder ? '/' : ''}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Outside text as page text: controls and direction overrides visible, markup escaped. */
const shown = (text: string): string => printable(text, 255).replace(/[&<>"']/g, character => ENTITIES[character]!);

/** `2026-11-21 03:15` on this laptop's clock. */
function when(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}`
  );
}
