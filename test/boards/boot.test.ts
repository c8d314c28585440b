/** Boards with empty disks, from power-on to a shell, served by `benchboot serve` alone; the office network hears nothing. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  addFiles,
  addLinux,
  addPayload,
  boot,
  ipxeProgram,
  PIS,
  type PiModel,
  pxelinuxConfig,
  replayPi,
  sha256,
} from '../lab/boards.ts';
import { type Lab, type Serving, withLab } from '../lab/lab.ts';

const LAPTOP = '192.168.77.1';

/** A lab with `serve` running, and the proof that nothing of it reached the office. */
async function withBench(
  { clients = 1, flags = [] }: { clients?: number; flags?: readonly string[] },
  prepare: (lab: Lab) => void | Promise<void>,
  body: (lab: Lab, serving: Serving) => Promise<void>,
): Promise<void> {
  await withLab({ clients }, async lab => {
    await prepare(lab);
    const office = await lab.capture('o1');
    const serving = await lab.serve(flags);
    await body(lab, serving);
    expect(await serving.stop()).toBe(130);
    expect(await office.stop()).toEqual([]);
  });
}

/** Names a board fetched whole, in order, by both protocols. */
function fetched(serving: Serving, mac: string | undefined): string[] {
  return serving.log().flatMap(event => {
    if (event.type === 'tftp.done' && event.mac === mac) return [`tftp ${event.file}`];
    if (event.type === 'http.request' && event.mac === mac && event.method === 'GET' && event.status === 200)
      return [`http ${event.path.replace(/\?.*/, '')}`];
    return [];
  });
}

async function stages(serving: Serving, mac: string): Promise<string[]> {
  await serving.event('device.stage', event => event.mac === mac && event.stage === 'up');
  return serving.all('device.stage').flatMap(event => (event.mac === mac ? [event.stage] : []));
}

describe('from power-on to a shell', () => {
  it('a BIOS machine with an iPXE ROM, and a UEFI machine by PXE', async () => {
    await withBench(
      {},
      lab => addPayload(lab, 'amd64'),
      async (lab, serving) => {
        const bios = { mac: '52:54:00:be:00:01', uuid: '00112233-4455-6677-8899-aabbccddeeff' };
        const uefi = { mac: '52:54:00:be:00:02', uuid: '00112233-4455-6677-8899-aabbccddeef0' };
        const boards = await Promise.all([boot(lab, 'bios', bios), boot(lab, 'uefi', uefi)]);
        for (const board of boards) expect(board.console).toContain('BENCHBOOT-REPORT hello from the lab');

        const script = ['http /boot.ipxe', 'http /vmlinuz-amd64', 'http /initrd-amd64.img', 'http /report.txt'];
        expect(fetched(serving, bios.mac)).toEqual(script);
        expect(fetched(serving, uefi.mac)).toEqual(['tftp ipxe.efi', 'tftp autoexec.ipxe', ...script]);
        for (const { mac } of boards)
          expect(await stages(serving, mac)).toEqual(expect.arrayContaining(['leased', 'kernel']));
        for (const { mac, ip } of boards) expect((await serving.event('dhcp.ack', e => e.mac === mac)).ip).toBe(ip);
      },
    );
  });

  it('UEFI machines, x64 and arm64, by HTTP Boot, and a board with U-Boot that reads pxelinux.cfg', async () => {
    await withBench(
      {},
      lab => {
        addPayload(lab, 'amd64', 'arm64');
        mkdirSync(join(lab.root, 'pxelinux.cfg'));
        writeFileSync(join(lab.root, 'pxelinux.cfg/default'), pxelinuxConfig(LAPTOP));
      },
      async (lab, serving) => {
        const http = { mac: '52:54:00:be:00:03', uuid: '00112233-4455-6677-8899-aabbccddeef1' };
        const arm64 = { mac: '52:54:00:be:00:08', uuid: '00112233-4455-6677-8899-aabbccddeef4' };
        const uboot = { mac: '52:54:00:be:00:04' };
        const boards = await Promise.all([
          boot(lab, 'uefi-http', http),
          boot(lab, 'arm64-uefi-http', arm64),
          boot(lab, 'arm64-uboot', uboot),
        ]);
        for (const board of boards) expect(board.console).toContain('BENCHBOOT-REPORT hello from the lab');

        for (const [mac, program, cpu] of [
          [http.mac, 'ipxe.efi', 'amd64'],
          [arm64.mac, 'ipxe-arm64.efi', 'arm64'],
        ] as const) {
          expect(serving.all('dhcp.ack').find(event => event.mac === mac)?.bootfile).toBe(
            `http://${LAPTOP}/${program}`,
          );
          // iPXE looks for its autoexec.ipxe where it came from.
          expect(fetched(serving, mac)).toEqual([
            `http /${program}`,
            'http /autoexec.ipxe',
            'http /boot.ipxe',
            `http /vmlinuz-${cpu}`,
            `http /initrd-${cpu}.img`,
            'http /report.txt',
          ]);
        }
        expect(fetched(serving, uboot.mac)).toEqual([
          'tftp pxelinux.cfg/default',
          'tftp initrd-arm64.img',
          'tftp vmlinuz-arm64',
          'http /report.txt',
        ]);
      },
    );
  });
});

describe('from power-on to a shell, with nothing in the root but kernel and initrd', () => {
  it('a board with U-Boot and an arm64 UEFI machine boot what is written for them', async () => {
    await withBench(
      {},
      lab => addLinux(lab, 'arm64'),
      async (lab, serving) => {
        const uboot = { mac: '52:54:00:be:00:06' };
        const uefi = { mac: '52:54:00:be:00:07', uuid: '00112233-4455-6677-8899-aabbccddeef3' };
        await Promise.all([boot(lab, 'arm64-uboot', uboot), boot(lab, 'arm64-uefi', uefi)]);
        expect(fetched(serving, uboot.mac)).toEqual([
          'tftp pxelinux.cfg/01-52-54-00-be-00-06',
          'tftp initrd-arm64.img',
          'tftp vmlinuz-arm64',
        ]);
        expect(fetched(serving, uefi.mac)).toEqual(
          expect.arrayContaining([
            'tftp ipxe-arm64.efi',
            'http /boot.ipxe',
            'http /vmlinuz-arm64',
            'http /initrd-arm64.img',
          ]),
        );
      },
    );
  });
});

describe('boards that are replayed on the wire', () => {
  it.each<[PiModel, 'the folder of its serial' | 'the root']>([
    ['pi3', 'the folder of its serial'],
    ['pi3', 'the root'],
    ['pi4', 'the folder of its serial'],
    ['pi4', 'the root'],
    ['pi5', 'the root'],
  ])('a Raspberry Pi (%s) fetches its files, which lie in %s', async (model, where) => {
    const { mac, serial, files } = PIS[model];
    const folder = where === 'the root' ? '' : serial;
    await withBench(
      {},
      lab => {
        addFiles(lab, folder, files);
        // The mask ROM of a Pi 3 asks for its first file without a folder.
        if (model === 'pi3') addFiles(lab, '', ['bootcode.bin']);
      },
      async (lab, serving) => {
        const pi = await replayPi(lab, 'c1', model);
        const names = pi.fetched.map(file => file.name.replace(`${serial}/`, ''));
        expect(names.sort()).toEqual([...files].sort());
        for (const { name, sha256: sum } of pi.fetched)
          expect(sum).toBe(sha256(readFileSync(join(lab.root, folder, name.replace(`${serial}/`, '')))));
        expect((await serving.event('dhcp.offer', e => e.mac === mac)).ip).toBe(pi.ip);
      },
    );
  });

  it('two Pi 3 at once, which always share a transaction id', async () => {
    await withBench(
      { clients: 2 },
      lab => addFiles(lab, '', PIS.pi3.files),
      async lab => {
        const other = ['--mac', 'b8:27:eb:00:00:02', '--serial', '11223344'];
        const [one, two] = await Promise.all([replayPi(lab, 'c1', 'pi3'), replayPi(lab, 'c2', 'pi3', other)]);
        expect(one.ip).not.toBe(two.ip);
        expect(one.fetched.map(file => file.sha256)).toEqual(two.fetched.map(file => file.sha256));
      },
    );
  });

  it("a PXE ROM without iPXE gets Benchboot's own undionly.kpxe", async () => {
    await withBench(
      {},
      () => undefined,
      async (lab, serving) => {
        const text = await lab.output('c1', [lab.script('pxe-client')]);
        expect(text).toMatch(/PXE-OK 192\.168\.77\.\d+ 00:1b:21:0a:0b:0c undionly\.kpxe/);
        expect(text).toContain(`sha256 ${sha256(ipxeProgram('undionly.kpxe'))}`);
        const probe = await serving.event('tftp.error', e => e.file === 'undionly.kpxe');
        expect(probe.reason).toBe('probe');
      },
    );
  });
});

describe('proxy mode, beside the DHCP server that is there', () => {
  /** A server of addresses alone, as an office router is one. */
  async function startDhcpServer(lab: Lab): Promise<void> {
    await lab.output('c2', ['ip', 'addr', 'add', '192.168.77.254/24', 'dev', 'eth0']);
    const common = [
      '--no-daemon',
      '--conf-file=/dev/null',
      '--user=root',
      '--port=0',
      '--log-dhcp',
      '--log-facility=-',
    ];
    const range = '--dhcp-range=192.168.77.100,192.168.77.200,1h';
    const server = lab.start('c2', ['dnsmasq', ...common, '--interface=eth0', '--leasefile-ro', '--no-ping', range]);
    await server.line(/DHCP, IP range/);
  }

  it('a PXE ROM asks port 4011, and a UEFI machine boots to a shell', async () => {
    await withBench(
      { clients: 2, flags: ['--mode', 'proxy'] },
      async lab => {
        addPayload(lab, 'amd64');
        await startDhcpServer(lab);
      },
      async (lab, serving) => {
        const uefi = { mac: '52:54:00:be:00:05', uuid: '00112233-4455-6677-8899-aabbccddeef2' };
        const rom = await lab.output('c1', [lab.script('pxe-client'), '--proxy']);
        expect(rom).toContain('< 4011 ACK');
        expect(rom).toMatch(/PXE-OK 192\.168\.77\.1\d\d 00:1b:21:0a:0b:0c undionly\.kpxe/);

        const board = await boot(lab, 'uefi', uefi);
        expect(board.ip).toMatch(/^192\.168\.77\.1\d\d$/);
        // Who holds which address is not known beside another server, but for what its requests tell.
        const names = [...fetched(serving, uefi.mac), ...fetched(serving, undefined)];
        expect(names).toEqual(expect.arrayContaining(['tftp ipxe.efi', 'http /boot.ipxe', 'http /vmlinuz-amd64']));
        for (const type of ['dhcp.offer', 'dhcp.ack'] as const)
          for (const event of serving.all(type)) expect(event).not.toHaveProperty('ip');
      },
    );
  });
});

describe('chosen-nic-only', () => {
  it('a DISCOVER on the other port of the laptop gets no answer', async () => {
    await withLab({}, async lab => {
      const serving = await lab.serve();
      const office = await lab.capture('o1');
      const ask = ['--rounds', '2', '--interval', '0.1', '--wait', '1.5'];
      expect((await lab.exec('o1', [lab.script('flaky-client'), ...ask])).stdout).toContain('offers 0 ');
      // The same question on the bench is answered: the silence above was not deafness.
      expect(await lab.output('c1', [lab.script('flaky-client'), ...ask])).toContain('offers 2 ');
      await serving.stop();
      const others = (await office.stop()).filter(packet => !packet.includes('0.0.0.0.68 > 255.255.255.255.67'));
      expect(others).toEqual([]);
    });
  });
});
