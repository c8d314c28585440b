/** What the commands of a dry run work on and come to. */
import type { EndingKind, MenuItem } from './dry-run-result.ts';

export interface Image {
  readonly name: string;
  readonly url: string;
  readonly size: number | undefined;
  readonly text: string | undefined;
  args: string;
  autofree: boolean;
}

export interface Ui {
  readonly title: string;
  readonly items: (MenuItem & { readonly isDefault: boolean })[];
}

/** What a command came to. */
export interface Outcome {
  readonly ok: boolean;
  readonly says?: string;
  readonly seconds?: number;
  readonly assumed?: true;
}

/** Ends the whole run from wherever it is. */
export class Ended extends Error {
  readonly kind: EndingKind;
  readonly dead: boolean;
  constructor(kind: EndingKind, sentence: string, dead = false) {
    super(sentence);
    this.kind = kind;
    this.dead = dead;
  }
}
