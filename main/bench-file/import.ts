/** Other servers' files as bench files: which format a text is. Reads no disk. */
import type { BenchFile } from './bench-file.ts';
import { importDhcpsrvIni } from './import-dhcpsrv.ts';
import { importDnsmasqConf } from './import-dnsmasq.ts';
import type { ImportNote } from './import-notes.ts';

export interface Imported {
  /** Always in the form that the schema asks for. */
  readonly file: BenchFile;
  /** In the order of the text; every setting is in `file` or here. */
  readonly notes: readonly ImportNote[];
}

/** `path` is looked at for its ending alone. Never throws. */
export function importBench(text: string, path: string): Imported & { readonly format: string } {
  const isIni = /\.ini$/i.test(path) || /^\s*\[[^\]\n]+\]\s*$/m.test(text);
  return isIni
    ? { format: 'dhcpsrv.ini', ...importDhcpsrvIni(text) }
    : { format: 'dnsmasq.conf', ...importDnsmasqConf(text) };
}
