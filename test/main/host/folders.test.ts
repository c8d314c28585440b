import { expect, it } from 'vitest';
import { stateFolderOf } from '../../../main/host/folders.ts';

it.each([
  [
    'BENCHBOOT_STATE',
    { platform: 'linux', env: { BENCHBOOT_STATE: '/b', XDG_STATE_HOME: '/s' }, home: '/root', root: true },
    '/b',
  ],
  ['root on Linux', { platform: 'linux', env: {}, home: '/root', root: true }, '/var/lib/benchboot'],
  ['a user on Linux', { platform: 'linux', env: {}, home: '/home/u', root: false }, '/home/u/.local/state/benchboot'],
  ['XDG_STATE_HOME', { platform: 'linux', env: { XDG_STATE_HOME: '/s' }, home: '/root', root: true }, '/s/benchboot'],
  [
    'macOS',
    { platform: 'darwin', env: {}, home: '/Users/u', root: false },
    '/Users/u/Library/Application Support/Benchboot',
  ],
  [
    'root on macOS',
    { platform: 'darwin', env: {}, home: '/var/root', root: true },
    '/Library/Application Support/Benchboot',
  ],
  ['Windows', { platform: 'win32', env: { LOCALAPPDATA: 'C:\\L' }, home: 'C:\\U', root: false }, 'C:\\L\\Benchboot'],
] as const)('state of %s is in the folder the system wants', (_, facts, folder) => {
  expect(stateFolderOf(facts)).toBe(folder);
});
