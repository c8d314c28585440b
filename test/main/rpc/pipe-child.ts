/** The engine's side of a pipe, as a process of its own. */
import { pipeChannels } from '../../../main/rpc/pipe-channel.ts';
import { Stage } from './kit.ts';

const stage = new Stage();
pipeChannels({
  post: message => void process.send?.(message),
  onMessage: listener => void process.on('message', listener),
  onGone: listener => void process.on('disconnect', listener),
}).onOpened(channel =>
  stage.serve(channel, {
    'folders.list': ({ path = '' }) => ({ path, parent: undefined, folders: [], files: [] }),
    'bench.stop': () => new Promise(() => {}),
  }),
);
