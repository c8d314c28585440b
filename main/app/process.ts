/**
 * The engine as a process of its own, for the shell and for browser mode: windows come as channels over the pipe to the
 * parent, or as message ports from Electron. It ends, and undoes what it did, when the parent does.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import '../memory.ts';
import '../threads.ts';
import { hasRights } from '../host/helper/user-host.ts';
import { libraryFolder, settingsFolder } from '../host/node/folders.ts';
import { localEngine, localMachine } from '../local-engine.ts';
import { localFlashParts } from '../local-flash.ts';
import { type Pipe, pipeChannels } from '../rpc/pipe-channel.ts';
import { type EmitterPort, portChannel } from '../rpc/port-channel.ts';
import { createApp } from './app.ts';

/** Electron's half of a utility process, as far as it is used here. */
interface ParentPort {
  on(event: 'message', listener: (message: { data: unknown; ports: EmitterPort[] }) => void): void;
  postMessage(message: unknown): void;
}
const { parentPort } = process as unknown as { parentPort?: ParentPort };

const machine = localMachine({ mayAsk: true });
const flash = localFlashParts(machine.host);
const app = await createApp({
  engine: localEngine(machine),
  flash,
  imageFolders: [
    { path: libraryFolder(), where: 'library' },
    { path: join(homedir(), 'Downloads'), where: 'downloads' },
    { path: flash.downloads, where: 'fetched' },
  ],
  settingsFolder: settingsFolder(),
  library: libraryFolder(),
  privileged: hasRights(),
  platform: process.platform,
  now: Date.now,
});

let closing = false;
function end(): void {
  if (closing) return;
  closing = true;
  void app
    .close()
    .catch(() => undefined)
    .then(() => process.exit(0));
}
process.on('SIGTERM', end);
// A terminal sends these to the whole group; the parent decides what they mean.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

if (parentPort) {
  parentPort.on('message', ({ data, ports: [port] }) => {
    if (port) app.attach(portChannel(port));
    else if (data === 'end') end();
  });
  parentPort.postMessage('ready');
} else {
  const pipe: Pipe = {
    post: message => void process.send?.(message),
    onMessage: listener => void process.on('message', listener),
    onGone: listener => void process.on('disconnect', listener),
  };
  pipeChannels(pipe).onOpened(app.attach);
  process.on('disconnect', end);
  process.send?.('ready');
}
