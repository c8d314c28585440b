import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContentService } from '../../../main/bench/content-service.ts';
import { nodeHost } from '../../../main/host/node/node-host.ts';
import { servedLookup } from '../../../main/ipxe/served.ts';

const MAC = '52:54:00:be:00:01';
let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'benchboot-served-'));
  mkdirSync(join(root, 'alpine'));
  mkdirSync(join(root, 'kickstart'));
  writeFileSync(join(root, 'alpine', 'vmlinuz'), Buffer.alloc(5000));
  writeFileSync(join(root, 'menu.ipxe'), '#!ipxe\nshell\n');
  writeFileSync(join(root, 'large.ipxe'), `#!ipxe\n${'#'.repeat(300_000)}`);
  writeFileSync(join(root, 'kickstart', 'default.cfg'), 'host {{mac}}\n');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const look = (url: string, bench: { httpPort?: number | undefined; tftp?: boolean } = {}) => {
  const server = '10.32.0.1';
  const { httpPort, tftp } = { httpPort: 80, tftp: true, ...bench };
  const content = createContentService({
    root,
    programs: join(root, 'none'),
    clock: nodeHost().clock,
    platform: process.platform,
    boot: { server, httpPort, tftp },
    device: ({ mac }) => ({ mac, ip: '10.32.0.50' }),
    cpu: () => 'x64',
    emit: () => {},
  });
  return servedLookup({ content, server, httpPort, tftp }, { mac: MAC, ip: '10.32.0.50' })(url);
};

describe('what the bench would answer', () => {
  it.each<[string, object]>([
    ['http://10.32.0.1/alpine/vmlinuz', { is: 'file', size: 5000 }],
    ['http://10.32.0.1:80/alpine/vmlinuz?x=1', { is: 'file', size: 5000 }],
    ['tftp://10.32.0.1/alpine/vmlinuz', { is: 'file', size: 5000 }],
    ['http://10.32.0.1/menu.ipxe', { is: 'file', size: 13, text: '#!ipxe\nshell\n' }],
    ['http://10.32.0.1/large.ipxe', { is: 'file', size: 300_007 }],
    [`http://10.32.0.1/kickstart/${MAC}.cfg`, { is: 'file', size: 23 }],
    ['http://10.32.0.1/alpine', { is: 'folder' }],
    ['http://10.32.0.1/nothing', { is: 'missing' }],
    ['http://10.32.0.1/../etc/passwd', { is: 'missing' }],
    ['http://10.32.0.1/%00', { is: 'missing' }],
    ['http://10.32.0.1/%zz', { is: 'missing' }],
    ['http://10.32.0.1:8080/menu.ipxe', { is: 'missing', why: 'Benchboot serves HTTP on port 80' }],
    ['http://example.org/menu.ipxe', { is: 'elsewhere' }],
    ['nfs://10.32.0.1/menu.ipxe', { is: 'elsewhere' }],
  ])('%s', async (url, expected) => {
    expect(await look(url)).toMatchObject(expected);
    if (url.endsWith('large.ipxe')) expect(await look(url)).not.toHaveProperty('text');
  });

  it('the script that is written for the device is one to follow', async () => {
    expect(await look('http://10.32.0.1/boot.ipxe')).toMatchObject({
      is: 'file',
      text: expect.stringContaining('#!ipxe'),
    });
  });

  it('a service that is off gives nothing', async () => {
    expect(await look('http://10.32.0.1/menu.ipxe', { httpPort: undefined })).toEqual({
      is: 'missing',
      why: 'HTTP is switched off',
    });
    expect(await look('tftp://10.32.0.1/menu.ipxe', { tftp: false })).toEqual({
      is: 'missing',
      why: 'TFTP is switched off',
    });
  });
});
