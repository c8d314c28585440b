/** `benchboot nics`: the network ports of this laptop, the best bench first, each with its reason. */
import type { Nic } from '../host/host.ts';
import { printable } from '../kit/printable.ts';
import { localEngine } from '../local-engine.ts';
import { command } from './command.ts';
import { table } from './output.ts';

export const nics = command({
  words: 'nics',
  summary: 'list the network ports of this laptop, and which of them makes a bench',
  flags: {
    suggest: { help: 'end with the line that serves the best port' },
  },
  async run(values, _operands, output) {
    const ranked = await localEngine().nics();
    for (const [nic, worth] of ranked) output.record({ type: 'nic', ...nic, ...worth });
    if (ranked.length === 0) output.line('This laptop has no network port. Plug in a USB Ethernet adapter.');

    const rows = ranked.map(([nic, worth]) => [
      worth.worthy ? '*' : ' ',
      nic.name,
      place(nic),
      nic.carrier ? (nic.speed ? speedText(nic.speed) : 'link') : 'no link',
      nic.mac ?? '',
      nic.addresses.map(({ address, prefix }) => `${address}/${prefix}`).join(' '),
      printable(nic.description, 60),
    ]);
    const lines = table([['', 'port', 'at', 'cable', 'MAC', 'address', 'what it is'], ...rows]);
    output.line(lines[0]);
    for (const [i, [, worth]] of ranked.entries()) {
      output.line(lines[i + 1]);
      output.line(`     ${worth.reasons.join(' ')}`);
    }
    if (values.suggest) suggest(ranked.find(([, worth]) => worth.worthy)?.[0], output.line);
    return 0;
  },
});

const place = (nic: Nic): string => (nic.bus && nic.bus !== nic.kind ? `${nic.bus} ${nic.kind}` : nic.kind);
const speedText = (speed: number): string => (speed >= 1000 ? `${speed / 1000} Gb/s` : `${speed} Mb/s`);

function suggest(best: Nic | undefined, line: (text?: string) => void): void {
  line();
  if (!best) {
    line('No port here makes a bench as it is. A USB Ethernet adapter does; the reasons above say what is in the way.');
    return;
  }
  line('To serve boards on the best port, with the folder images/ behind TFTP and HTTP:');
  line();
  line(`    sudo node dist/benchboot.js serve --nic ${best.name} --root images`);
}
