/** Ten boards at once on one wire: five kinds of firmware, three Raspberry Pis and two with a new MAC at every try. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  addFiles,
  addPayload,
  boot,
  type Firmware,
  PIS,
  type PiModel,
  pxelinuxConfig,
  replayPi,
} from '../lab/boards.ts';
import { type Serving, withLab } from '../lab/lab.ts';

const FIRMWARES: readonly Firmware[] = ['bios', 'uefi', 'uefi-http', 'arm64-uboot', 'arm64-uefi'];
const PI_MODELS: readonly PiModel[] = ['pi3', 'pi4', 'pi5'];
const FLAKY = ['MixtileClusterBox', 'SlowLoader'];

/** Who holds each address by lease, or by an offer that is as good as one (a Pi 3 sends no REQUEST). */
function holders(serving: Serving): Map<string, Set<string>> {
  const held = new Map<string, Set<string>>();
  for (const { type, ip, mac, recipe } of [...serving.all('dhcp.ack'), ...serving.all('dhcp.offer')])
    if (ip && (type === 'dhcp.ack' || recipe === 'pi3-menu')) held.set(ip, (held.get(ip) ?? new Set()).add(mac));
  return held;
}

/** The most memory a process ever held, in MiB. */
function mostMemory(pid: number): number {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1];
  return Number(kib) / 1024;
}

it('all come up, no address is given twice, each is one device, and the Pi 3 keeps its address', async () => {
  await withLab({ clients: 5 }, async lab => {
    addPayload(lab, 'amd64', 'arm64');
    for (const model of PI_MODELS) addFiles(lab, '', PIS[model].files);
    mkdirSync(join(lab.root, 'pxelinux.cfg'));
    writeFileSync(join(lab.root, 'pxelinux.cfg/default'), pxelinuxConfig('192.168.77.1'));
    // Fewer addresses than the two flaky boards have MACs.
    const serving = await lab.serve(['--range', '192.168.77.100-192.168.77.139']);

    const pi = (n: number): ReturnType<typeof replayPi> => replayPi(lab, `c${n + 1}`, PI_MODELS[n]!);
    const flaky = FLAKY.map((hostname, i) =>
      lab.exec(`c${i + 4}`, [
        ...[lab.script('flaky-client'), '--hostname', hostname, '--rounds', '40'],
        ...['--interval', '0.7', '--request-every', '10'],
      ]),
    );
    const pis = PI_MODELS.map(async (_, n) => await pi(n));
    const machines = FIRMWARES.map((firmware, i) => boot(lab, firmware, { mac: `52:54:00:be:10:0${i}`, timeout: 270 }));
    const [first] = await Promise.all(pis);
    for (const output of await Promise.all(flaky))
      expect(output.stdout).toMatch(/FLAKY rounds 40 offers 40 .* acks 4 /);
    const up = await Promise.all(machines);
    const again = await pi(0);
    expect(mostMemory(serving.program.pid)).toBeLessThan(150);

    expect(again.ip).toBe(first!.ip);
    for (const board of up) expect(board.console).toContain('BENCHBOOT-REPORT hello from the lab');
    expect(new Set(up.map(board => board.ip)).size).toBe(FIRMWARES.length);
    for (const [ip, macs] of holders(serving)) expect([ip, [...macs]]).toEqual([ip, [expect.any(String)]]);

    const seen = serving.all('device.seen');
    expect(new Set(seen.map(event => event.device)).size).toBe(FIRMWARES.length + PI_MODELS.length + FLAKY.length);
    for (const { mac } of up) await serving.event('device.stage', event => event.mac === mac && event.stage === 'up');
    for (const hostname of FLAKY)
      expect(new Set(seen.filter(event => event.name === hostname).map(event => event.device)).size).toBe(1);
    expect(await serving.stop()).toBe(130);
  });
});
