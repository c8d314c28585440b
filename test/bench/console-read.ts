/** The reader of the console benchmark: opens consoles with their logs, says when each is open, runs until it is told to end. */
import { createConsoles } from '../../main/console/consoles.ts';
import { nodeHost } from '../../main/host/node/node-host.ts';

const [stateFolder, ...targets] = process.argv.slice(2);
const consoles = createConsoles({ host: nodeHost(), stateFolder: stateFolder! });
const sessions = targets.map(target => consoles.open({ target }));
await Promise.all(
  sessions.map(
    session => new Promise<void>(resolve => void session.onState(({ phase }) => phase === 'open' && resolve())),
  ),
);
console.log('open');
process.stdin.on('data', async () => {
  await consoles.close();
  process.exit();
});
