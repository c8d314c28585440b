/** What asks a person for rights and what does not, on a machine made of nothing. */
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { BenchError } from '../../../../main/errors.ts';
import { elevatedHost } from '../../../../main/host/helper/elevated-host.ts';
import { memoryHost } from '../../../../main/host/memory/memory-host.ts';

const HOME = '10.32.0.1';

/** A host whose ports below 1024 need a right, and a person who refuses it. */
function refusing(platform: NodeJS.Platform = 'linux') {
  const base = memoryHost({ platform, nics: [{ name: 'bench0', addresses: [{ address: HOME, prefix: 24 }] }] });
  base.network.privilegedBelow = 1024;
  const commands: (readonly string[])[] = [];
  const host = elevatedHost(base, {
    helperEntry: '/opt/benchboot/helper.js',
    elevate: async command => {
      commands.push(command);
      return { refused: 'the password dialog was closed', output: '' };
    },
  });
  return { base, host, commands };
}

const at = (port: number) => ({ nic: 'bench0', address: HOME, port });

describe('a host that asks', () => {
  it('asks nobody for what needs no right', async () => {
    const { host, commands } = refusing();
    const socket = await host.sockets.udp(at(4011));
    expect(socket.local).toEqual({ address: HOME, port: 4011 });
    await socket.close();
    await host.nics.list();
    await host.nics.knownNetworks();
    expect(await host.sockets.holder('udp', 69)).toBeUndefined();
    expect(commands).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')('asks for low ports, and says what for when that is refused', async () => {
    const { host, commands } = refusing();
    await expect(host.sockets.udp(at(69))).rejects.toMatchObject({
      code: 'PERMISSION_REFUSED',
      message: expect.stringMatching(/^Listening on UDP port 69 of bench0 needs .* the password dialog was closed/),
    });
    expect(commands).toEqual([
      [
        process.execPath,
        '/opt/benchboot/helper.js',
        expect.stringContaining('benchboot-'),
        `${process.getuid!()}`,
        `${process.pid}`,
      ],
    ]);
  });

  it('asks for changes to network ports', async () => {
    const { host, commands } = refusing();
    const refused = { code: 'PERMISSION_REFUSED' };
    await expect(host.nics.addAddress('bench0', { address: HOME, prefix: 24 })).rejects.toMatchObject(refused);
    await expect(host.nics.removeAddress('bench0', { address: HOME, prefix: 24 })).rejects.toMatchObject(refused);
    await expect(host.nics.setUp('bench0', true)).rejects.toMatchObject(refused);
    expect(commands).toHaveLength(3);
  });

  it.skipIf(process.platform !== 'linux')(
    'asks for drives that this user may not open, and for unmounting',
    async () => {
      const { base, host, commands } = refusing();
      const drive = base.drives.plug({ name: 'sdb' });
      await (await host.drives.open(drive, 'write')).close();
      await host.drives.unmount(drive);
      expect(commands).toEqual([]);
      const missing = async () => {
        throw new BenchError('PERMISSION_MISSING', { what: 'It', right: 'root' });
      };
      base.drives.open = missing;
      base.drives.unmount = missing;
      await expect(host.drives.open(drive, 'write')).rejects.toMatchObject({
        code: 'PERMISSION_REFUSED',
        message: expect.stringMatching(/^Opening \/dev\/sdb to write it needs /),
      });
      await expect(host.drives.unmount(drive)).rejects.toMatchObject({ code: 'PERMISSION_REFUSED' });
      expect(commands).toHaveLength(2);
      base.drives.open = async () => {
        throw new BenchError('DRIVE_BUSY', { drive: drive.path, by: 'somebody' });
      };
      await expect(host.drives.open(drive, 'write')).rejects.toMatchObject({ code: 'DRIVE_BUSY' });
      expect(commands).toHaveLength(2);
    },
  );

  it.each(['darwin', 'win32'] as const)('%s cannot hand drives over: they are as without a helper', platform => {
    const { base, host } = refusing(platform);
    expect(host.drives).toBe(base.drives);
  });

  it.each(['darwin', 'win32'] as const)('%s cannot hand sockets over, and says so without asking', async platform => {
    const { host, commands } = refusing(platform);
    const refused = { code: 'UNSUPPORTED', message: expect.stringMatching(/ port \d+ of bench0 .* as administrator/) };
    await expect(host.sockets.udp(at(69))).rejects.toMatchObject(refused);
    await expect(host.sockets.listen(createServer(), at(80))).rejects.toMatchObject(refused);
    expect(commands).toEqual([]);
  });

  it('does not ask for ports that no bench has', async () => {
    const { host, commands } = refusing();
    await expect(host.sockets.udp(at(161))).rejects.toMatchObject({ code: 'PERMISSION_MISSING' });
    expect(commands).toEqual([]);
  });

  it('leaves everything else of the machine as it is', () => {
    const { base, host } = refusing();
    for (const part of ['clock', 'serialPorts', 'platform'] as const) expect(host[part]).toBe(base[part]);
  });
});
