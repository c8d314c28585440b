/** The programs that ship, for tests. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { NamedFile } from '../../../main/ipxe/embed/embed.ts';

export const RESOURCES = fileURLToPath(new URL('../../../resources/ipxe', import.meta.url));

/** A copy, free to change. */
export const shipped = (name: string): NamedFile => ({
  name,
  bytes: new Uint8Array(readFileSync(`${RESOURCES}/${name}`)),
});

export const PROGRAM_NAMES = [
  'ipxe.efi',
  'snponly.efi',
  'ipxe-arm64.efi',
  'undionly.kpxe',
  'undionly.kkpxe',
  'ipxe.pxe',
  'ipxe.lkrn',
] as const;

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
