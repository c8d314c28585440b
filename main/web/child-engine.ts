/** The engine as a child process of browser mode, over Node's own pipe for messages. */
import { type ChildProcess, fork } from 'node:child_process';
import type { EngineProcess } from '../app/keeper.ts';
import type { Channel } from '../rpc/channel.ts';
import { pipeChannels } from '../rpc/pipe-channel.ts';

export interface ChildEngine extends EngineProcess {
  /** A new window's channel to it. */
  open(): Channel;
}

/** It undoes what it changed within this time, or the next start does. */
const END_MS = 15_000;

/** Resolves when the engine says that it is ready. `entry`: its program. */
export function spawnEngine(entry: string): Promise<ChildEngine> {
  const child = fork(entry, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'json' });
  const exited = new Promise<string>(resolve => {
    child.once('exit', (code, signal) =>
      resolve(signal ? `It was ended by ${signal}.` : `It ended with code ${code}.`),
    );
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    void exited.then(reason => reject(new Error(`The engine could not start. ${reason}`)));
    child.on('message', function ready(message) {
      if (message !== 'ready') return;
      child.off('message', ready);
      resolve(engineOf(child, exited));
    });
  });
}

function engineOf(child: ChildProcess, exited: Promise<string>): ChildEngine {
  const pipes = pipeChannels({
    // A child that has just died refuses; its exit is told apart.
    post: message => void (child.connected && child.send(message, () => {})),
    onMessage: listener => void child.on('message', listener),
    onGone: listener => void child.once('exit', listener),
  });
  return {
    open: () => pipes.open(),
    onExit: listener => void exited.then(listener),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}
