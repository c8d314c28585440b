// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
/** Every target of `ipxe targets`, built from one script and started: what it prints comes from the script inside. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuildRequest, buildIpxe } from '../../main/ipxe/build.ts';
import { openPrograms } from '../../main/ipxe/programs.ts';
import { COMMANDS } from '../../main/ipxe/script/commands.ts';
import { type FieldValues, renderTemplate, TEMPLATES } from '../../main/ipxe/script/templates.ts';
import { BUILD_TARGETS, type TargetName } from '../../main/ipxe/targets.ts';
import { addLinuxAs, boot } from '../lab/boards.ts';
import { DRIVES, type Firmware, HOST_SEEN, powerOnInTurn } from '../lab/emulator.ts';
import { Serving, withLab } from '../lab/lab.ts';

const resources = fileURLToPath(new URL('../../resources/ipxe', import.meta.url));
const SECOND = '#!ipxe\necho TOKEN-E second script over http, ${net0/ip}\n';

let folder = '';
let http: Server;
let script = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bb-ipxe-'));
  http = createServer((_request, response) => response.end(SECOND)).listen(0, '127.0.0.1');
  await new Promise(resolve => http.once('listening', resolve));
  // What a serial port still holds when the power goes is lost: hence the sleep.
  script = `#!ipxe
echo TOKEN-A \${platform} \${buildarch} \${version}
echo TOKEN-B initrd=keepme BOOT_IMAGE=keepme
echo TOKEN-C grüßt
echo HELP-BEGIN
help
echo HELP-END
dhcp net0 || goto failed
echo TOKEN-D \${net0/ip}
chain --autofree http://${HOST_SEEN}:${(http.address() as AddressInfo).port}/second.ipxe || goto failed
echo TOKEN-Z end
goto off
:failed
echo TOKEN-FAILED
:off
sleep 1
poweroff
`;
});

afterAll(() => {
  http.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A file built from `text` in a folder of its own, which TFTP may serve. */
async function built(name: string, request: Omit<BuildRequest, 'script'>, text = script): Promise<string> {
  const place = join(folder, name.replace(/\W+/g, '-'));
  mkdirSync(place);
  const { bytes } = await buildIpxe({ ...request, script: { name, text } }, await openPrograms(resources));
  const path = join(place, request.target);
  writeFileSync(path, bytes);
  return path;
}

const ARCH: Readonly<Record<Firmware, string>> = { bios: 'pcbios i386', uefi: 'efi x86_64', arm64: 'efi arm64' };

function sayTokens(console_: string, firmware: Firmware): void {
  const version = '1.21.1+git20250501.dad20602+dfsg-1';
  expect(console_).toContain(`TOKEN-A ${ARCH[firmware]} ${version}`);
  expect(console_).toContain('TOKEN-B initrd=keepme BOOT_IMAGE=keepme');
  expect(console_).toMatch(/TOKEN-C gr/);
  expect(console_).toContain('TOKEN-D 10.0.2.15');
  expect(console_).toContain('TOKEN-E second script over http, 10.0.2.15');
  expect(console_).toContain('TOKEN-Z end');
  expect(console_).not.toContain('TOKEN-FAILED');
}

/** The commands of iPXE that the running program's `help` does not name. */
function absentIn(console_: string): string[] {
  const help = /HELP-BEGIN([\s\S]*)HELP-END/.exec(console_)?.[1] ?? '';
  const there = new Set(help.match(/[a-z0-9]+/g));
  return COMMANDS.map(({ name }) => name).filter(name => !there.has(name));
}

type How = 'network' | '-kernel' | keyof typeof DRIVES;

const MATRIX: readonly [TargetName, Firmware, How, Partial<BuildRequest>?][] = [
  ['undionly.kpxe', 'bios', 'network'],
  ['undionly.kkpxe', 'bios', 'network'],
  ['ipxe.pxe', 'bios', 'network'],
  ['ipxe.lkrn', 'bios', '-kernel'],
  ['ipxe.efi', 'uefi', 'network'],
  ['snponly.efi', 'uefi', 'network'],
  ['ipxe-arm64.efi', 'arm64', 'network'],
  ['disk.img', 'bios', 'disk'],
  ['disk.img', 'bios', 'stick'],
  ['disk.img', 'uefi', 'virtio'],
  ['disk.img', 'uefi', 'stick'],
  ['disk.img', 'arm64', 'virtio'],
  ['disk.img', 'bios', 'disk', { table: 'gpt' }],
  ['disk.img', 'uefi', 'stick', { table: 'gpt' }],
  ['disk.img', 'uefi', 'virtio', { size: 512 }],
  ['usb.iso', 'bios', 'cd'],
  ['usb.iso', 'bios', 'stick'],
  ['usb.iso', 'uefi', 'cd'],
  ['usb.iso', 'uefi', 'stick'],
  ['usb.iso', 'arm64', 'SCSI CD'],
];

describe.concurrent('a script runs from every target', () => {
  it('no target is left out', () => {
    expect([...new Set(MATRIX.map(([target]) => target))].sort()).toEqual(BUILD_TARGETS.map(({ name }) => name).sort());
  });

  it.each(MATRIX)('%s on %s from %s %o', async (target, firmware, how, wishes = {}) => {
    const name = [target, firmware, how, ...Object.values(wishes)].join(' ');
    const file = await built(name, { target, ...wishes });
    const tftp = how === 'network' ? { folder: join(file, '..'), file: target } : undefined;
    const from = how === 'network' ? [] : how === '-kernel' ? ['-kernel', file] : DRIVES[how](file);
    const ran = await powerOnInTurn({ name, firmware, from, tftp });
    console.log(`${name}: ${ran.seconds.toFixed(1)} s`);
    sayTokens(ran.console, firmware);
    const program = (await openPrograms(resources)).list.find(each => each.name === target);
    if (program) expect(absentIn(ran.console)).toEqual(program.commandsAbsent);
  });

  it('the longest script runs on BIOS and on UEFI', async () => {
    // `goto off` passes over all of it.
    const long = script.replace(':off', `${`# ${'x'.repeat(197)}\n`.repeat(321)}:off`);
    expect(long.length).toBeGreaterThan(64_000);
    const file = await built('longest', { target: 'disk.img' }, long);
    const program = await built('longest program', { target: 'ipxe.efi' }, long);
    const [bios, uefi] = await Promise.all([
      powerOnInTurn({ name: 'longest on BIOS', firmware: 'bios', from: DRIVES.disk(file) }),
      powerOnInTurn({
        name: 'longest on UEFI',
        firmware: 'uefi',
        from: [],
        tftp: { folder: join(program, '..'), file: 'ipxe.efi' },
      }),
    ]);
    sayTokens(bios.console, 'bios');
    sayTokens(uefi.console, 'uefi');
  });
});

describe.concurrent('the programs as they are shipped run no script of ours', () => {
  it.each<[string, Firmware]>([
    ['undionly.kpxe', 'bios'],
    ['ipxe.efi', 'uefi'],
  ])('%s loads itself by DHCP for ever', async (program, firmware) => {
    const place = join(folder, `stock-${firmware}`);
    mkdirSync(place);
    writeFileSync(join(place, program), readFileSync(join(resources, program)));
    const banner = 'iPXE 1\\.21\\.1\\+git20250501';
    const ran = await powerOnInTurn({
      name: `stock ${program}`,
      firmware,
      from: [],
      tftp: { folder: place, file: program },
      until: new RegExp(`${banner}[\\s\\S]*${banner}`),
    });
    expect(ran.console).not.toContain('TOKEN');
  });
});

describe.concurrent('an authority of one’s own for HTTPS', () => {
  it('is trusted where it was put in, and not by the program as it is', async () => {
    const { key, cert, ca } = makeCertificates(join(folder, 'tls'));
    const server = createTlsServer({ key, cert: `${cert}${ca}` }, (_request, response) => response.end(SECOND));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    try {
      const secure = script.replace(
        /http:\/\/[\d.:]+/,
        `https://${HOST_SEEN}:${(server.address() as AddressInfo).port}`,
      );
      const trusting = await built(
        'trusting',
        { target: 'disk.img', ca: { name: 'ca.pem', bytes: Buffer.from(ca) } },
        secure,
      );
      const stock = await built('not trusting', { target: 'disk.img' }, secure);
      const [yes, no] = await Promise.all(
        [trusting, stock].map(file => powerOnInTurn({ name: file, firmware: 'uefi', from: DRIVES.virtio(file) })),
      );
      sayTokens(yes!.console, 'uefi');
      expect(no!.console).toContain('TOKEN-FAILED');
      expect(no!.console).toMatch(/Permission denied/);
    } finally {
      server.close();
    }
  });
});

/** A root and a certificate for this machine as the emulated one sees it. */
function makeCertificates(place: string): { key: string; cert: string; ca: string } {
  mkdirSync(place);
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: place, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const fresh = ['-newkey', 'rsa:2048', '-nodes', '-days', '30'];
  openssl('req', '-x509', ...fresh, '-subj', '/CN=Bench CA', '-keyout', 'ca.key', '-out', 'ca.pem');
  openssl('req', '-new', ...fresh, '-subj', `/CN=${HOST_SEEN}`, '-keyout', 'key.pem', '-out', 'request.pem');
  writeFileSync(join(place, 'names'), `subjectAltName=IP:${HOST_SEEN}\n`);
  const sign = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30', '-extfile', 'names'];
  openssl('x509', '-req', '-in', 'request.pem', ...sign, '-out', 'cert.pem');
  const read = (name: string): string => readFileSync(join(place, name), 'utf8');
  return { key: read('key.pem'), cert: read('cert.pem'), ca: read('ca.pem') };
}

const S4_MAC = '52:54:00:be:04:01';
const S3_MAC = '52:54:00:be:03:01';

describe('from a template to a machine', () => {
  it('AlmaLinux: an ipxe.efi with the script inside, and the installer fetches the kickstart of its MAC', async () => {
    await withLab({}, async lab => {
      const kickstart = `kickstart-${S4_MAC.replaceAll(':', '-')}.cfg`;
      addLinuxAs(lab, 'alma/images/pxeboot', 'vmlinuz', 'initrd.img');
      writeFileSync(join(lab.root, kickstart), 'text # the kickstart of one machine\n');
      const text = rendered('almalinux', {
        tree: 'alma',
        answers: 'kickstart-{mac}.cfg',
        append: 'console=ttyS0,115200',
      });
      expect(text).toContain('inst.ks=${base}/kickstart-${netX/mac:hexhyp}.cfg');
      const { bytes } = await buildIpxe(
        { target: 'ipxe.efi', script: { name: 's4', text } },
        await openPrograms(resources),
      );
      writeFileSync(join(lab.root, 'ipxe.efi'), bytes);
      const serving = await lab.serve();
      const board = await boot(lab, 'uefi', { mac: S4_MAC });
      expect(board.console).toContain('BENCHBOOT-REPORT text # the kickstart of one machine');
      const asked = serving.all('http.request').filter(event => event.mac === S4_MAC);
      expect(asked.map(({ path, status }) => `${status} ${path}`)).toEqual([
        '200 /alma/images/pxeboot/vmlinuz',
        '200 /alma/images/pxeboot/initrd.img',
        `200 /${kickstart}`,
      ]);
      // The script inside, not one that was asked for.
      expect(serving.all('tftp.done').map(({ file }) => file)).toEqual(['ipxe.efi']);
      await serving.stop();
    });
  });

  it('Alpine: the menu is driven over the serial port, and the configuration of its MAC is fetched', async () => {
    await withLab({}, async lab => {
      const apkovl = `apkovl/${S3_MAC.replaceAll(':', '-')}.apkovl.tar.gz`;
      addLinuxAs(lab, 'alpine/boot', 'vmlinuz-lts', 'initramfs-lts');
      mkdirSync(join(lab.root, 'apkovl'));
      writeFileSync(join(lab.root, apkovl), 'the configuration of one machine\n');
      const text = rendered('alpine', {
        append: 'console=ttyS0,115200 bench.report=http://192.168.77.1/apkovl/${netX/mac:hexhyp}.apkovl.tar.gz',
      });
      writeFileSync(join(lab.root, 'boot.ipxe'), text);
      const serving = await lab.serve();
      // To the shell and back, then the first entry: nothing here comes from the menu's count-down.
      const down = '\\x1b[B';
      const keys = [`Start from its own disk=>${down}${down}${down}\\r`, 'iPXE>=>exit\\r', 'Alpine as it comes=>\\r'];
      const board = await boot(lab, 'uefi', { mac: S3_MAC, more: keys.flatMap(key => ['--type', key]) });
      expect(board.console).toContain('Alpine with the configuration of this machine');
      expect(board.console).toContain('iPXE>');
      expect(board.console).toContain('BENCHBOOT-REPORT the configuration of one machine');
      await serving.event('http.request', event => event.path === `/${apkovl}` && event.status === 200);
      await serving.stop();
    });
  });
});

describe('a script chosen while the bench serves', () => {
  it('is what the machine boots, and another one at its next boot, on BIOS and on UEFI', async () => {
    await withLab({}, async lab => {
      const mac = '52:54:00:be:05:01';
      const child = fileURLToPath(new URL('script-bench.ts', import.meta.url));
      const one = '#!ipxe\necho SCRIPT-ONE ${netX/mac}\nsleep 1\npoweroff\n';
      const two = one.replace('ONE', 'TWO');
      const serving = new Serving(
        lab.start('srv', [process.execPath, child, lab.state, mac, one, two], 'script-bench'),
      );
      await serving.event('script.set', () => true);
      await boot(lab, 'bios', { mac, wait: new RegExp(`SCRIPT-ONE ${mac}`) });
      await boot(lab, 'uefi', { mac, wait: new RegExp(`SCRIPT-TWO ${mac}`) });

      const name = `boot/${mac.replaceAll(':', '-')}.ipxe`;
      expect(serving.all('script.set').map(event => event.for)).toEqual([mac, mac]);
      // UEFI comes by autoexec.ipxe, which leads to the same name.
      expect(serving.all('script.served').map(event => [event.mac, event.file])).toEqual([
        [mac, name],
        [mac, 'autoexec.ipxe'],
        [mac, name],
      ]);
      await serving.stop();
    });
  });
});

/** The script of a template with these values. */
function rendered(name: string, values: FieldValues): string {
  const made = renderTemplate(TEMPLATES.find(template => template.name === name)!, values);
  if (!made.ok) throw new Error(JSON.stringify(made.problems));
  return made.text;
}
