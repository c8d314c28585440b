/**
 * A boot log without a serial cable: the Raspberry Pi 4/5 bootloader sends its lines by UDP to port 6666
 * (`NETCONSOLE=6665@169.254.1.1/,6666@/` in the EEPROM configuration). Puts lines together per device. Pure state.
 */
import type { Mac } from 'node-dhcpd-lite';

const LONGEST_LINE = 1_000;
const MOST_DEVICES = 64;

export class NetconsoleLines {
  readonly #unfinished = new Map<Mac, string>();

  /** The lines that this piece of text completes, without their ends. */
  push(mac: Mac, text: string): readonly string[] {
    const lines = ((this.#unfinished.get(mac) ?? '') + text).split(/\r?\n|\r(?!$)/);
    const rest = lines.pop()!;
    this.#unfinished.delete(mac);
    if (rest.length > LONGEST_LINE) lines.push(rest);
    else if (rest !== '') this.#unfinished.set(mac, rest);
    if (this.#unfinished.size > MOST_DEVICES) this.#unfinished.delete(this.#unfinished.keys().next().value!);
    return lines.map(line => line.slice(0, LONGEST_LINE));
  }
}
