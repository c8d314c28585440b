/** Recipes to start from, as data. */
import type { Recipe } from './recipe.ts';

export interface Preset {
  readonly name: string;
  readonly about: string;
  readonly recipe: Recipe;
}

export const PRESETS: readonly Preset[] = [
  {
    name: 'headless',
    about: 'Remote login by SSH key alone; no screen, no password.',
    recipe: { version: 1, ssh: { enabled: true, passwordLogin: false } },
  },
  {
    name: 'serial console',
    about: 'The console of a Raspberry Pi on its serial pins.',
    recipe: { version: 1, boot: { serialConsole: true } },
  },
  {
    name: 'raspberry pi 3 netboot',
    about: 'One start with this card lets a Raspberry Pi 3 start from USB and network for ever.',
    recipe: { version: 1, boot: { usbBoot: true } },
  },
];
