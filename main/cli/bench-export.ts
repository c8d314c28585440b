/** `benchboot bench export`: a bench handed over to a permanent boot server. */
import { dirname, resolve } from 'node:path';
import { oneOf, parsedText } from '../bench/wish.ts';
import { parseBenchFile, remarkText } from '../bench-file/bench-file.ts';
import { exportDnsmasq } from '../bench-file/export-dnsmasq.ts';
import { exportKea } from '../bench-file/export-kea.ts';
import { handover } from '../bench-file/handover.ts';
import { BenchError } from '../errors.ts';
import { saveFile } from '../save-file.ts';
import { readFile } from './bench.ts';
import { command } from './command.ts';

const FORMATS = { dnsmasq: exportDnsmasq, kea: exportKea } as const;

export const benchExport = command({
  words: 'bench export',
  operands: 'FILE',
  summary: 'turn a bench file into the configuration of dnsmasq or Kea',
  details:
    'The same addresses, and the same boot file for every kind of machine. What that server does not do is told on\n' +
    'standard error. Test it with `dnsmasq --test -C FILE` or `kea-dhcp4 -t FILE`.',
  flags: {
    to: { value: 'SERVER', help: 'dnsmasq or kea' },
    nic: { value: 'NAME', help: 'network port of the permanent server' },
    out: { value: 'FILE', help: 'write it there instead of printing it' },
  },
  async run({ to, nic, out }, [path = ''], output) {
    if (to === undefined) throw new BenchError('USAGE', { problem: '--to is missing: dnsmasq or kea.' });
    const format = parsedText('--to', to, 'dnsmasq or kea', oneOf('dnsmasq', 'kea'));
    if (nic !== undefined) parsedText('--nic', nic, 'the name of a network port', portName);
    const parsed = parseBenchFile(readFile(path), path);
    if (!parsed.ok) throw new BenchError('BENCH_FILE_INVALID', { path, problems: parsed.problems.map(remarkText) });
    const { root } = parsed.file;
    const bench = handover(parsed.file, root === undefined ? undefined : resolve(dirname(path), root));
    const text = FORMATS[format](bench, nic);
    const remarks = [...bench.remarks, ...(format === 'kea' && bench.tftp ? [noTftp(bench.address)] : [])];
    for (const remark of remarks) output.log(remark);
    if (out !== undefined) await saveFile(out, text);
    output.record({
      type: 'bench.exported',
      path,
      to: format,
      remarks,
      ...(out === undefined ? { text } : { out }),
    });
    if (out === undefined) output.line(text.trimEnd());
    return 0;
  },
});

const noTftp = (address: string): string =>
  `A TFTP server on ${address} must give the files of the root folder: Kea names files and gives none.`;

const portName = (text: string): string | undefined => (/^[\w.:-]{1,15}$/.test(text) ? text : undefined);
