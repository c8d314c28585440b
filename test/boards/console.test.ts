/** A board's serial console as a session of the engine that netboots it: one story from U-Boot to a command's answer. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { addLinux, pxelinuxConfig } from '../lab/boards.ts';
import { withLab } from '../lab/lab.ts';

const MAC = '52:54:00:be:00:09';
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

describe('the console of a board', () => {
  it('catches U-Boot, follows the netboot, logs in and reads a command’s answer', async () => {
    await withLab({}, async lab => {
      addLinux(lab, 'arm64');
      mkdirSync(join(lab.root, 'pxelinux.cfg'));
      const config = pxelinuxConfig('192.168.77.1').replace('loglevel=4', 'loglevel=7 bench.login');
      writeFileSync(join(lab.root, 'pxelinux.cfg/default'), config);

      const socket = join(lab.state, 'console');
      const args = [lab.state, here('../../resources/ipxe'), lab.root, socket];
      const engine = lab.start('srv', [process.execPath, here('./console-child.ts'), ...args], 'engine');
      await engine.line(/"type":"ready"/, 30_000);
      const board = [lab.script('qemu-client'), 'arm64-uboot-auto', '--mac', MAC, '--timeout', '240'];
      const qemu = lab.launch([...board, '--wait', 'never printed', '--serial', `unix:${socket}`], 'board');

      expect((await engine.ended).code, engine.stderr.join('\n')).toBe(0);
      await qemu.stop();
      const records = engine.stdout.map(line => JSON.parse(line) as Record<string, unknown> & { type: string });
      const of = (type: string) => records.filter(record => record.type === type);

      expect(of('test.report').map(report => [report.script, report.ok])).toEqual([
        ['catch-uboot', true],
        ['netboot', true],
        ['log-in', true],
        ['uname', true],
      ]);
      expect(of('test.report').at(-1)).toMatchObject({ caught: ['aarch64', MAC] });
      expect(JSON.stringify(of('test.report'))).not.toContain('benchboot"');

      const stages = of('console.stage').map(event => event.stage);
      expect(stages).toEqual(expect.arrayContaining(['uboot', 'linux', 'initramfs', 'login']));
      expect(of('console.boot')).toHaveLength(1);
      expect(of('test.marker').filter(marker => marker.kind === 'section')).toHaveLength(1);
      expect(of('console.bound')).toMatchObject([{ ip: expect.stringMatching(/^192\.168\.77\./) }]);

      // The device's own timeline, and the console's name, tell the same story.
      const told = of('device.stage').map(event => [event.stage, event.by]);
      expect(
        told.map(([stage]) => stage),
        'U-Boot fetches the initrd first',
      ).toEqual(['seen', 'offered', 'leased', 'loader', 'initrd', 'up']);
      const [story] = of('test.story');
      expect(story).toMatchObject({ boot: 1, device: { mac: MAC, boots: 1, stage: 'up' } });
      expect(story).toMatchObject({ device: { name: story?.session } });
    });
  });
});
