import { expect, it } from 'vitest';
import { loadSendFile } from '../../../main/http/linux/sendfile.ts';

// What it does is tested in server.test.ts, which runs each case with it where it exists.
it.runIf(process.platform === 'linux' && process.arch === 'x64')('Linux has sendfile(2)', () => {
  expect(loadSendFile()).toBeDefined();
});
it.runIf(process.platform !== 'linux')('elsewhere files are read and written', () => {
  expect(loadSendFile()).toBeUndefined();
});
