/** The app on a machine made of nothing, and windows that look at it. */
import { dirname, join } from 'node:path';
import { type App, createApp } from '../../../main/app/app.ts';
import type { NicView } from '../../../main/contract/views.ts';
import { memoryChannels } from '../../../main/rpc/memory-channel.ts';
import type { Machine } from '../memory-bench.ts';
import { flashOf } from '../memory-flash.ts';
import { Window } from '../rpc/kit.ts';

export const libraryOf = (m: Machine): string => join(dirname(m.stateFolder), 'Benchboot');
export const settingsFolderOf = (m: Machine): string => join(dirname(m.stateFolder), 'settings');

/** `different`: e.g. the engine of the next start. */
export function openApp(m: Machine, different: Partial<Parameters<typeof createApp>[0]> = {}): Promise<App> {
  return createApp({
    engine: m.engine,
    flash: flashOf(m),
    imageFolders: [],
    settingsFolder: settingsFolderOf(m),
    library: libraryOf(m),
    privileged: true,
    platform: 'linux',
    now: () => m.host.clock.now(),
    ...different,
  });
}

export function attachWindow(app: App): Window {
  const [engine, channel] = memoryChannels();
  app.attach(engine);
  return new Window(channel);
}

/** Open when it shows the two ports of the machine. */
export async function openWindow(app: App): Promise<Window> {
  const opened = attachWindow(app);
  await opened.until(() => (opened.values.get('nics') as NicView[] | undefined)?.length === 2);
  return opened;
}
