/**
 * An engine that serves a bench and follows the console of a board on it, in a namespace of the lab; `console.test.ts`
 * reads what it prints: every event as a line of JSON. Catches U-Boot, boots by network, logs in and runs a command.
 */

import { existsSync } from 'node:fs';
import { READY_MADE } from '../../main/console/expect/ready-made.ts';
import { runScript } from '../../main/console/expect/run-script.ts';
import type { Script } from '../../main/console/expect/script.ts';
import { createEngine } from '../../main/engine.ts';
import { nodeHost } from '../../main/host/node/node-host.ts';
import { runCommand } from '../../main/host/node/run.ts';

const [stateFolder = '', programs = '', root = '', socket = ''] = process.argv.slice(2);
const host = nodeHost();
const engine = createEngine(host, { stateFolder, programs, version: 'test', resolvers: () => [], run: runCommand });
const print = (record: object) => process.stdout.write(`${JSON.stringify(record)}\n`);
engine.events.on(print);

const ready = (name: string): Script => READY_MADE.find(script => script.name === name)!;
const netboot: Script = {
  name: 'netboot',
  steps: [{ send: 'setenv autoload no; dhcp && pxe get && pxe boot\r', wait: 'Starting kernel', within: 60 }],
};
const uname: Script = {
  name: 'uname',
  steps: [
    {
      send: 'echo kernel=$(uname -m) $(cat /sys/class/net/eth0/address)\r',
      wait: { regex: 'kernel=(\\w+) ([0-9a-f:]{17})' },
    },
  ],
};

const bench = await engine.start({ nic: 'bench0', root, force: [] });
// What a board prints while nobody listens is lost: the countdown begins soon after the socket is there.
while (!existsSync(socket)) await new Promise(resolve => setTimeout(resolve, 20));
const session = engine.consoles.open({ target: `unix:${socket}` });
session.onMarker(marker => print({ type: 'test.marker', ...marker }));
try {
  const values = { user: 'root', password: 'benchboot' };
  for (const script of [ready('catch-uboot'), netboot, ready('log-in'), uname]) {
    const report = await runScript(session, script, { clock: host.clock, values });
    print({ type: 'test.report', ...report });
    if (!report.ok) break;
  }
  print({
    type: 'test.story',
    ...engine.consoleStories.of(session.id),
    session: session.name,
    device: bench.devices.snapshot()[0],
  });
} finally {
  await engine.close();
}
