/** Browser mode's windows: each WebSocket is joined to a channel of the engine, and told how the engine is. */

import * as v from 'valibot';
import type { WebSocket } from 'ws';
import type { EngineKeeper, EngineState } from '../app/keeper.ts';
import { type SocketLike, socketChannel } from '../rpc/socket-channel.ts';
import type { ChildEngine } from './child-engine.ts';

/** A text that is for the shell and not for the engine. */
const toShell = v.strictObject({ shell: v.strictObject({ restart: v.literal(true) }) });
const SHELL_PREFIX = '{"shell"';

/** The engine is another one now: the window connects anew and gets everything from the beginning. */
const ENGINE_CHANGED = 4001;

export class Windows {
  readonly #keeper: () => EngineKeeper<ChildEngine>;
  readonly #sockets = new Set<WebSocket>();

  /** `keeper`: known only after the first engine state. */
  constructor(keeper: () => EngineKeeper<ChildEngine>) {
    this.#keeper = keeper;
  }

  /** Tells every window; those of an engine that is gone begin anew when the next one runs. */
  engineChanged(state: EngineState): void {
    for (const socket of this.#sockets) {
      tell(socket, state);
      if (state.engine === 'running') socket.close(ENGINE_CHANGED);
    }
  }

  readonly add = (socket: WebSocket): void => {
    this.#sockets.add(socket);
    const keeper = this.#keeper();
    // Its events carry more than is read of them.
    const window = socketChannel(socket as unknown as SocketLike);
    const engine = keeper.process?.open();
    tell(socket, keeper.state);
    window.onClose(() => {
      this.#sockets.delete(socket);
      engine?.close();
    });
    window.onText(text => {
      if (!text.startsWith(SHELL_PREFIX)) engine?.send(text);
      else if (isRestart(text)) void keeper.restart();
    });
    engine?.onText(text => window.send(text));
    engine?.onClose(() => {
      // The engine had enough of this window. When all of it is gone instead, the keeper knows a moment later, and the
      // window stays to be told of the next one.
      setImmediate(() => {
        if (keeper.state.engine === 'running') window.close();
      });
    });
  };
}

function tell(socket: WebSocket, state: EngineState): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ shell: state }));
}

function isRestart(text: string): boolean {
  try {
    return v.is(toShell, JSON.parse(text));
  } catch {
    return false;
  }
}
