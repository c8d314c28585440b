/** The one object that the window sees of the shell (`renderer/engine/link.ts` says what it is). Runs sandboxed. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { ENGINE_PORT, type EngineProcess, type ShellBridge } from '../renderer/engine/link.ts';
import { CHANNELS } from './channels.ts';

// A port cannot pass the bridge; it goes to the page as a message, and to this very origin alone.
ipcRenderer.on(CHANNELS.enginePort, event => window.postMessage(ENGINE_PORT, location.origin, [...event.ports]));

const bridge: ShellBridge = {
  facts: { kind: 'app', platform: process.platform },
  openEngine: () => ipcRenderer.send(CHANNELS.openEngine),
  onEngine(listener) {
    const told = (_event: unknown, state: EngineProcess): void => listener(state);
    ipcRenderer.on(CHANNELS.engineState, told);
    void ipcRenderer.invoke(CHANNELS.engineState).then(listener);
    return () => ipcRenderer.off(CHANNELS.engineState, told);
  },
  restartEngine: () => ipcRenderer.send(CHANNELS.restartEngine),
  pickFolder: () => ipcRenderer.invoke(CHANNELS.pick, 'folder'),
  pickFile: () => ipcRenderer.invoke(CHANNELS.pick, 'file'),
  pathOf: file => webUtils.getPathForFile(file),
};
contextBridge.exposeInMainWorld('benchboot', bridge);
