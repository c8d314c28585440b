/** The engine in a utility process of Electron: plain Node, no window, a port for each window. */
import { type MessagePortMain, utilityProcess } from 'electron';
import type { EngineProcess } from '../main/app/keeper.ts';

export interface ElectronEngine extends EngineProcess {
  /** Hands a window's port over. */
  connect(port: MessagePortMain): void;
}

/** It undoes what it changed within this time, or the next start does. */
const END_MS = 15_000;

/** Resolves when the engine says that it is ready. */
export function spawnEngine(entry: string): Promise<ElectronEngine> {
  const child = utilityProcess.fork(entry, [], { serviceName: 'Benchboot engine', stdio: 'inherit' });
  const exited = new Promise<string>(resolve => {
    child.once('exit', code => resolve(`It ended with code ${code}.`));
  });
  const engine: ElectronEngine = {
    connect: port => child.postMessage('window', [port]),
    onExit: listener => void exited.then(listener),
    async stop() {
      child.postMessage('end');
      const timer = setTimeout(() => child.kill(), END_MS);
      await exited;
      clearTimeout(timer);
    },
  };
  return new Promise((resolve, reject) => {
    void exited.then(reason => reject(new Error(`The engine could not start. ${reason}`)));
    child.once('message', () => resolve(engine));
  });
}
