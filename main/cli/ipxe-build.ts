/** `benchboot ipxe targets`, `build`, `inspect` and `edit`: scripts into programs and onto media, and back. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { oneOf } from '../bench/wish.ts';
import { BenchError } from '../errors.ts';
import { resourcesFolder } from '../host/node/folders.ts';
import { readProgramFile, readScript } from '../ipxe/input.ts';
import type { Inspection, ProgramInspection } from '../ipxe/inspect.ts';
import { ipxeStudio } from '../ipxe/studio.ts';
import { BUILD_TARGETS, type Firmware, targetsFor, type Way } from '../ipxe/targets.ts';
import { bytesText } from '../kit/quantity.ts';
import { command, parsed } from './command.ts';
import { type Output, table } from './output.ts';

const studio = () => ipxeStudio(join(resourcesFolder(), 'ipxe'));

const FIRMWARE = ['bios', 'uefi-x64', 'uefi-arm64'] as const satisfies readonly Firmware[];
const WAYS = ['network', 'stick', 'cd', 'loader'] as const satisfies readonly Way[];

export const ipxeTargets = command({
  words: 'ipxe targets',
  summary: 'list what a script can be built into, and when to take which',
  flags: {
    firmware: { value: 'F', help: `only what starts on it: ${FIRMWARE.join(', ')}` },
    way: { value: 'W', help: `only what starts that way: ${WAYS.join(', ')}` },
  },
  async run(values, _operands, output) {
    const firmware = parsed('firmware', values.firmware, `one of ${FIRMWARE.join(', ')}`, oneOf(...FIRMWARE));
    const way = parsed('way', values.way, `one of ${WAYS.join(', ')}`, oneOf(...WAYS));
    const targets = BUILD_TARGETS.filter(each =>
      way ? targetsFor({ firmware, way }).includes(each) : !firmware || each.firmware.includes(firmware),
    );
    for (const target of targets) output.record({ type: 'ipxe.target', ...target });
    const lines = table(targets.map(({ name, about }) => [name, about]));
    for (const [i, target] of targets.entries()) {
      output.line(lines[i]);
      output.line(`     ${target.when}`);
      output.line(`     ${target.script} Up to ${bytesText(target.largest)}.`);
    }
    return 0;
  },
});

export const ipxeBuild = command({
  words: 'ipxe build',
  summary: 'build an iPXE program with a script inside, or a medium that starts it; no compiler needed',
  details: 'Targets: `benchboot ipxe targets`. The same script gives the same file, octet for octet.',
  flags: {
    script: { value: 'FILE', help: 'the script' },
    target: { value: 'T', help: 'what to build, e.g. ipxe.efi, undionly.kpxe, disk.img' },
    out: { value: 'FILE', help: 'where to write it' },
    ca: { value: 'PEM', help: "root certificate to trust for HTTPS in place of iPXE's (UEFI)" },
    base: { value: 'FILE', help: 'your own build of iPXE instead of the shipped one' },
    autoexec: { help: 'UEFI programs: a file autoexec.ipxe beside the program runs instead of the script inside' },
    gpt: { help: 'disk.img: a GUID partition table instead of an MBR' },
    size: { value: 'MIB', help: 'disk.img: its size (default 16)' },
  },
  async run(values, _operands, output) {
    const missing = (['script', 'target', 'out'] as const).find(name => values[name] === undefined);
    if (missing)
      throw new BenchError('USAGE', {
        problem: `--${missing} is missing. \`benchboot ipxe build --help\` shows what it takes.`,
      });
    const names = BUILD_TARGETS.map(({ name }) => name);
    const target = parsed('target', values.target, `one of ${names.join(', ')}`, oneOf(...names))!;
    const size = parsed('size', values.size, 'a number of MiB', text =>
      /^\d+$/.test(text) ? Number(text) : undefined,
    );
    const out = resolve(values.out!);
    for (const name of ['script', 'ca', 'base'] as const)
      if (values[name] !== undefined && (await isSameFile(values[name], out)))
        throw new BenchError('USAGE', {
          problem: `--out and --${name} name the same file, "${values[name]}", which would be lost. Choose another name for --out.`,
        });
    const [script, ca, base] = await Promise.all([readScript(values.script!), fileOf(values.ca), fileOf(values.base)]);
    const built = await studio().buildFile(
      out,
      { target, script, ca, base, autoexec: values.autoexec, table: values.gpt ? 'gpt' : undefined, size },
      step => output.record({ type: 'ipxe.progress', ...step }),
    );
    const { bytes, notes, sha256 } = built;
    output.record({ type: 'ipxe.built', target, path: out, size: bytes.length, sha256, notes });
    output.line(`${values.out} (${target}, ${bytesText(bytes.length)}) holds the script.`);
    output.line(`sha256 ${sha256}`);
    for (const note of notes) output.line(note);
    return 0;
  },
});

export const ipxeInspect = command({
  words: 'ipxe inspect',
  operands: 'FILE',
  summary: 'show what an iPXE program, image or stick is, and the script in it',
  flags: {},
  async run(_values, [path = ''], output) {
    const inspection = await studio().inspectFile(path);
    output.record({ type: 'ipxe.inspection', path, ...inspection });
    show(path, inspection, output);
    return 0;
  },
});

export const ipxeEdit = command({
  words: 'ipxe edit',
  operands: 'FILE',
  summary: 'put another script into a program, an image or a stick that is written already',
  details: 'FILE may be a device, e.g. /dev/sdb: nothing on it may be mounted. The script is read back afterwards.',
  flags: { script: { value: 'FILE', help: 'the new script' } },
  async run(values, [path = ''], output) {
    if (values.script === undefined)
      throw new BenchError('USAGE', {
        problem: '--script is missing. `benchboot ipxe edit --help` shows what it takes.',
      });
    const { kind } = await studio().edit(path, await readScript(values.script));
    output.record({ type: 'ipxe.edited', path, kind });
    output.line(`${path} holds the new script; it was read back.`);
    return 0;
  },
});

/** However they are spelt, and through links. */
async function isSameFile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([a, b].map(path => stat(path, { bigint: true }).catch(() => undefined)));
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
}

const fileOf = (path: string | undefined) => (path === undefined ? undefined : readProgramFile(path));

function show(path: string, inspection: Inspection, output: Output): void {
  if (inspection.what === 'program') {
    output.line(`${path}: ${programText(inspection.program)}, ${bytesText(inspection.size)}`);
    const { shipped, script, trusts, autoexec } = inspection.program;
    if (shipped) output.line(`features: ${shipped.features.join(' ')}`);
    if (trusts) output.line(`trusts the root certificate with SHA-256 ${trusts}`);
    if (script === undefined) output.line('There is no script inside.');
    else scriptText(autoexec ? 'script (a file autoexec.ipxe beside it comes first)' : 'script', script, output);
    return;
  }
  const { scheme, cd, fat, programs, autoexec, biosScript } = inspection.medium;
  const kind = cd
    ? 'CD image that starts from a stick too'
    : `medium with ${scheme === 'gpt' ? 'a GPT' : scheme === 'mbr' ? 'an MBR' : 'no partition table'}`;
  output.line(`${path}: ${kind}, ${bytesText(inspection.size)}`);
  output.line(`FAT${fat.type} "${fat.label}", ${bytesText(fat.free)} free`);
  for (const program of programs) output.line(`${program.path}: ${programText(program)}`);
  if (biosScript === undefined) output.line('BIOS machines do not start it.');
  if (biosScript === undefined || biosScript === autoexec) scriptText('script', autoexec, output);
  else {
    scriptText('script of UEFI machines (autoexec.ipxe)', autoexec, output);
    scriptText('script of BIOS machines', biosScript, output);
  }
}

const KINDS = { efi: 'UEFI', pxe: 'BIOS PXE', lkrn: 'BIOS, as a Linux kernel,' } as const;

function programText({ kind, arch, version, shipped }: ProgramInspection): string {
  const name = `iPXE ${version ?? 'of an unknown version'} for ${KINDS[kind]} ${arch}`;
  return shipped ? `${name} (${shipped.name} of Benchboot)` : `${name} (not one of Benchboot's)`;
}

function scriptText(title: string, script: string, output: Output): void {
  output.line(`${title}:`);
  output.line();
  for (const line of script.replace(/\r?\n$/, '').split(/\r?\n/))
    output.line(`    ${line.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '·')}`);
}
