/**
 * How this window reaches the engine, and the only file that knows: through the shell's preload object in the app, through
 * a WebSocket to whoever served the page in a browser. What is said over the channel is not its business.
 */
import { type Channel, Inbox } from '../../main/rpc/channel.ts';
import { type DomPort, portChannel } from '../../main/rpc/port-channel.ts';

/** What the shell knows of the engine's process. */
export interface EngineProcess {
  readonly engine: 'running' | 'restarting' | 'gone';
  /** Why it is not running, as a sentence. */
  readonly reason?: string;
  /** How often it was started again by itself. */
  readonly restarts: number;
}

/** `window.benchboot`, which the preload script of the app exposes. */
export interface ShellBridge {
  readonly facts: ShellFacts;
  /**
   * Asks for a new line to the engine. A port cannot cross by return value: it comes as a `message` event of this window
   * with `data` equal to `ENGINE_PORT` and the port as its first one.
   */
  openEngine(): void;
  /** Called at once with the state as it is, then with each change. Returns stop. */
  onEngine(listener: (state: EngineProcess) => void): () => void;
  restartEngine(): void;
  /** The system's own dialog; undefined: cancelled. */
  pickFolder(): Promise<string | undefined>;
  /** As `pickFolder`, for one file. */
  pickFile(): Promise<string | undefined>;
  /** Where a file that was dropped on the window is; empty when it is no file of this laptop. */
  pathOf(file: File): string;
}

export const ENGINE_PORT = 'benchboot:engine';

export interface ShellFacts {
  /** `browser`: a page in whatever browser the person uses. */
  readonly kind: 'app' | 'browser';
  readonly platform: string;
}

export interface LinkEvents {
  /** The engine can be talked to. */
  onChannel(channel: Channel): void;
  /** The line is gone and does not come back by itself: `open` again. */
  onClosed(): void;
  onEngine(state: EngineProcess): void;
}

export interface Link {
  readonly facts: ShellFacts;
  /** One line at a time. Returns close. */
  open(events: LinkEvents): () => void;
  restartEngine(): void;
  readonly pickFolder?: () => Promise<string | undefined>;
  readonly pickFile?: () => Promise<string | undefined>;
  readonly pathOf?: (file: File) => string;
}

declare global {
  interface Window {
    readonly benchboot?: ShellBridge;
  }
}

export function findLink(): Link {
  return window.benchboot ? appLink(window.benchboot) : browserLink();
}

function appLink(bridge: ShellBridge): Link {
  return {
    facts: bridge.facts,
    open({ onChannel, onClosed, onEngine }) {
      let channel: Channel | undefined;
      const take = ({ source, data, ports }: MessageEvent): void => {
        const [port] = ports;
        if (source !== window || data !== ENGINE_PORT || !port || channel) return;
        channel = portChannel(port as DomPort);
        onChannel(watched(channel, onClosed));
      };
      window.addEventListener('message', take);
      const stop = bridge.onEngine(onEngine);
      bridge.openEngine();
      return () => {
        window.removeEventListener('message', take);
        stop();
        channel?.close();
      };
    },
    restartEngine: () => bridge.restartEngine(),
    pickFolder: () => bridge.pickFolder(),
    pickFile: () => bridge.pickFile(),
    pathOf: file => bridge.pathOf(file),
  };
}

/** The channel, telling also somebody else when it closes. */
function watched(channel: Channel, onClosed: () => void): Channel {
  return {
    ...channel,
    onClose(listener) {
      channel.onClose(() => {
        listener();
        onClosed();
      });
    },
  };
}

/** The shell of browser mode speaks on the engine's own socket, in texts that begin so. */
const SHELL = '{"shell":';

function browserLink(): Link {
  let socket: WebSocket | undefined;
  return {
    facts: { kind: 'browser', platform: navigator.platform },
    open({ onChannel, onClosed, onEngine }) {
      const inbox = new Inbox();
      const line = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/engine`);
      socket = line;
      line.addEventListener('open', () => {
        onChannel({
          send(text) {
            if (line.readyState === WebSocket.OPEN) line.send(text);
          },
          onText: inbox.onText,
          onClose: inbox.onClose,
          close: () => line.close(),
        });
      });
      line.addEventListener('message', ({ data }) => {
        if (typeof data !== 'string') return;
        if (!data.startsWith(SHELL)) {
          inbox.take(data);
          return;
        }
        const { shell } = JSON.parse(data) as { shell: EngineProcess };
        // Calls that a dead engine has not answered are lost; the socket stays for what the shell says.
        if (shell.engine !== 'running') inbox.end();
        onEngine(shell);
      });
      line.addEventListener('close', () => {
        inbox.end();
        onClosed();
      });
      return () => line.close();
    },
    restartEngine() {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ shell: { restart: true } }));
    },
  };
}
