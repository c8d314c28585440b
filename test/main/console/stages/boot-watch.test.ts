import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BootWatch, type WatchEvent } from '../../../../main/console/stages/boot-watch.ts';

/** What a console printed, from power-on to a shell: QEMU boards netbooted by Benchboot. */
const recorded = (name: string) => readFileSync(new URL(`../../../captures/consoles/${name}.console`, import.meta.url));

const short = (event: WatchEvent): string => {
  switch (event.type) {
    case 'boot':
      return `boot ${event.boot}`;
    case 'stage':
      return `${event.stage}: ${event.by}`;
    case 'hint':
      return `hint ${event.rule}`;
    default:
      return `${event.trust} ${event.mac ?? event.ip} (${event.by})`;
  }
};
/** Each piece comes a second after the one before it. */
const told = (...pieces: (string | Uint8Array | number)[]): string[] => {
  const watch = new BootWatch();
  let at = 0;
  return pieces.flatMap(piece => {
    at += typeof piece === 'number' ? piece * 1000 : 1000;
    return typeof piece === 'number'
      ? []
      : watch.push(typeof piece === 'string' ? Buffer.from(piece) : piece, at).map(short);
  });
};
const stages = (events: string[]) => events.flatMap(event => (/^(\w+): /.exec(event) ?? [])[1] ?? []);

describe('recorded consoles', () => {
  it.each<[string, string[]]>([
    [
      'bios',
      [
        'boot 1',
        'firmware: SeaBIOS 1.16.2-debian-1.16.2-1',
        'ipxe: iPXE',
        'own 52:54:00:be:00:01 (iPXE)',
        'own 192.168.77.162 (iPXE)',
        'linux: Linux 6.1.0-50-cloud-amd64',
        'initramfs: initramfs',
        'login: shell',
      ],
    ],
    [
      'uefi',
      [
        'boot 1',
        'firmware: network boot of the firmware',
        'own 192.168.77.110 (UEFI PXE)',
        'own 52:54:00:be:00:02 (the UEFI boot manager)',
        'ipxe: iPXE',
        'linux: Linux 6.1.0-50-cloud-amd64',
        'initramfs: initramfs',
        'login: shell',
      ],
    ],
    [
      'arm64-uboot',
      [
        'boot 1',
        'uboot: U-Boot 2023.01+dfsg-2+deb12u3',
        'hint uboot-environment',
        'own 192.168.77.58 (U-Boot’s DHCP)',
        'linux: the kernel was started',
        'initramfs: initramfs',
        'login: shell',
      ],
    ],
    [
      'arm64-uefi',
      [
        'boot 1',
        'firmware: network boot of the firmware',
        'own 192.168.77.221 (UEFI PXE)',
        'own 52:54:00:be:00:04 (the UEFI boot manager)',
        'ipxe: iPXE',
        'linux: the kernel was started',
        'initramfs: initramfs',
        'login: shell',
      ],
    ],
  ])('%s', (name, events) => {
    expect(told(recorded(name))).toEqual(events);
  });

  it.each(['bios', 'uefi', 'arm64-uboot', 'arm64-uefi'])('%s twice is two boots', name => {
    const bytes = recorded(name);
    const events = told(bytes, bytes);
    expect(events.filter(event => event.startsWith('boot '))).toEqual(['boot 1', 'boot 2']);
    expect(stages(events.slice(events.indexOf('boot 2')))).toEqual(stages(told(bytes)));
  });

  it('say the same however they are cut', () => {
    const bytes = recorded('uefi');
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 30 }), sizes => {
        const watch = new BootWatch();
        const events: string[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length]!;
          events.push(...watch.push(bytes.subarray(at, at + size), at).map(short));
          at += size;
        }
        expect(events).toEqual(told(bytes));
      }),
      { numRuns: 30 },
    );
  });
});

const ROCKCHIP = [
  'DDR 9fa84341ce typ 24/09/06-09:51:11,fwver: v1.18\nLPDDR4X, 2112MHz\n',
  'U-Boot SPL 2017.09-gabcdef (Nov 10 2023 - 10:00:00)\nTrying to boot from MMC1\n',
  'NOTICE:  BL31: v2.3():v2.3-607-gbf602aff1:cl\nNOTICE:  BL31: Built : 10:16:03, Jun  5 2023\nINFO:    BL31: Initializing runtime services\n',
  'I/TC: OP-TEE version: 3.13.0-652-g4542e1efd\n',
  'U-Boot 2017.09 (Nov 10 2023 - 10:00:00 +0800)\nModel: Mixtile Blade 3\n',
  "Hit key to stop autoboot('CTRL+C'):  1 \b\b\b 0 \n",
  'Starting kernel ...\n[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x412fd050]\n[    0.000000] Linux version 5.10.160 (builder@host) #1\n',
  '[    3.100000] Run /init as init process\n',
  'Welcome to Debian GNU/Linux 12 (bookworm)!\n',
  'Debian GNU/Linux 12 blade1 ttyFIQ0\n\nblade1 login: ',
];

describe('a board with every stage', () => {
  it('goes through them once', () => {
    expect(told(...ROCKCHIP)).toEqual([
      'boot 1',
      'ddr: DDR 9fa84341ce',
      'spl: U-Boot SPL 2017.09-gabcdef',
      'tfa: TF-A BL31 v2.3():v2.3-607-gbf602aff1:cl',
      'uboot: U-Boot 2017.09',
      'linux: the kernel was started',
      'initramfs: initramfs',
      'system: Debian GNU/Linux 12 (bookworm)',
      'login: login prompt',
    ]);
  });

  it('shows a prompt while it waits, once, and the time each stage took', () => {
    const watch = new BootWatch();
    ROCKCHIP.forEach((text, i) => void watch.push(Buffer.from(text), i * 1500));
    expect(watch.marks.map(mark => mark.at)).toEqual([0, 1500, 3000, 6000, 9000, 10500, 12000, 13500]);
    expect(watch.push(Buffer.from('root\r\n'), 20_000)).toEqual([]);
    expect(watch.push(Buffer.from('Last login: Tue Nov 10\r\nblade1 login: '), 30_000)).toEqual([]);
  });

  it.each<[string, string[], number]>([
    ['a reset in U-Boot', [...ROCKCHIP.slice(0, 6), ...ROCKCHIP], 2],
    ['a restart from the prompt', [...ROCKCHIP, ...ROCKCHIP], 2],
    ['a loop in the first stage', [ROCKCHIP[0]!, ROCKCHIP[0]!, ROCKCHIP[0]!], 3],
    [
      'mainline TPL, memory, SPL',
      ['U-Boot TPL 2021.07 (x)\nChannel 0: LPDDR4, 50MHz\n', 'U-Boot SPL 2021.07 (x)\n'],
      1,
    ],
    ['dmesg typed at the prompt', [...ROCKCHIP, 'root@blade1:~# dmesg\r\n', ROCKCHIP[6]!.slice(20)], 1],
    ['printenv prints ver=', [...ROCKCHIP.slice(0, 6), '=> printenv\nver=U-Boot 2017.09 (Nov 10 2023)\n'], 1],
    [
      'UEFI tries one entry after another',
      ['BdsDxe: failed to load Boot0001\n', '>>Start PXE over IPv4.\n', 'BdsDxe: loading Boot0002\n'],
      1,
    ],
    [
      'iPXE gives up and firmware goes on',
      ['BdsDxe: loading\n', 'iPXE initialising devices...\n', 'BdsDxe: loading\n'],
      1,
    ],
  ])('%s', (_name, pieces, boots) => {
    expect(told(...pieces).filter(event => event.startsWith('boot '))).toHaveLength(boots);
  });
});

describe('a board that shows only its kernel', () => {
  const banner = '[    0.000000] Linux version 6.1.0 (x) #1\n';
  it.each<[string, (string | number)[], number]>([
    ['dmesg', [banner, 'pi login: ', 60, 'root\r\n', `# dmesg\r\n${banner}`], 1],
    ['switched off and on', [banner, 'pi login: ', 60, banner], 2],
    ['restarted', [banner, 'pi login: ', `reboot: Restarting system\n${banner}`], 2],
    ['panicked, with a restart', [banner, `Kernel panic - not syncing: x\nRebooting in 5 seconds..\n${banner}`], 2],
    ['switched off at the prompt, with a loader', [...ROCKCHIP, 60, ...ROCKCHIP.map(text => text.trim())], 2],
    ['kexec', [banner, 'pi login: ', `kexec_core: Starting new kernel\n${banner}`], 2],
  ])('%s', (_name, pieces, boots) => {
    // Pieces come a second apart, which is too short for a restart.
    expect(told(...pieces).filter(event => event.startsWith('boot '))).toHaveLength(boots);
  });
});

describe('whose console it is', () => {
  it.each<[string, string]>([
    ['ethaddr=DE:ad:00:be:00:04', 'own de:ad:00:be:00:04 (ethaddr)'],
    ['DHCP client bound to address 10.32.0.101 (12 ms)', 'own 10.32.0.101 (U-Boot’s DHCP)'],
    ['net0: 52:54:00:be:00:01 using virtio-net on 0000:00:02.0 (Ethernet) [open]', 'own 52:54:00:be:00:01 (iPXE)'],
    ['net0: 10.32.0.7/255.255.255.0 gw 10.32.0.1', 'own 10.32.0.7 (iPXE)'],
    ['CLIENT MAC ADDR: 52 54 00 12 34 56  GUID: 4D…', 'own 52:54:00:12:34:56 (the PXE ROM)'],
    ['  Station IP address is 10.32.0.9', 'own 10.32.0.9 (UEFI PXE)'],
    ['udhcpc: lease of 10.32.0.8 obtained from 10.32.0.1, lease time 600', 'own 10.32.0.8 (udhcpc)'],
    ['bound to 10.32.0.8 -- renewal in 250 seconds.', 'own 10.32.0.8 (dhclient)'],
    [
      '[    3.2] Sending DHCP requests ., OK\n[    3.2] IP-Config: Got DHCP answer from 10.32.0.1, my address is 10.32.0.77',
      'own 10.32.0.77 (the kernel’s DHCP)',
    ],
    [
      '      device=eth0, hwaddr=b8:27:eb:00:00:02, ipaddr=10.32.0.77, mask=255.255.255.0',
      'own b8:27:eb:00:00:02 (the kernel’s IP configuration)',
    ],
    ['    link/ether b8:27:eb:00:00:02 brd ff:ff:ff:ff:ff:ff', 'some b8:27:eb:00:00:02 (ip link)'],
    ['    inet 10.32.0.77/24 brd 10.32.0.255 scope global eth0', 'some 10.32.0.77 (ip address)'],
    ['http://10.32.0.1/report?mac=52-54-00-be-00-01&stage=kernel... ok', 'own 52:54:00:be:00:01 (its report)'],
  ])('%s', (line, event) => {
    expect(told(`${line}\n`).filter(each => /^(own|some)/.test(each))).toEqual([event]);
  });

  it.each([
    'ethaddr=00:00:00:00:00:00',
    'ethaddr=ff:ff:ff:ff:ff:ff',
    '    link/ether 01:00:5e:00:00:01 brd ff:ff:ff:ff:ff:ff',
    'DHCP client bound to address 0.0.0.0',
    'bound to 127.0.0.1 -- renewal in 3',
    'bound to 300.1.2.3 -- renewal in 3',
  ])('not by %s', line => {
    expect(told(`${line}\n`)).toEqual([]);
  });
});

describe('hostile output', () => {
  it('50 MB of random bytes and as much of escape sequences leave nothing behind', () => {
    const watch = new BootWatch();
    const random = Buffer.alloc(1 << 20);
    let seed = 1;
    for (let i = 0; i < random.length; i++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      random[i] = seed >>> 24;
    }
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 50; i++) watch.push(random, i);
    const escapes = Buffer.from(
      '\u001b]52;c;QUJD\u0007\u001b]0;title\u0007\u001b[1;2;3;4;5m\u001b[999999999C\u001bP'.repeat(25_000),
    );
    for (let i = 0; i < 50; i++) watch.push(escapes, i);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(50e6);
    // It still reads what comes after.
    const events = watch.push(Buffer.from('\u0007\u001b\\\n\nU-Boot 2023.07 (x)\n'), 1000).map(short);
    expect(events).toContain('uboot: U-Boot 2023.07');
  });

  it('10 MB without an end of line, then a prompt', () => {
    const watch = new BootWatch();
    for (let i = 0; i < 10; i++) expect(watch.push(Buffer.alloc(1 << 20, 'x login: '), i)).toEqual([]);
    expect(watch.push(Buffer.from('\r\npi login: '), 99).map(short)).toContain('login: login prompt');
  });

  it('a flood of failures is told 32 times per boot', () => {
    const lines = Array.from(
      { length: 5000 },
      (_, i) =>
        `I/O error, dev sd${i}, sector 1\nethaddr=02:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}\n`,
    );
    const events = told(lines.join(''));
    expect(events.filter(event => event.startsWith('hint'))).toHaveLength(32);
    expect(events.filter(event => event.startsWith('own'))).toHaveLength(16);
  });
});
