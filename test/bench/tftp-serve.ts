/**
 * Benchboot's TFTP server alone, for the benchmark and the client suite; prints `ready PATH`, then one event a line,
 * until SIGTERM; then `memory BYTES`, the largest resident set it had.
 *
 *     node tftp-serve.ts NIC ADDRESS ROOT [plain]
 */
import { createContent } from '../../main/content/chain.ts';
import { createFolder } from '../../main/content/folder.ts';
import { nodeHost } from '../../main/host/node/node-host.ts';
import { startTftp } from '../../main/tftp/server.ts';

const [nic = 'lo', address = '127.0.0.1', root = '.', path = 'fast'] = process.argv.slice(2);
const { sockets, clock, platform } = nodeHost();
const server = await startTftp({
  sockets,
  clock,
  nic,
  address,
  content: createContent([createFolder({ root, clock, platform })]),
  macOf: () => undefined,
  emit: event => console.log(JSON.stringify(event)),
  fast: path === 'fast',
});
console.log(`ready ${server.path}`);
process.on('SIGTERM', async () => {
  await server.close();
  console.log(`memory ${process.resourceUsage().maxRSS * 1024}`);
  process.exit(0);
});
