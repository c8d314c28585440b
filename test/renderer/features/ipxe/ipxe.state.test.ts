/** What the iPXE view decides: names, line ends, which machine, which file, who gets what. */
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { IPXE_CALLS } from '../../../../main/contract/ipxe-calls.ts';
import type { IpxeView, LoggedEvent, Machine } from '../../../../main/contract/views.ts';
import { lintScript } from '../../../../main/ipxe/script/index.ts';
import { answers, benchSays, commonFirmware } from '../../../../renderer/features/ipxe/build.state.ts';
import {
  findingsText,
  firstText,
  freeName,
  fromEditor,
  NEW_SCRIPT,
  nameProblem,
  toEditor,
} from '../../../../renderer/features/ipxe/document.state.ts';
import { factsOf, scriptsIn } from '../../../../renderer/features/ipxe/inspection.state.ts';
import {
  deviceOf,
  FIRMWARE_WORDS,
  PRESETS,
  programOf,
  servedFrom,
  shownMachine,
} from '../../../../renderer/features/ipxe/machine.state.ts';
import { givenText, receivers } from '../../../../renderer/features/ipxe/serve.state.ts';

const machine = (more: Partial<Machine>): Machine => ({
  id: more.mac ?? '52:54:00:be:00:01',
  name: 'pc-1',
  mac: '52:54:00:be:00:01',
  ip: '10.32.0.52',
  firmware: 'uefi-x64',
  serial: undefined,
  uuid: undefined,
  ...more,
});
const BENCH: IpxeView['bench'] = {
  serving: true,
  server: '10.32.0.1',
  httpPort: 80,
  tftp: true,
  root: '/srv',
  firstAddress: '10.32.0.60',
};

describe('line ends', () => {
  it('a script of one kind comes back octet for octet', () => {
    const line = fc.string({ unit: fc.constantFrom('a', ' ', '|', '#', 'ü') });
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), (lines, end) => {
        const text = lines.join(end);
        expect(fromEditor(toEditor(text))).toBe(text);
      }),
    );
  });

  it('mixed ones become one kind', () => {
    expect(toEditor('a\r\nb\nc')).toEqual({ text: 'a\nb\nc', crlf: false });
  });

  it('what was typed comes before what is saved', () => {
    const saved = { size: 1, at: 1, sha256: '', text: 'saved' };
    expect(firstText({ saved, draft: 'typed' })).toEqual({ text: 'typed', crlf: false });
    expect(firstText({ saved })).toEqual({ text: 'saved', crlf: false });
    expect(firstText({ draft: '' })).toEqual({ text: '', crlf: false });
    expect(firstText({})).toBeUndefined();
  });
});

describe('names', () => {
  it.each([
    ['almalinux', [], 'almalinux'],
    ['almalinux', ['AlmaLinux', 'almalinux 2'], 'almalinux 3'],
    ['boot.ipxe', [], 'boot'],
    ['../../etc/passwd', [], 'etc-passwd'],
    ['...', [], 'script'],
  ])('%j beside %j becomes %j', (wanted, taken, name) => {
    expect(freeName(wanted, taken)).toBe(name);
  });

  it('every free name passes the contract', () => {
    const schema = IPXE_CALLS['ipxe.read'].args;
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), wanted => {
        const name = freeName(wanted, []);
        if (nameProblem(name, []) === undefined) expect(v.safeParse(schema, { name }).success).toBe(true);
      }),
    );
  });

  it.each([
    ['', 'A script needs a name.'],
    ['a/b', expect.stringContaining('make a name')],
    ['con', expect.stringContaining('Windows')],
    ['alma', 'There is a script of this name.'],
    ['alma 2', undefined],
  ])('%j: %j', (name, problem) => {
    expect(nameProblem(name, ['Alma'])).toEqual(problem);
  });
});

it('a new script has nothing wrong with it', () => {
  expect(findingsText(lintScript(NEW_SCRIPT))).toBeUndefined();
  expect(findingsText(lintScript('#!ipxe\nkernal x || shell\nshell\n'))).toMatch(/^1 error/);
});

describe('the machine of a dry run', () => {
  it('is the chosen one, else the first on the bench, else a usual one', () => {
    const here = [machine({}), machine({ mac: '52:54:00:be:00:02' })];
    expect(shownMachine(here, '52:54:00:be:00:02').mac).toBe('52:54:00:be:00:02');
    expect(shownMachine(here, 'gone').mac).toBe('52:54:00:be:00:01');
    expect(shownMachine([], undefined)).toBe(PRESETS[0]);
  });

  it('gets from DHCP what this bench would give it', () => {
    expect(deviceOf(machine({ firmware: 'bios' }), BENCH)).toMatchObject({
      arch: 'i386',
      platform: 'pcbios',
      dhcp: { ip: '10.32.0.52', nextServer: '10.32.0.1' },
    });
    expect(deviceOf(PRESETS[2]!, BENCH)).toMatchObject({ arch: 'arm64', platform: 'efi', dhcp: { ip: '10.32.0.60' } });
  });

  it('is served under its MAC, by the program for its firmware', () => {
    expect(servedFrom(machine({}), { ...BENCH, httpPort: 8080 })).toBe(
      'http://10.32.0.1:8080/boot/52-54-00-be-00-01.ipxe',
    );
    expect(PRESETS.map(programOf)).toEqual(['ipxe.efi', 'undionly.kpxe', 'ipxe-arm64.efi']);
  });
});

describe('which file', () => {
  it.each([
    ['any', 'stick', false, ['disk.img', 'usb.iso']],
    ['uefi-x64', 'network', false, ['ipxe.efi', 'snponly.efi']],
    ['bios', 'network', false, ['undionly.kpxe', 'undionly.kkpxe', 'ipxe.pxe']],
    ['bios', 'network', true, []],
    ['uefi-arm64', 'loader', true, ['ipxe-arm64.efi']],
    ['bios', 'cd', false, ['usb.iso']],
  ] as const)('%s, by %s, own authority %s: %j', (firmware, way, trusts, names) => {
    expect(answers(firmware, way, trusts).map(({ name }) => name)).toEqual(names);
  });

  it('what the devices on the bench have in common answers the question of the firmware', () => {
    expect(commonFirmware([])).toBeUndefined();
    expect(commonFirmware([machine({}), machine({ firmware: undefined })])).toBe('uefi-x64');
    expect(commonFirmware([machine({}), machine({ firmware: 'bios' })])).toBeUndefined();
    expect(benchSays([machine({}), machine({}), machine({ name: 'box', firmware: 'bios' })], FIRMWARE_WORDS)).toBe(
      'On the bench, 2 devices are UEFI x64; box is BIOS.',
    );
    expect(benchSays([machine({ firmware: undefined })], FIRMWARE_WORDS)).toBeUndefined();
  });
});

describe('who gets which script', () => {
  const at = 1_000;
  const choices = [
    { to: 'default', name: 'menu', at },
    { to: '52:54:00:be:00:01', name: 'alma', at },
    { to: '52:54:00:be:00:09', name: 'alma', at },
  ];
  const served = {
    n: 1,
    t: '2026-01-01T00:00:00.000Z',
    type: 'script.served',
    mac: '52:54:00:be:00:01',
    ip: '10.32.0.52',
    file: 'x',
    bytes: 1,
    sha256: '',
  } as LoggedEvent;

  it('all others first, then the devices, then those that are not here', () => {
    const rows = receivers({ choices }, [machine({}), machine({ mac: '52:54:00:be:00:02', name: 'pc-2' })], [served]);
    expect(rows.map(({ name, gets }) => `${name}: ${gets}`)).toEqual([
      'Every machine: menu',
      'pc-1: alma',
      'pc-2: menu',
      '52:54:00:be:00:09: alma',
    ]);
    expect(rows.map(({ servedAt }) => servedAt)).toEqual([undefined, Date.parse(served.t), undefined, undefined]);
  });

  it('nothing chosen: the boot menu', () => {
    expect(receivers({ choices: [] }, [machine({})], []).map(({ gets }) => gets)).toEqual([
      'the boot menu of the bench',
      'the boot menu of the bench',
    ]);
  });

  it('in a few words', () => {
    expect(givenText({ choices }, 'menu', [])).toBe('Given to every machine');
    expect(givenText({ choices }, 'alma', [machine({})])).toBe('Given to pc-1 and 52:54:00:be:00:09');
    expect(givenText({ choices }, 'other', [])).toBeUndefined();
  });
});

describe('a file that is looked into', () => {
  const program = {
    kind: 'efi',
    arch: 'x64',
    version: '1.21.1',
    shipped: undefined,
    script: undefined,
    autoexec: false,
    trusts: undefined,
  } as const;

  it('is told in rows, with the scripts in it', () => {
    expect(factsOf({ what: 'program', size: 1, program })).toEqual([
      ['What it is', 'UEFI program for x64, iPXE 1.21.1'],
    ]);
    expect(scriptsIn({ what: 'program', size: 1, program })).toEqual([]);
    const medium = {
      scheme: 'gpt',
      cd: false,
      fat: { type: 16, label: 'BENCHBOOT', free: 1_000_000 },
      autoexec: 'a',
      biosScript: 'b',
      programs: [],
    } as const;
    expect(factsOf({ what: 'medium', size: 1, medium })[0]).toEqual(['What it is', 'Disk image with a GPT']);
    expect(scriptsIn({ what: 'medium', size: 1, medium }).map(({ text }) => text)).toEqual(['a', 'b']);
    expect(scriptsIn({ what: 'medium', size: 1, medium: { ...medium, biosScript: 'a' } })).toHaveLength(1);
  });
});
