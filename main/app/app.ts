/** The engine behind the contract: what every call does, and where every view comes from. The readable list of both. */
import { join } from 'node:path';
import type { Handlers } from '../contract/calls.ts';
import type { EngineView, NicView } from '../contract/views.ts';
import type { Engine } from '../engine.ts';
import { Disposables } from '../kit/disposables.ts';
import type { Channel } from '../rpc/channel.ts';
import { serve } from '../rpc/serve.ts';
import { ViewFeed } from '../rpc/view-feed.ts';
import { BenchDesk } from './bench-desk.ts';
import { benchHandlers } from './bench-handlers.ts';
import { BoxDesk } from './box-desk.ts';
import { ConsoleDesk } from './console-desk.ts';
import { consoleHandlers } from './console-handlers.ts';
import { type AppFlashParts, FlashDesk } from './flash-desk.ts';
import { flashHandlers } from './flash-handlers.ts';
import { FlashJobs } from './flash-jobs.ts';
import type { ImageFolder } from './images.ts';
import { benchFacts } from './ipxe-bench.ts';
import { IpxeFiles } from './ipxe-files.ts';
import { ipxeHandlers } from './ipxe-handlers.ts';
import { openNotes } from './notes.ts';
import { ScriptChoices } from './script-choices.ts';
import { ScriptStore } from './script-store.ts';
import { SessionFile } from './session.ts';
import { openSettings } from './settings.ts';
import { Wires } from './wires.ts';

export interface AppParts {
  readonly engine: Engine;
  readonly flash: AppFlashParts;
  /** Where images are looked for. */
  readonly imageFolders: readonly ImageFolder[];
  /** Folder for settings; leases, notes and the journal are in the engine's state folder. */
  readonly settingsFolder: string;
  /** The folder that is served when no other one is chosen, if it is there. */
  readonly library: string;
  /** The engine may do everything itself, without asking for an administrator's password. */
  readonly privileged: boolean;
  readonly platform: NodeJS.Platform;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface App {
  /** A window came: it sees the views and may call, until its channel closes. */
  attach(channel: Channel): void;
  /** Ends what is served, undoes every change. */
  close(): Promise<void>;
}

export async function createApp({
  engine,
  flash,
  imageFolders,
  settingsFolder,
  library,
  privileged,
  platform,
  now,
}: AppParts): Promise<App> {
  const open = new Disposables();
  const { stateFolder } = engine.settings;
  const since = now();
  let nics: readonly NicView[] = [];

  const settings = await openSettings(join(settingsFolder, 'settings.json'), () => {
    feed.changed('settings');
    feed.changed('ipxe');
  });
  const notes = await openNotes(join(stateFolder, 'notes.json'), device => feed.rowChanged('notes', device));
  const wires = new Wires({ engine, now, changed: nic => feed.rowChanged('wires', nic) });
  // Without it serving goes on; a crash would then forget the devices' stories.
  const session = new SessionFile(join(stateFolder, 'session.json'), () => undefined);
  const desk = new BenchDesk({
    engine,
    session,
    library,
    now,
    started: bench => choices.started(bench),
    dismissed: () => choices.forget(),
    changed: () => {
      feed.changed('bench');
      feed.changed('ipxe');
    },
    deviceChanged: id => feed.rowChanged('devices', id),
    devicesReplaced: () => feed.tableChanged('devices'),
  });

  const consoles = new ConsoleDesk({
    engine,
    now,
    changed: id => feed.rowChanged('consoles', id),
    counted: id => feed.rowChanged('consoleCounters', id),
  });
  const boxes = new BoxDesk({ engine, changed: id => feed.rowChanged('boxes', id) });

  const flashJobs = new FlashJobs(now, id => feed.rowChanged('flashJobs', id));
  const flashDesk = new FlashDesk({ flash, jobs: flashJobs, drivesChanged: () => feed.changed('drives') });

  const scriptsFolder = join(library, 'scripts');
  const scripts = await ScriptStore.open({
    folder: scriptsFolder,
    draftsFile: join(stateFolder, 'drafts.json'),
    changed: name => feed.rowChanged('scripts', name),
    now,
  });
  const choices = new ScriptChoices({
    path: join(stateFolder, 'chosen-scripts.json'),
    bench: () => (desk.view.state === 'serving' ? desk.bench : undefined),
    textOf: async name => (await scripts.texts(name)).saved?.text,
    changed: () => feed.changed('ipxe'),
    now,
  });
  const files = new IpxeFiles(engine.settings.programs, join(stateFolder, 'built'));

  const feed: ViewFeed = new ViewFeed({
    engine: (): EngineView => ({
      version: engine.settings.version,
      platform,
      since,
      privileged,
      online: engine.settings.resolvers().length > 0,
      stateFolder,
    }),
    nics: () => nics,
    bench: () => desk.view,
    settings: () => settings.get(),
    ipxe: () => ({
      bench: benchFacts(desk.view, settings.get(), library),
      folder: scriptsFolder,
      choices: choices.all,
    }),
    wires,
    devices: { keys: () => desk.ids(), get: id => desk.device(id) },
    notes,
    drives: () => flashDesk.view,
    flashJobs,
    consoles,
    consoleCounters: consoles.counters,
    boxes,
    scripts,
    events: engine.events,
  });

  open.add(() => engine.close());
  open.add(() => desk.stop('Benchboot was closed'));
  open.add(() => wires.close());
  open.add(() => files.forget());
  open.add(() => flashJobs.close());
  open.add(() => flashDesk.close());
  open.add(() => boxes.closeAll());
  open.add(() => scripts.close());
  open.add(
    engine.events.on(event => {
      feed.changed('events');
      if (event.type === 'safety.refused' && event.rule === 'no-second-dhcp') desk.standDown(event.because);
      if (event.type === 'notice' && event.code === 'rival-gone') desk.standDown(undefined);
    }),
  );
  open.add(
    engine.watchNics(ranked => {
      nics = ranked.map(([nic, worthiness]) => ({ ...nic, worthiness }));
      feed.changed('nics');
      feed.changed('engine');
    }),
  );
  await desk.open();
  await flashDesk.open();
  // A window that outlived the engine may be about to write what was built before.
  if (desk.view.state === 'interrupted') await choices.recall();
  else await Promise.all([choices.forget(), files.forget()]);

  const after = (ms: number, work: () => void) => {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  };
  const handlers: Handlers = {
    ...benchHandlers({ engine, desk, wires, notes, settings, now }),
    ...flashHandlers({ desk: flashDesk, jobs: flashJobs, history: flash.history, imageFolders, library, now }),
    ...consoleHandlers({ engine, desk: consoles, boxes, clock: engine.clock }),
    ...ipxeHandlers({
      engine,
      desk,
      settings,
      scripts,
      choices,
      files,
      library,
      platform,
      clock: engine.clock,
    }),
  };

  return {
    attach: channel => serve({ channel, handlers, feed, after }),
    close: () => open.close(),
  };
}
