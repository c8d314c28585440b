/** What Benchboot's own HTTP and TFTP would answer a dry run: the size of a file, and the text of a script to follow. */
import { readSync } from 'node:fs';
import type { Ipv4, Mac } from 'node-dhcpd-lite';
import type { Content, Finding } from '../content/content.ts';
import { decodePath, decodeScript, type Fetched, hostOf, pathOf, schemeOf } from './script/index.ts';

export interface ServedBy {
  readonly content: Content;
  /** The laptop's address on the bench. */
  readonly server: Ipv4;
  /** Undefined when HTTP is off. */
  readonly httpPort: number | undefined;
  readonly tftp: boolean;
}

/** Scripts longer than this are not followed. */
const LARGEST_FOLLOWED = 256 * 1024;

/** The look-up for one device; answers what the files are now. URLs of other servers are `elsewhere`. */
export function servedLookup(bench: ServedBy, asker: { readonly mac: Mac | undefined; readonly ip: Ipv4 }) {
  return async (url: string): Promise<Fetched> => {
    const via = schemeOf(url);
    if (hostOf(url) !== bench.server || (via !== 'http' && via !== 'tftp')) return { is: 'elsewhere' };
    if (via === 'tftp' && !bench.tftp) return { is: 'missing', why: 'TFTP is switched off' };
    if (via === 'http') {
      const port = Number(/^http:\/\/[^/?#]*:(\d+)/i.exec(url)?.[1] ?? 80);
      if (bench.httpPort === undefined) return { is: 'missing', why: 'HTTP is switched off' };
      if (port !== bench.httpPort) return { is: 'missing', why: `Benchboot serves HTTP on port ${bench.httpPort}` };
    }
    const name = decodePath(pathOf(url));
    return fetched(await bench.content.find({ name, via, ip: asker.ip, mac: asker.mac }));
  };
}

function fetched(finding: Finding): Fetched {
  switch (finding.kind) {
    case 'none':
      return { is: 'missing', why: finding.detail };
    case 'folder':
      return { is: 'folder' };
    case 'bytes':
      return withText(finding.bytes.length, finding.bytes);
    case 'file':
      try {
        const bytes = new Uint8Array(Math.min(finding.size, LARGEST_FOLLOWED));
        const length = readSync(finding.fd, bytes, 0, bytes.length, 0);
        return withText(finding.size, bytes.subarray(0, length));
      } catch (error) {
        return { is: 'missing', why: `it cannot be read: ${String(error)}` };
      } finally {
        finding.close();
      }
  }
}

function withText(size: number, bytes: Uint8Array): Fetched {
  const isScript = size <= LARGEST_FOLLOWED && /^#!\s*[ig]pxe\s/.test(String.fromCharCode(...bytes.subarray(0, 16)));
  return isScript ? { is: 'file', size, text: decodeScript(bytes).text } : { is: 'file', size };
}
