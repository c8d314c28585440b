import { describe, expect, it } from 'vitest';
import {
  BLADES,
  caveat,
  consoleCommand,
  failureOf,
  parseList,
  powerCommand,
  variantOf,
} from '../../../main/oobm/nodectl.ts';

describe('nodectl', () => {
  it('lists what the PCI bus shows, in either program’s words', () => {
    const maker =
      '01:00.0 Network controller: Mixtile Limited Blade 3 (rev 01)\r\n03:00.0 Network controller: Mixtile Limited Blade 3 (rev 01)\r\n';
    expect(parseList(maker)).toEqual([
      { address: '01:00.0', description: 'Network controller: Mixtile Limited Blade 3 (rev 01)' },
      { address: '03:00.0', description: 'Network controller: Mixtile Limited Blade 3 (rev 01)' },
    ]);
    expect(parseList('0000:0A:00.0 Network controller: Mixtile Limited Blade 3 (rev 01)\n')).toMatchObject([
      { address: '0a:00.0' },
    ]);
    expect(parseList('No devices found. Run the rescan command then try again.\n')).toEqual([]);
    expect(parseList('\u001b]52;c;AAAA\u0007\n01:00.8 x\nrubbish')).toEqual([]);
  });

  it('finds each blade’s console behind its own adapter', () => {
    expect(BLADES.map(consoleCommand)).toEqual([
      'picocom -b 1500000 /dev/ttyCH343USB1',
      'picocom -b 1500000 /dev/ttyCH343USB2',
      'picocom -b 1500000 /dev/ttyCH343USB3',
      'picocom -b 1500000 /dev/ttyCH343USB0',
    ]);
    expect(powerCommand('poweroff', 3)).toBe('nodectl poweroff -n 3');
  });

  it('knows whose program it is, and what not to rely on', () => {
    expect(variantOf('nodectl version v0.0.2\n')).toBe('rewrite');
    expect(variantOf('Usage: nodectl COMMAND\n')).toBe('maker');
    expect(caveat('list', 'maker')).toContain('not power');
    expect(caveat('poweroff', 'maker')).toContain('one of a blade’s three pins');
    expect(caveat('poweroff', 'rewrite')).toBeUndefined();
    expect(caveat('flash', 'rewrite')).toContain('cannot flash');
  });

  it.each<[number | null, string, string | undefined]>([
    [0, '', undefined],
    [127, 'ash: nodectl: not found\n', 'there is no nodectl on this control board'],
    [0, 'This feature is under active development.\n', 'this nodectl cannot do that'],
    [1, 'an error occured\nthis subcommand is not currently supported\n', 'this nodectl cannot do that'],
    [1, 'failed to power on node 2\n', 'failed to power on node 2'],
    [3, '', 'it ended with exit code 3'],
    [null, '', 'it was cut off'],
  ])('exit %s and %j', (exit, output, why) => {
    expect(failureOf(exit, output)).toBe(why);
  });
});
