/**
 * A bench in a process of its own, for `ipxe.test.ts`: serves bench0 with one script for a MAC, and gives that MAC another
 * one once the first was served. Prints its events like `serve --json`.
 *
 *     node script-bench.ts STATE MAC SCRIPT OTHER
 */
import { fileURLToPath } from 'node:url';
import { createEngine } from '../../main/engine.ts';
import { nodeHost } from '../../main/host/node/node-host.ts';
import { runCommand } from '../../main/host/node/run.ts';

const [stateFolder = '', mac = '', script = '', other = ''] = process.argv.slice(2);
const programs = fileURLToPath(new URL('../../resources/ipxe', import.meta.url));
const engine = createEngine(nodeHost(), {
  stateFolder,
  programs,
  version: 'test',
  resolvers: () => [],
  run: runCommand,
});
engine.events.on(event => process.stdout.write(`${JSON.stringify(event)}\n`));
const bench = await engine.start({ nic: 'bench0', force: [] });
bench.setScript(mac, script);
engine.events.on(event => {
  if (event.type === 'script.served' && bench.script(mac) === script) bench.setScript(mac, other);
});
process.once('SIGINT', () => void engine.close().then(() => process.exit(0)));
