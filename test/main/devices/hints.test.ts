import { describe, expect, it } from 'vitest';
import type { BenchEvent } from '../../../main/bench/events.ts';
import { HINT_RULES } from '../../../main/devices/hints.ts';
import { ack, Bench, discover, http, IPXE, LINUX, lease, miss, offer, PI3, PI5, tftp, UBOOT, UEFI } from './stories.ts';

const IP = '10.32.0.100';
const MAC = '52:54:00:be:00:02';
const uefi = { mac: MAC, ...UEFI };
const ipxe = { mac: MAC, ...IPXE };
const uboot = { mac: MAC, ...UBOOT };
const pi3 = { mac: 'b8:27:eb:f9:92:f7', ...PI3 };
const pi5 = { mac: '2c:cf:67:84:a1:44', ...PI5 };

const many = (times: number, events: BenchEvent[]): BenchEvent[] => Array.from({ length: times }, () => events).flat();
const offered = (who: typeof uefi | typeof pi3, times: number) => many(times, [discover(who), offer(who, IP)]);
const stopped = (file: string, reason: 'aborted' | 'timeout', bytes: number): BenchEvent => ({
  type: 'tftp.error',
  ip: IP,
  file,
  reason,
  detail: '',
  bytes,
});
const started = (file: string, size: number, blksize: number): BenchEvent => ({
  type: 'tftp.start',
  ip: IP,
  file,
  size,
  blksize,
  windowsize: 1,
});
const ignored = (reason: string): BenchEvent => ({ type: 'dhcp.ignored', mac: MAC, xid: '01020304', reason });
const link = (speed: number): BenchEvent => ({ type: 'nic.link', nic: 'bench0', carrier: true, speed, present: true });

/** What happens, and which rules speak of it, in order. */
const stories: Record<string, [events: BenchEvent[], rules: string[]]> = {
  'four offers, no request': [offered(uefi, 4), ['offer-ignored']],
  'ten offers, said once': [offered(uefi, 10), ['offer-ignored']],
  'three offers': [offered(uefi, 3), []],
  'a Pi 3 sends no request': [offered(pi3, 6), []],
  'offers that were taken': [many(6, lease(uefi, IP)), []],
  'a file is missing': [[...lease(ipxe, IP), http(IP, '/vmlinuz', 404)], ['boot-file-missing']],
  'two files are missing, one of them twice': [
    [...lease(ipxe, IP), http(IP, '/vmlinuz', 404), http(IP, '/initrd.img', 404), http(IP, '/vmlinuz', 404)],
    ['boot-file-missing', 'boot-file-missing'],
  ],
  'the misses of a Pi 5': [
    [
      ...lease(pi5, IP),
      ...['be512421/config.txt', 'pieeprom.sig', 'recovery.elf', 'overlays/overlay_map.dtb'].map(file =>
        miss(IP, file),
      ),
    ],
    ['boot-file-missing'],
  ],
  'the everyday misses of a Pi 3': [
    [
      ...lease(pi3, IP),
      ...['bootsig.bin', 'autoboot.txt', 'recovery.elf', 'e1ffda08/recovery.elf', 'dt-blob.bin'].map(file =>
        miss(IP, file),
      ),
    ],
    [],
  ],
  'the same name asked by another machine': [[...lease(uefi, IP), miss(IP, 'bootsig.bin')], ['boot-file-missing']],
  'autoexec.ipxe and a script of its own': [
    [...lease(ipxe, IP), miss(IP, 'autoexec.ipxe'), http(IP, '/boot/52-54-00-be-00-02.ipxe', 404)],
    [],
  ],
  "U-Boot's names before the last": [
    [
      ...lease(uboot, IP),
      miss(IP, 'pxelinux.cfg/01-52-54-00-be-00-02'),
      miss(IP, 'pxelinux.cfg/0A200064'),
      miss(IP, 'pxelinux.cfg/default-arm'),
      miss(IP, 'boot.scr.uimg'),
      miss(IP, 'dtb/'),
    ],
    [],
  ],
  "U-Boot's last name": [[...lease(uboot, IP), miss(IP, 'pxelinux.cfg/default')], ['uboot-without-config']],
  'a kernel too big for a Pi': [[...lease(pi5, IP), started('kernel_2712.img', 97_000_000, 1468)], ['block-limit']],
  'the same kernel for U-Boot': [[...lease(uboot, IP), started('vmlinuz', 97_000_000, 1468)], []],
  'it stops at block 65535': [
    [...lease(uboot, IP), started('vmlinuz', 120_000_000, 1024), stopped('vmlinuz', 'aborted', 65_535 * 1024)],
    ['stopped-at-block-limit'],
  ],
  'it stops at block 32767': [
    [...lease(uboot, IP), started('vmlinuz', 120_000_000, 512), stopped('vmlinuz', 'aborted', 32_767 * 512)],
    ['stopped-at-block-limit'],
  ],
  'it aborts elsewhere': [[...lease(uboot, IP), started('vmlinuz', 9e7, 1468), stopped('vmlinuz', 'aborted', 5e6)], []],
  'it falls silent': [
    [...lease(uefi, IP), started('ipxe.efi', 996_864, 1468), stopped('ipxe.efi', 'timeout', 500_000)],
    ['tftp-silence'],
  ],
  'an OACK nobody answers': [[...lease(uefi, IP), stopped('ipxe.efi', 'timeout', 0)], ['tftp-silence']],
  'no program for its architecture': [
    [discover(uefi), offer(uefi, IP, { recipe: 'no-program', why: 'there is no boot program for UEFI IA32' })],
    ['no-program'],
  ],
  'U-Boot with a random MAC': [lease({ ...uboot, mac: '02:11:22:33:44:55' }, IP), ['uboot-random-mac']],
  "U-Boot with a virtual machine's MAC": [lease(uboot, IP), []],
  'a restart every few seconds': [many(5, [...lease(uefi, IP), ...tftp(IP, 'vmlinuz')]), ['restart-loop']],
  'a box that comes up each time': [
    many(5, [...lease(uefi, IP), ...tftp(IP, 'vmlinuz'), ...lease({ mac: MAC, ...LINUX }, IP)]),
    [],
  ],
  'no address left': [[discover(uefi), ignored('the pool is empty')], ['pool-empty']],
  'it chose another server': [[discover(uefi), ignored('it chose the server 10.32.0.254')], ['second-dhcp']],
  'iPXE loads iPXE': [[...lease(uefi, IP), ...many(4, [...tftp(IP, 'ipxe.efi'), ...lease(ipxe, IP)])], ['ipxe-loop']],
  'iPXE chains its script to itself': [[...lease(ipxe, IP), ...many(9, [http(IP, '/boot.ipxe')])], ['ipxe-loop']],
  'an ordinary chain': [
    [...lease(uefi, IP), ...tftp(IP, 'ipxe.efi'), ...lease(ipxe, IP), http(IP, '/boot.ipxe'), http(IP, '/menu.ipxe')],
    [],
  ],
  'a big file at 100 Mb/s': [[link(100), ...lease(ipxe, IP), http(IP, '/initrd.img', 200, 90_000_000)], ['slow-link']],
  'a small file at 100 Mb/s': [[link(100), ...lease(ipxe, IP), http(IP, '/boot.ipxe')], []],
  'a big file at 1 Gb/s': [[link(1000), ...lease(ipxe, IP), http(IP, '/initrd.img', 200, 90_000_000)], []],
  'an address that is in use': [
    [...lease(uefi, IP), { type: 'dhcp.decline', xid: '01020304', ...uefi, ip: IP }],
    ['address-in-use'],
  ],
};

describe('hints', () => {
  it.each(Object.entries(stories))('%s', (_, [events, rules]) => {
    expect(new Bench().play(...events).hints()).toEqual(rules);
  });

  it('are each proven by a story', () => {
    const proven = new Set(Object.values(stories).flatMap(([, rules]) => rules));
    expect(HINT_RULES.map(rule => rule.name).filter(name => !proven.has(name))).toEqual([]);
  });

  it('say what happened and what to do next', () => {
    const told = Object.fromEntries(
      Object.values(stories).flatMap(([events]) =>
        new Bench()
          .play(...events)
          .news.flatMap(event => (event.type === 'device.hint' ? [[event.rule, event.hint]] : [])),
      ),
    );
    expect(told).toMatchInlineSnapshot(`
      {
        "address-in-use": "It refused 10.32.0.100: something else on this wire answers there. It gets another address; find what has the first one set by hand.",
        "block-limit": ""kernel_2712.img" has 97.0 MB; a Raspberry Pi bootloader from before 2025-09-23 stops at 96.2 MB (65,535 blocks). If it stops there, update its EEPROM, or make the file smaller (a compressed initramfs).",
        "boot-file-missing": "It asked for "bootsig.bin", which is not there. Put that file into the root folder under this very name, or correct the name in the script that asks for it.",
        "ipxe-loop": "iPXE loads its script again and again. The script must not chain to itself or to an iPXE program; give it a kernel, a menu or an exit.",
        "no-program": "It gets an address but nothing to boot: there is no boot program for UEFI IA32. Name a program for it in the bench file ("boot"), or let it start from its own disk.",
        "offer-ignored": "It was offered an address 4 times and never took one. Its firmware dislikes something in the answer, or the answer does not reach it: look for a second DHCP server, a switch port that is slow to forward (spanning tree), and a firewall on this laptop.",
        "pool-empty": "There is no free address for it. Make the range wider (--range) or the lease shorter (--lease), or unplug what is not needed.",
        "restart-loop": "It restarts every 6 s. Watch its console just before it does: a kernel panic or a watchdog says there what is wrong.",
        "second-dhcp": "It took its address from another DHCP server on this wire, 10.32.0.254. Unplug that server (a router, often), or use proxy mode, which adds the boot file to its answers.",
        "slow-link": "The link runs at 100 Mb/s, so 90.0 MB take at least 8 s. If both ends can do 1 Gb/s, the cable has a broken pair: try another one.",
        "stopped-at-block-limit": "It stopped in "vmlinuz" after 16.8 MB, at block 32767: its firmware cannot count further. Let it load big files by HTTP (iPXE), use a bigger block size, or update its firmware.",
        "tftp-silence": "It asked for "ipxe.efi" and took nothing of it. The answers do not reach it: a firewall on this laptop may block the ports above 1024 that TFTP answers from.",
        "uboot-random-mac": "U-Boot made up the MAC 02:11:22:33:44:55; it will have another one after the next restart. To keep it, type at U-Boot’s prompt: setenv ethaddr 02:11:22:33:44:55; saveenv",
        "uboot-without-config": "U-Boot asked for every pxelinux.cfg name it knows and found none. Put a kernel and its initramfs (vmlinuz-arm64 and initrd-arm64.img, say) into the root folder, or write pxelinux.cfg/default there.",
      }
    `);
  });

  it('come again in the next boot', () => {
    const boot = [...lease(uefi, IP), ...tftp(IP, 'vmlinuz'), http(IP, '/initrd.img', 404)];
    expect(new Bench().play(...boot, ...boot).hints()).toEqual(['boot-file-missing', 'boot-file-missing']);
  });

  it('disappear from the device with its next boot', () => {
    const bench = new Bench().play(...lease(uefi, IP), ...tftp(IP, 'vmlinuz'), http(IP, '/initrd.img', 404));
    expect(bench.only().hint?.rule).toBe('boot-file-missing');
    expect(bench.play(discover(uefi), ack(uefi, IP)).only().hint).toBeUndefined();
  });

  it('that hold for the device survive its restart, until it is up', () => {
    const loop = many(5, [...lease(uefi, IP), ...tftp(IP, 'vmlinuz')]);
    const bench = new Bench().play(...loop, ...loop);
    expect(bench.only().hint?.rule).toBe('restart-loop');
    expect(bench.play(...lease({ mac: MAC, ...LINUX }, IP)).only().hint).toBeUndefined();
  });

  it('do not carry control characters of a file name', () => {
    const bench = new Bench().play(...lease(uefi, IP), miss(IP, 'a\u001b[31m\n'));
    expect(bench.only().hint?.text).not.toMatch(/[\u0000-\u001f]/);
  });
});
