import { describe, expect, it } from 'vitest';
import { parseFraming, unescaped } from '../../../main/cli/console-flags.ts';
import { ConsoleKeys, keysHelp } from '../../../main/cli/console-keys.ts';

/** Actions in short: what is sent, commands, rates and what is shown. */
function typed(...portions: string[]): string[] {
  const keys = new ConsoleKeys();
  return portions.flatMap(portion =>
    keys.press(Buffer.from(portion)).map(action => {
      if (action.do === 'send') return `send ${JSON.stringify(Buffer.from(action.bytes).toString())}`;
      if (action.do === 'command') return action.command;
      return action.do === 'rate' ? `rate ${action.baudRate}` : `show ${JSON.stringify(action.text)}`;
    }),
  );
}

describe('keys of the console', () => {
  it.each([
    ['text', ['ls\r'], ['send "ls\\r"']],
    ['Ctrl-C is the device’s', ['\x03'], ['send "\\u0003"']],
    ['leaving', ['\x01\x18'], ['exit']],
    ['leaving, in two portions, without Ctrl', ['ab\x01', 'x'], ['send "ab"', 'exit']],
    ['help', ['\x01\x08'], ['help']],
    ['a key that is none', ['\x01!'], ['help']],
    ['C-a itself', ['\x01\x01b'], ['send "\\u0001"', 'send "b"']],
    ['a break', ['\x01\x1c'], ['break']],
    ['DTR, then text', ['\x01\x14text'], ['toggle-dtr', 'send "text"']],
    [
      'a rate, corrected',
      ['\x01\x02', '15\x7f', '15200\rls'],
      [
        'show "\\r\\n*** baud rate: "',
        'show "1"',
        'show "5"',
        'show "\\b \\b"',
        'show "1"',
        'show "5"',
        'show "2"',
        'show "0"',
        'show "0"',
        'show "\\r\\n"',
        'rate 115200',
        'send "ls"',
      ],
    ],
    ['a rate, given up', ['\x01b\x1bx'], ['show "\\r\\n*** baud rate: "', 'show "\\r\\n"', 'send "x"']],
  ])('%s', (_name, portions, actions) => {
    expect(typed(...portions)).toEqual(actions);
  });

  it('help names every key', () => {
    expect(keysHelp().match(/C-a C-/g)!.length).toBe(17);
  });
});

describe('flags of the console', () => {
  it('text with escapes', () => {
    expect(Buffer.from(unescaped('a\\r\\n\\x41\\xff\\\\q\\e')).toString('latin1')).toBe('a\r\nA\xff\\q\x1b');
  });

  it('framing', () => {
    expect(parseFraming('7e2')).toEqual({ dataBits: 7, parity: 'even', stopBits: 2 });
    for (const bad of ['9N1', '8N3', '8X1', '', '8N1x']) expect(parseFraming(bad)).toBeUndefined();
  });
});
