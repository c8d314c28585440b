/** The folder behind TFTP and HTTP (`--root`), read only and confined: the rule `inside-root`. Knows no protocol. */
import { closeSync, realpathSync, type Stats, statSync } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Clock } from '../host/host.ts';
import type { ContentRequest, ContentRoute, Finding, FolderEntry, FoundFile } from './content.ts';
import { FolderNames } from './folder-names.ts';
import { readName } from './name.ts';
import { chooseOpening, isInside, type Opened, type OpenInside } from './open-inside.ts';

/** Entries an index shows at most. */
const MOST_SHOWN = 5_000;

export interface FolderOptions {
  /** The folder; may itself be a symbolic link, also one that is moved while serving. */
  readonly root: string;
  readonly clock: Clock;
  readonly platform: NodeJS.Platform;
  /** For logs and previews; `root folder` unless given. */
  readonly route?: string;
  /** How files are opened; the platform's best way unless given. */
  readonly opening?: OpenInside;
  /**
   * Nothing that depends on who asks, and nothing that may appear later, stands before this folder in the chain. Then files
   * found under their exact name can promise `unchanged`.
   */
  readonly asksFirst?: boolean;
}

export interface Folder extends ContentRoute {
  /** Like `find`, at once, by name alone, and without folders: the file, why it is refused, or undefined when missing. */
  open(name: string, tried?: (what: string) => void): Exclude<Finding, { kind: 'folder' | 'bytes' }> | undefined;
  /** There is a folder of that name under the root. */
  hasFolder(name: string): boolean;
}

interface Looked {
  readonly opened: Opened;
  /** As on disk. */
  readonly name: string;
  /** As the client meant it. */
  readonly asked: string;
}

export function createFolder(options: FolderOptions): Folder {
  const { platform } = options;
  const opening = options.opening ?? chooseOpening(platform);
  const names = new FolderNames(() => options.clock.now());
  const root = options.root.endsWith(sep) ? options.root.slice(0, -1) || sep : options.root;
  let realRoot: string | undefined;

  /** Opens inside the real root as known; when that fails the root may have moved, so looks once more where it is now. */
  function openPath(path: string): Opened {
    if (realRoot !== undefined) {
      const opened = opening(path, realRoot);
      if (opened.is !== 'outside-root') return opened;
    }
    const now = realPathOf(root);
    if (now === undefined) return { is: 'missing' };
    if (now === realRoot) return { is: 'outside-root' };
    realRoot = now;
    return opening(path, now);
  }

  /** The path with each segment spelled as on disk, or undefined when one has no counterpart. Exact spelling wins. */
  function respell(segments: readonly string[]): { path: string; name: string } | 'outside-root' | undefined {
    let path = root;
    const spelled: string[] = [];
    for (const segment of segments) {
      // What is and is not outside the root must not be told by different answers either.
      if (!folderIsInside(path)) return 'outside-root';
      const exact = join(path, segment);
      const found = exists(exact) ? segment : names.lookUp(path, segment);
      if (found === undefined) return undefined;
      spelled.push(found);
      path = join(path, found);
    }
    return { path, name: spelled.join('/') };
  }

  function folderIsInside(path: string): boolean {
    const real = realPathOf(path);
    return realRoot === undefined || real === undefined || isInside(real, realRoot);
  }

  function look(name: string, tried?: (what: string) => void): Looked | Finding {
    const reading = readName(name, platform);
    if (!reading.ok) return { kind: 'none', why: reading.why, detail: reading.detail };
    const plain = reading.segments.join('/');
    const exact = join(root, ...reading.segments);
    tried?.(plain === '' ? '/' : plain);
    const opened = openPath(exact);
    if (opened.is !== 'missing') return { opened, name: plain, asked: plain };
    const other = respell(reading.segments);
    if (other === 'outside-root') return { opened: { is: 'outside-root' }, name: plain, asked: plain };
    if (!other || other.path === exact) return { opened, name: plain, asked: plain };
    tried?.(other.name);
    return { opened: openPath(other.path), name: other.name, asked: plain };
  }

  function refusal(opened: Exclude<Opened, { is: 'file' | 'folder' | 'missing' }>, name: string): Finding {
    switch (opened.is) {
      case 'outside-root':
        return { kind: 'none', why: 'outside-root', detail: `"${name}" leads out of the root folder` };
      case 'special':
        return { kind: 'none', why: 'not-a-regular-file', detail: `"${name}" is ${opened.detail}` };
      case 'unreadable':
        return { kind: 'none', why: 'unreadable', detail: `"${name}": ${opened.detail}` };
    }
  }

  const found = (opened: Extract<Opened, { is: 'file' }>, name: string, asked?: string): FoundFile => {
    let open = true;
    return {
      kind: 'file',
      name,
      fd: opened.fd,
      size: opened.stats.size,
      mtimeMs: opened.stats.mtimeMs,
      ino: opened.stats.ino,
      // A second close would hit whoever was given the same number since.
      close() {
        if (open) closeSync(opened.fd);
        open = false;
      },
      // Another spelling on disk would stand back as soon as the exact one appears.
      ...(options.asksFirst && asked === name
        ? { unchanged: () => isStill(join(root, name), opened.stats) }
        : undefined),
    };
  };

  async function list(realPath: string): Promise<readonly FolderEntry[]> {
    const entries: FolderEntry[] = [];
    for await (const entry of await opendir(realPath)) {
      if (entries.length >= MOST_SHOWN) break;
      const shown = await describe(join(realPath, entry.name), entry.name);
      if (shown) entries.push(shown);
    }
    return entries.sort((a, b) => Number(b.folder) - Number(a.folder) || (a.name < b.name ? -1 : 1));
  }

  /** Undefined for what would not be served: links that lead out, FIFOs, devices, what is gone. */
  async function describe(path: string, name: string): Promise<FolderEntry | undefined> {
    try {
      let stats = await lstat(path);
      if (stats.isSymbolicLink()) {
        const target = realpathSync.native(path);
        if (!isInside(target, realRoot!)) return undefined;
        stats = await lstat(target);
      }
      if (!stats.isFile() && !stats.isDirectory()) return undefined;
      const folder = stats.isDirectory();
      return { name, folder, size: folder ? 0 : stats.size, mtimeMs: stats.mtimeMs };
    } catch {
      return undefined;
    }
  }

  return {
    route: options.route ?? 'root folder',

    open(name, tried) {
      const looked = look(name, tried);
      if ('kind' in looked) return looked.kind === 'none' && looked.why !== 'missing' ? looked : undefined;
      const { opened } = looked;
      if (opened.is === 'missing') return undefined;
      if (opened.is === 'file') return found(opened, looked.name);
      if (opened.is === 'folder') {
        return { kind: 'none', why: 'not-a-regular-file', detail: `"${looked.name}" is a folder` };
      }
      return refusal(opened, looked.name) as Exclude<Finding, { kind: 'folder' | 'bytes' }>;
    },

    hasFolder(name) {
      const looked = look(name);
      if ('kind' in looked) return false;
      if (looked.opened.is === 'file') closeSync(looked.opened.fd);
      return looked.opened.is === 'folder';
    },

    async find(request: ContentRequest, tried?: (what: string) => void): Promise<Finding | undefined> {
      const looked = look(request.name, tried);
      if ('kind' in looked) return looked.kind === 'none' && looked.why === 'missing' ? undefined : looked;
      const { opened, name } = looked;
      if (opened.is === 'missing') return undefined;
      if (opened.is === 'file') return found(opened, name, looked.asked);
      if (opened.is !== 'folder') return refusal(opened, name);
      if (request.via === 'http') {
        const entries = await list(opened.realPath);
        // Listing goes by name: what was listed must still be the folder that was judged.
        return realPathOf(opened.realPath) === opened.realPath ? { kind: 'folder', name, entries } : undefined;
      }
      return { kind: 'none', why: 'not-a-regular-file', detail: `"${name}" is a folder` };
    },
  };
}

/** The same file with the same octets: any change to them moves one of these. */
const isStill = (path: string, was: Stats): boolean => {
  try {
    const now = statSync(path, { throwIfNoEntry: false });
    return (
      now !== undefined &&
      now.ino === was.ino &&
      now.dev === was.dev &&
      now.size === was.size &&
      now.mtimeMs === was.mtimeMs &&
      now.ctimeMs === was.ctimeMs &&
      now.mode === was.mode
    );
  } catch {
    return false;
  }
};

/** Undefined when there is nothing, or a way to it is closed. */
const realPathOf = (path: string): string | undefined => {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
};

const exists = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // There, but a loop or not for us to look at: opening it says which.
    return true;
  }
};
