import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bench, RawClient, request, startBench, type TestContent, tableContent } from './loopback.ts';

let folder: string;
let bench: Bench;
let content: TestContent;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'benchboot-http-fuzz-'));
  writeFileSync(join(folder, 'big'), Buffer.alloc(300_000, 7));
  content = tableContent({ '/big': { path: join(folder, 'big') }, '/boot.ipxe': '#!ipxe\n' });
  bench = await startBench(content);
});
afterAll(async () => {
  await bench.server.close();
  rmSync(folder, { recursive: true, force: true });
});

const honest = [
  request('GET', '/boot.ipxe', 'User-Agent: iPXE/1.21.1', 'Connection: keep-alive'),
  request('HEAD', '/big', 'User-Agent: UefiHttpBoot/1.0', 'Accept: */*'),
  request('GET', '/big', 'Range: bytes=5-', 'If-Range: "x"'),
  `${request('POST', '/report', 'Content-Length: 8')}stage=up`,
];
const mutated = fc
  .tuple(
    fc.constantFrom(...honest),
    fc.array(
      fc.tuple(fc.nat(300), fc.constantFrom('\r', '\n', '\0', ' ', ':', '%', '..', '\r\n\r\n', 'é', ''), fc.nat(3)),
      {
        maxLength: 4,
      },
    ),
  )
  .map(([text, changes]) =>
    Buffer.from(
      changes.reduce((now, [at, insert, drop]) => now.slice(0, at) + insert + now.slice(at + drop), text),
      'latin1',
    ),
  );
const garbage = fc.uint8Array({ maxLength: 400 }).map(octets => Buffer.from(octets));

it('garbage and damaged requests, in pieces, cut off anywhere: the next client is served and nothing is left open', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 3, arbitrary: mutated }, garbage), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      async (pieces, abrupt) => {
        const bad = await RawClient.connect(bench.port);
        for (const piece of pieces) bad.send(piece);
        if (abrupt) bad.socket.resetAndDestroy();
        else bad.socket.end();
        const good = await RawClient.connect(bench.port);
        const answer = await good.get('/boot.ipxe');
        expect(answer.body.toString()).toBe('#!ipxe\n');
        good.socket.destroy();
        if (!abrupt) {
          const said = (await bad.rest()).toString('latin1');
          if (said !== '') expect(said).toMatch(/^HTTP\/1\.1 \d{3} /);
        }
        bad.socket.destroy();
      },
    ),
    { numRuns: 1_500 },
  );
  while (content.open() > 0) await new Promise(resolve => setImmediate(resolve));
  expect(content.closedTwice()).toBe(0);
  expect(bench.events.filter(event => event.type === 'notice')).toEqual([]);
});
