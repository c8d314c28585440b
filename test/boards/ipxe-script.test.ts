/** The dry run against the real thing: one script in iPXE itself (BIOS, QEMU) and in ours, line by line the same screen. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildIpxe } from '../../main/ipxe/build.ts';
import { openPrograms } from '../../main/ipxe/programs.ts';
import { dryRun } from '../../main/ipxe/script/index.ts';

/** Every line that tells something begins with T and a number, and is shorter than the screen is wide. */
const SCRIPT = `#!ipxe
isset \${nothing} && echo T1 no || echo T1 yes
isset x || echo T2 a && echo T2 b
isset \${nothing} && echo T3 a && echo T3 b || echo T3 c
set a b  c
iseq \${a} \${a} && echo T4 \${a}.
set n 1
inc n && echo T5 counted || echo T5 refused
set m:int32 41
inc m
echo T6 \${m} \${m:uint32} \${m:hex} \${m:hexraw}
set u:uint16 258
echo T7 \${u} \${u:int8} [\${nothing}]
set h:hex 00:01:ff
echo T8 \${h} \${h:int32} \${h:hexhyp} \${h:base64}
set d $
echo T9 \${d}{m}
set name m
echo T10 \${\${name}} \${na\${nothing}me}
echo T11 a#b c # d
ec\\
ho T12 joi\\
ned
echo --- T13 || echo T13 refused
echo -n T14a ; echo T14b
goto l1 || echo no
:l0 echo T15 skipped
:l1 echo T15 label
:l1 echo T15 again
goto nowhere || echo T16 no label
nothing || echo T17 unknown
set net0/ip 10.0.0 || echo T18 bad address
set ip 10.9.8.7 && echo T19 \${ip} \${ip:hexraw} \${ip:uint32}
set f a b&c/d?e=f
echo T20 \${f:uristring}
item x || echo T21 no menu
boot && echo T22 nothing to boot is no failure
set v:uuid 00112233-4455-6677-8899-aabbccddeeff
echo T23 \${v} \${v:int32}.
echo T24 \${v:guid}
echo T25 \${platform} \${buildarch} \${net0/mac:hexhyp}
set e
isset \${e} || echo T26 empty
iseq \${e} \${nothing} && echo T27 both empty
dhcp --tiemout 1 || echo T28 option
sleep || echo T29 argument
prompt --timeout 200 key? || echo T30 timeout
set neg:int8 200
echo T31 \${neg} \${neg:uint8}
echo T32 "quoted"	tab
inc h 1 || echo T33 refused
clear m
inc m 5
echo T34 \${m}
chain nothing.ipxe || echo T35 no file
ifopen && echo T36 open
imgfree nothing || echo T37 no image
goto \${name}1 || echo T38 made-up label
:m1 echo T39 end
sleep 1
poweroff
`;
const MAC = '52:54:00:be:00:77';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchboot-dry-run-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function realScreen(): Promise<string> {
  const programs = await openPrograms(fileURLToPath(new URL('../../resources/ipxe', import.meta.url)));
  const script = { name: 'dry-run.ipxe', text: SCRIPT };
  const kernel = join(folder, 'dry-run.lkrn');
  writeFileSync(kernel, (await buildIpxe({ target: 'ipxe.lkrn', script }, programs)).bytes);
  const qemu = spawn(
    'qemu-system-x86_64',
    [
      // graphics=off: SeaBIOS copies the screen to the serial port.
      ...['-m', '256', '-machine', 'pc,accel=tcg,graphics=off', '-display', 'none', '-monitor', 'none', '-no-reboot'],
      ...['-kernel', kernel, '-serial', 'stdio', '-netdev', 'user,id=n,restrict=on'],
      ...['-device', `e1000,netdev=n,romfile=,mac=${MAC}`],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], timeout: 200_000 },
  );
  let screen = '';
  qemu.stdout.on('data', chunk => {
    screen += String(chunk);
  });
  await once(qemu, 'close');
  return screen;
}

/** What the script told, with what a terminal would do to it done. */
const told = (lines: readonly string[]): string[] =>
  lines
    .map(line => line.replace(/\x1b\[[\d;]*[A-Za-z]/g, '').replace(/^.*\x08/, ''))
    .filter(line => /^T\d+/.test(line));

it('iPXE and the dry run tell the same', async () => {
  const ours = dryRun(SCRIPT, { device: { arch: 'i386', platform: 'pcbios', mac: MAC }, target: 'ipxe.lkrn' });
  const real = await realScreen();
  expect(told(real.split(/\r?\n/))).toEqual(told(ours.screen));
  expect(told(ours.screen)).toHaveLength(39);
  expect(ours.ending.kind).toBe('poweroff');
});
