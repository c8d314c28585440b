/**
 * iPXE scripts: how long parsing, checking and a dry run take: best, median and worst of many rounds (best is what a
 * machine with nothing else to do takes). No peer: the limits are
 * what a person notices while typing (100 ms for a 5,000-line check, 50 ms for a 500-line dry run).
 *
 *     node test/bench/ipxe.ts [ROUNDS]
 */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
import { fileURLToPath } from 'node:url';
import { dryRun, lintScript, parseScript } from '../../main/ipxe/script/index.ts';
import type { Report } from './tftp.ts';

/** Ten lines for each of so many systems, behind one menu. */
function script(systems: number): string {
  const all = Array.from({ length: systems }, (_, i) => i);
  const menu = all.map(i => `item sys${i} System ${i} on \${net0/mac}`);
  const entries = all.flatMap(i => [
    `:sys${i}`,
    `set path${i} http://\${next-server}/sys${i}`,
    'isset ${serial} && set name ${serial} || set name ${net0/mac:hexhyp}',
    `kernel \${path${i}}/vmlinuz initrd=initrd${i}.img console=ttyS0,115200 hostname=\${name} || goto failed`,
    `initrd \${path${i}}/initrd${i}.img || goto failed`,
    '# what was fetched is shown before it starts',
    'imgstat ||',
    'boot || goto failed',
  ]);
  return [
    ...['#!ipxe', ':start', 'dhcp || goto failed', 'menu Systems', ...menu],
    ...['choose --timeout 10000 pick || goto failed', 'goto ${pick}', ...entries, ':failed', 'shell', 'goto start', ''],
  ].join('\n');
}

function measure(rounds: number, work: () => unknown): { best: number; median: number; worst: number } {
  const times = Array.from({ length: rounds }, () => {
    const begin = performance.now();
    work();
    return performance.now() - begin;
  }).sort((a, b) => a - b);
  return { best: times[0]!, median: times[times.length >> 1]!, worst: times.at(-1)! };
}

export async function benchIpxe(report: Report, rounds = 30): Promise<void> {
  const long = script(555);
  const usual = script(55);
  const device = {
    arch: 'x86_64',
    platform: 'efi',
    mac: '52:54:00:be:00:01',
    dhcp: { ip: '10.32.0.50', nextServer: '10.32.0.1' },
  } as const;
  const lookup = () => ({ is: 'file', size: 1e7 }) as const;
  const rows = [
    ['parse', long, () => parseScript(long), undefined],
    ['lint', long, () => lintScript(long, { target: 'disk.img' }), 100],
    ['dry run', usual, () => dryRun(usual, { device, lookup, choices: { pick: 'sys54' } }), 50],
    [
      'dry run that never ends',
      usual,
      () => dryRun('#!ipxe\nset n:int32 0\n:a\ninc n\ngoto a\n', { device, lookup }),
      undefined,
    ],
  ] as const;
  for (const [name, text, work, limit] of rows) {
    const { best, median, worst } = measure(rounds, work);
    const lines = text.split('\n').length - 1;
    const against = limit === undefined ? '' : `; ${(best / limit).toFixed(2)} of the ${limit} ms a person may notice`;
    report(
      `ipxe ${name} (${lines} lines): best of ${rounds} ${best.toFixed(1)} ms, median ${median.toFixed(1)} ms, worst ${worst.toFixed(1)} ms${against}`,
    );
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await benchIpxe(console.log, Number(process.argv[2]) || undefined);
