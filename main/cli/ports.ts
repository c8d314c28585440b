/** `benchboot ports`: the serial ports of this laptop, USB adapters first. */
import type { SerialPortInfo } from '../host/host.ts';
import { printable } from '../kit/printable.ts';
import { localEngine } from '../local-engine.ts';
import { command } from './command.ts';
import { table } from './output.ts';

export const ports = command({
  words: 'ports',
  summary: 'list the serial ports of this laptop: chip, serial number, stable name, and who has it open',
  flags: {},
  async run(_values, _operands, output) {
    const found = await localEngine().consoles.ports();
    for (const port of found) output.record({ type: 'port', ...port });
    if (found.length === 0) output.line('This laptop has no serial port. Plug in a USB serial adapter.');
    else {
      const rows = found.map(port => [
        port.path,
        port.chip ?? port.driver ?? '',
        port.serialNumber ?? '',
        whatItIs(port),
      ]);
      for (const [i, line] of table([['port', 'chip', 'serial number', 'what it is'], ...rows]).entries()) {
        output.line(line);
        const port = found[i - 1];
        if (port?.byId) output.line(`     ${port.byId}`);
        if (port?.holder) output.line(`     in use by ${port.holder.program} (process ${port.holder.pid})`);
      }
    }
    return 0;
  },
});

function whatItIs(port: SerialPortInfo): string {
  const place = port.bus === 'usb' ? port.busPath : port.bus;
  return `${printable(port.description, 60)}${place ? `, at ${place}` : ''}`;
}
