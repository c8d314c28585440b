import { describe, expect, it } from 'vitest';
import { openFastRunner } from '../../../main/tftp/linux/runner-fast.ts';
import type { Runner } from '../../../main/tftp/runner.ts';

const unused: Runner = {
  run: () => {
    throw new Error('the plain runner is not asked');
  },
  close: async () => {},
};

describe('the fast path', () => {
  it('steps back where sockets cannot be bound to the port', async () => {
    expect(await openFastRunner({ nic: 'no-such-port0', address: '127.0.0.1' }, unused)).toBeUndefined();
  });

  it.runIf(process.platform === 'linux')('closes without having carried anything', async () => {
    const runner = await openFastRunner({ nic: 'lo', address: '127.0.0.1' }, unused);
    expect(runner).toBeDefined();
    await runner!.close();
  });
});
