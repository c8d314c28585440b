/** A root folder on disk for content tests, with a canary outside that no name may ever reach. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ContentRequest, Finding } from '../../../main/content/content.ts';
import type { Clock } from '../../../main/host/host.ts';

export const CANARY = 'CANARY-OUTSIDE-THE-ROOT';

export interface Tree {
  /** Holds the root and, beside it, the canary. */
  readonly base: string;
  readonly root: string;
  write(name: string, text?: string): void;
  remove(): void;
}

export function makeTree(files: Readonly<Record<string, string>> = {}): Tree {
  const base = mkdtempSync(join(tmpdir(), 'benchboot-content-'));
  const root = join(base, 'root');
  mkdirSync(root);
  writeFileSync(join(base, 'secret.txt'), CANARY);
  mkdirSync(join(base, 'root-beside'));
  writeFileSync(join(base, 'root-beside', 'secret.txt'), CANARY);
  const write = (name: string, text = `content of ${name}`) => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  return { base, root, write, remove: () => rmSync(base, { recursive: true, force: true }) };
}

export const makeFifo = (path: string): void => {
  execFileSync('mkfifo', [path]);
};

export const wallClock: Clock = {
  now: Date.now,
  after(ms, work) {
    const timer = setTimeout(work, ms).unref();
    return () => clearTimeout(timer);
  },
};

export const ask = (name: string, more: Partial<ContentRequest> = {}): ContentRequest => ({
  name,
  via: 'tftp',
  ip: '10.32.0.77',
  mac: undefined,
  ...more,
});

/** The text of a finding; closes it. For nothing: `missing`, `outside-root`, … in angle brackets. */
export function textOf(finding: Finding | undefined): string {
  if (!finding) return '<declined>';
  if (finding.kind === 'none') return `<${finding.why}>`;
  if (finding.kind === 'folder') return `<folder: ${finding.entries.map(entry => entry.name).join(' ')}>`;
  if (finding.kind === 'bytes') return Buffer.from(finding.bytes).toString();
  const bytes = Buffer.alloc(finding.size);
  readSync(finding.fd, bytes, 0, finding.size, 0);
  finding.close();
  return bytes.toString();
}

export const openDescriptors = (): number => readdirSync('/proc/self/fd').length;
