/**
 * Benchboot's HTTP server alone, for the benchmark; prints `ready` and serves until SIGTERM.
 *
 *     node http-serve.ts NIC ADDRESS ROOT [plain]
 */
import { createContent } from '../../main/content/chain.ts';
import { createFolder } from '../../main/content/folder.ts';
import { nodeHost } from '../../main/host/node/node-host.ts';
import { sendFilePlain } from '../../main/http/send-file.ts';
import { startHttp } from '../../main/http/server.ts';

const [nic = 'lo', address = '127.0.0.1', root = '.', path = 'fast'] = process.argv.slice(2);
const { sockets, clock, platform } = nodeHost();
let octets = 0;
const server = await startHttp({
  sockets,
  clock,
  nic,
  address,
  port: 80,
  content: createContent([createFolder({ root, clock, platform, asksFirst: true })]),
  macOf: () => undefined,
  // The engine keeps events; the benchmark only takes note, as nginx does in its log.
  emit: event => {
    if (event.type === 'http.request') octets += event.bytes;
  },
  ...(path === 'plain' ? { sendFile: sendFilePlain } : undefined),
});
console.log('ready');
process.on('SIGTERM', async () => {
  await server.close();
  console.log(`served ${octets} octets`);
  process.exit(0);
});
