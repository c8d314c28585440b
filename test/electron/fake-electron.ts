/** Electron as far as the shell uses it, made of nothing: what was asked of it is kept, what it tells is told by the test. */
import { EventEmitter } from 'node:events';
import { vi } from 'vitest';

export class FakeChild extends EventEmitter {
  readonly posted: unknown[][] = [];
  killed = false;
  postMessage(...message: unknown[]): void {
    this.posted.push(message);
    if (message[0] === 'end') this.emit('exit', 0);
  }
  kill(): void {
    this.killed = true;
    this.emit('exit', 1);
  }
}

class FakeWebContents extends EventEmitter {
  readonly sent: unknown[][] = [];
  readonly posted: unknown[][] = [];
  openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' });
  readonly session = {
    setPermissionRequestHandler: vi.fn(),
    setPermissionCheckHandler: vi.fn(),
    setDevicePermissionHandler: vi.fn(),
  };
  send(...message: unknown[]): void {
    this.sent.push(message);
  }
  postMessage(...message: unknown[]): void {
    this.posted.push(message);
  }
  setWindowOpenHandler(handler: FakeWebContents['openHandler']): void {
    this.openHandler = handler;
  }
}

export class FakeWindow extends EventEmitter {
  readonly webContents = new FakeWebContents();
  readonly options: Record<string, unknown>;
  url = '';
  shown = false;
  focused = false;
  maximized = false;
  constructor(options: Record<string, unknown>) {
    super();
    this.options = options;
    electron.windows.push(this);
    electron.app.emit('web-contents-created', {}, this.webContents);
  }
  loadURL(url: string): Promise<void> {
    this.url = url;
    return Promise.resolve();
  }
  show = () => {
    this.shown = true;
  };
  focus = () => {
    this.focused = true;
  };
  maximize = () => {
    this.maximized = true;
  };
  isMaximized = () => this.maximized;
  isMinimized = () => false;
  isDestroyed = () => false;
  getNormalBounds = () => ({ x: 10, y: 20, width: 1300, height: 900 });
}

class FakePort extends EventEmitter {
  closed = false;
  close(): void {
    this.closed = true;
  }
}

type Handler = (event: unknown, ...args: unknown[]) => unknown;

export const electron = {
  windows: [] as FakeWindow[],
  children: [] as FakeChild[],
  /** What the request handler of the scheme is. */
  page: undefined as ((request: { url: string }) => Promise<Response>) | undefined,
  schemes: [] as unknown[],
  quits: 0,
  lock: true,
  userData: '',
  display: { x: 0, y: 0, width: 1920, height: 1080 },
  picked: ['/srv/images'],
  handlers: new Map<string, Handler>(),
  app: new EventEmitter(),
  ipcMain: new EventEmitter(),
};

/** What `import … from 'electron'` gives. */
export function electronModule(): Record<string, unknown> {
  const app = Object.assign(electron.app, {
    whenReady: () => Promise.resolve(),
    getPath: () => electron.userData,
    requestSingleInstanceLock: () => electron.lock,
    exit: vi.fn(),
    quit() {
      let prevented = false;
      electron.app.emit('before-quit', {
        preventDefault: () => {
          prevented = true;
        },
      });
      if (!prevented) electron.quits += 1;
    },
  });
  return {
    app,
    ipcMain: Object.assign(electron.ipcMain, {
      handle: (channel: string, handler: Handler) => void electron.handlers.set(channel, handler),
    }),
    BrowserWindow: FakeWindow,
    Menu: { setApplicationMenu: vi.fn(), buildFromTemplate: vi.fn() },
    MessageChannelMain: class {
      readonly port1 = new FakePort();
      readonly port2 = new FakePort();
    },
    dialog: { showErrorBox: vi.fn(), showOpenDialog: async () => ({ filePaths: electron.picked }) },
    nativeTheme: { shouldUseDarkColors: false },
    protocol: {
      registerSchemesAsPrivileged: (schemes: unknown[]) => void electron.schemes.push(...schemes),
      handle: (_scheme: string, handler: typeof electron.page) => {
        electron.page = handler;
      },
    },
    screen: { getDisplayMatching: () => ({ workArea: electron.display }) },
    utilityProcess: {
      fork() {
        const child = new FakeChild();
        electron.children.push(child);
        setImmediate(() => child.emit('message', 'ready'));
        return child;
      },
    },
  };
}
