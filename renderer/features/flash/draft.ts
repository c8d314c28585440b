/** What is being prepared in this window: kept while another view is shown, forgotten with the window. Passwords are nowhere else. */
import { useSyncExternalStore } from 'react';
import type { EepromCardView } from '../../../main/contract/flash-views.ts';
import { EMPTY_QUEUE, type QueueForm } from './queue.state.ts';
import { EMPTY_FORM, type RecipeForm } from './recipe.state.ts';

export interface Draft {
  /** Path or URL; empty: none. */
  readonly image: string;
  /** When the image was made for the bootloader of a Raspberry Pi. */
  readonly eeprom?: EepromCardView | undefined;
  /** Which file of a zip. */
  readonly entry: string;
  /** As it was pasted. */
  readonly checksum: string;
  readonly verify: boolean;
  readonly bmap: boolean;
  /** Ids of drives. */
  readonly chosen: readonly string[];
  readonly allowFixed: boolean;
  readonly queue: QueueForm;
  readonly form: RecipeForm;
  /** The queue that uses up the rows of this table. */
  readonly queued?: { readonly job: string; readonly table: string } | undefined;
}

const EMPTY: Draft = {
  image: '',
  entry: '',
  checksum: '',
  verify: true,
  bmap: true,
  chosen: [],
  allowFixed: false,
  queue: EMPTY_QUEUE,
  form: EMPTY_FORM,
};

let draft = EMPTY;
const listeners = new Set<() => void>();

export function changeDraft(patch: Partial<Draft>): void {
  draft = { ...draft, ...patch };
  for (const listener of listeners) listener();
}

export const changeForm = (patch: Partial<RecipeForm>): void => changeDraft({ form: { ...draft.form, ...patch } });

export const changeQueue = (patch: Partial<QueueForm>): void => changeDraft({ queue: { ...draft.queue, ...patch } });

/** Another image: its checksum and its entry are others too. */
export const chooseImage = (image: string): void =>
  changeDraft({ image, eeprom: undefined, entry: '', checksum: '', bmap: true });

/** Such a card holds no system that could be set up. */
export const chooseEeprom = (eeprom: EepromCardView): void => {
  chooseImage(eeprom.image);
  changeDraft({ eeprom, form: { ...draft.form, preset: 'none' } });
};

export function useDraft(): Draft {
  return useSyncExternalStore(
    listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => draft,
  );
}
