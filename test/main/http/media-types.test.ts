import { expect, it } from 'vitest';
import { mediaType } from '../../../main/http/media-types.ts';

const cases: [name: string, type: string][] = [
  ['/ipxe.efi', 'application/efi'],
  ['/EFI/BOOT/BOOTX64.EFI', 'application/efi'],
  ['/debian.iso', 'application/vnd.efi-iso'],
  ['/boot.img', 'application/vnd.efi-img'],
  ['/boot.ipxe', 'text/plain; charset=utf-8'],
  ['/kickstart/52-54-00-be-00-01.cfg', 'text/plain; charset=utf-8'],
  ['/cloud-init/52-54-00-be-00-01/user-data', 'text/plain; charset=utf-8'],
  ['/index.html', 'text/html; charset=utf-8'],
  ['/vmlinuz', 'application/octet-stream'],
  ['/initrd.gz', 'application/gzip'],
  ['/vmlinuz-6.1.0-28-amd64', 'application/octet-stream'],
  ['/a.efi/file', 'application/octet-stream'],
  ['/x.constructor', 'application/octet-stream'],
  ['/__proto__', 'application/octet-stream'],
  ['/x.', 'application/octet-stream'],
  ['', 'application/octet-stream'],
];
it.each(cases)('%s is %s', (name, type) => expect(mediaType(name)).toBe(type));
