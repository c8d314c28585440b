import { expect, it } from 'vitest';
import { loadSendFile } from '../../../main/http/linux/sendfile.ts';

// What it does is tested in server.test.ts, which runs each case with it where it exists.
it('is there on 64-bit Linux, and elsewhere files are read and written', () => {
  const expected = process.platform === 'linux' && process.arch === 'x64';
  if (expected) expect(loadSendFile()).toBeDefined();
  else if (process.platform !== 'linux') expect(loadSendFile()).toBeUndefined();
});
