/** Lines of the history in words. Pure. */
import type { FlashRecord } from '../../../main/contract/flash-views.ts';
import type { Tone } from '../../ui/StatusWord.tsx';

const DONE: Readonly<Record<FlashRecord['action'], string>> = { flash: 'Written', read: 'Read', probe: 'Genuine' };

export function recordVerdict({ action, result }: FlashRecord): { readonly tone: Tone; readonly word: string } {
  if (result === 'done') return { tone: 'ok', word: DONE[action] };
  if (result === 'cancelled') return { tone: 'warn', word: 'Stopped' };
  return { tone: 'bad', word: action === 'probe' ? 'Not genuine' : 'Failed' };
}

/** Why it failed, or what was customised. */
export const recordText = ({ reason, sentences, sha256 }: FlashRecord): string =>
  reason ?? (sentences?.length ? sentences.join(' ') : sha256 ? `SHA-256 ${sha256.slice(0, 16)}…` : '');

export function matchesRecord(record: FlashRecord, wanted: string): boolean {
  const text = [record.image, record.drive, record.serial, record.sha256, recordText(record)].join(' ').toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every(word => text.includes(word));
}
