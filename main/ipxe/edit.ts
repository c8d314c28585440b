/** Changes the script in a program, an image or on a stick, and reads it back. */
import { BenchError } from '../errors.ts';
import { openFileStore } from '../media/file-store.ts';
import { saveFile } from '../save-file.ts';
import { embedScript, programKind, readProgram } from './embed/embed.ts';
import type { NamedScript } from './embed/script-guard.ts';
import { readProgramFile } from './input.ts';
import { editMedium, mediumHolds } from './medium.ts';

export interface Edited {
  /** A program with the script inside, or a medium: an image or a device. */
  readonly kind: 'program' | 'medium';
}

/** What of a file is read to tell a program from a medium. */
const START = 4096;

/** Throws IPXE_SCRIPT, IPXE_FILE, FILE_UNREADABLE, FILE_UNWRITABLE, FAT_…. A device that is in use is left alone. */
export async function editScript(path: string, script: NamedScript): Promise<Edited> {
  if (await isProgram(path)) {
    await editProgram(path, script);
    return { kind: 'program' };
  }
  const store = await openFileStore(path, { writable: true });
  try {
    await editMedium(store, path, script);
    await store.sync();
  } finally {
    await store.close();
  }
  // Opened anew: with the last handle gone, a device's cache is too, so this comes from the medium.
  const again = await openFileStore(path);
  try {
    if (!(await mediumHolds(again, path, script))) throw lost(path, 'medium');
  } finally {
    await again.close();
  }
  return { kind: 'medium' };
}

const lost = (file: string, where: string): BenchError =>
  new BenchError('IPXE_FILE', {
    file,
    problem: `the script does not come back as it was written; the ${where} is worn out or write-protected`,
  });

async function isProgram(path: string): Promise<boolean> {
  const store = await openFileStore(path);
  try {
    return programKind(await store.read(0, Math.min(START, store.size))) !== undefined;
  } finally {
    await store.close();
  }
}

async function editProgram(path: string, script: NamedScript): Promise<void> {
  const { base, script: old, autoexec, trusts } = readProgram(await readProgramFile(path));
  if (old === undefined)
    throw new BenchError('IPXE_FILE', {
      file: path,
      problem: 'it has no script inside to change; `ipxe build --base` puts one in',
    });
  const trust = trusts === undefined ? undefined : Uint8Array.from(Buffer.from(trusts, 'hex'));
  await saveFile(path, embedScript({ name: path, bytes: base }, script, { autoexec, trust }));
  if (readProgram(await readProgramFile(path)).script !== script.text) throw lost(path, 'drive it is on');
}
