/**
 * The views of the app, in the order of the rail. To add one: make `renderer/features/<id>/` with a `<Name>Page.tsx` that
 * has a default export, and a row here. It gets the whole area between top bar and status line (a flex column; it scrolls
 * inside itself), `useRoute().rest` for what is open in it, and the hooks of `engine/use-engine.tsx`. A feature imports
 * from `engine`, `ui` and the contract, never from another feature.
 */
import { IconDeviceSdCard, IconFileCode, IconPlugConnected, IconSettings, IconTerminal2 } from '@tabler/icons-react';
import { type ComponentType, lazy } from 'react';
import type { Slots } from '../ui/slots.ts';

export interface AppView {
  /** First part of the address, e.g. `bench`. */
  readonly id: string;
  readonly label: string;
  readonly icon: ComponentType<{ size?: number | string; stroke?: number | string }>;
  /** Loaded when it is first shown. */
  readonly Page: ComponentType;
  /** Mounted always and showing nothing: offers commands (`useCommands`) and announces what happens while another view is shown. */
  readonly Background?: ComponentType;
  /** What is open in it (`useRoute().rest`) fills a window of its own: no rail, no bars. */
  readonly isAlone?: (rest: readonly string[]) => boolean;
}

export const VIEWS: readonly AppView[] = [
  {
    id: 'bench',
    label: 'Bench',
    icon: IconPlugConnected,
    Page: lazy(() => import('../features/bench/BenchPage.tsx')),
    Background: lazy(() => import('../features/bench/BenchBackground.tsx')),
  },
  {
    id: 'ipxe',
    label: 'iPXE',
    icon: IconFileCode,
    Page: lazy(() => import('../features/ipxe/IpxePage.tsx')),
    Background: lazy(() => import('../features/ipxe/IpxeBackground.tsx')),
  },
  {
    id: 'flash',
    label: 'Flash',
    icon: IconDeviceSdCard,
    Page: lazy(() => import('../features/flash/FlashPage.tsx')),
    Background: lazy(() => import('../features/flash/FlashBackground.tsx')),
  },
  {
    id: 'consoles',
    label: 'Consoles',
    icon: IconTerminal2,
    Page: lazy(() => import('../features/consoles/ConsolesPage.tsx')),
    Background: lazy(() => import('../features/consoles/ConsolesBackground.tsx')),
    isAlone: ([part]) => part === 'alone',
  },
  {
    id: 'settings',
    label: 'Settings',
    icon: IconSettings,
    Page: lazy(() => import('../features/settings/SettingsPage.tsx')),
  },
];

/** What views show of each other. */
export const SLOTS: Slots = {
  Console: lazy(() => import('../features/consoles/DeviceConsole.tsx')),
};
