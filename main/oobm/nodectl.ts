/**
 * The cluster box's own tool on its control board, as far as it can be trusted: command lines, and what their output
 * means. There are two of the name: the maker's and a rewrite in Go with the same commands. Pure.
 */

/** Slots of the box. */
export const BLADES = [1, 2, 3, 4] as const;
export type Blade = (typeof BLADES)[number];

export const isBlade = (value: number): value is Blade => (BLADES as readonly number[]).includes(value);

/** The adapter behind each blade's console. The numbers do not follow the slots: the fourth is the first adapter. */
export const CONSOLE_PORTS: Readonly<Record<Blade, string>> = {
  1: '/dev/ttyCH343USB1',
  2: '/dev/ttyCH343USB2',
  3: '/dev/ttyCH343USB3',
  4: '/dev/ttyCH343USB0',
};

/** As `nodectl console` does it, but on the right adapter: the rewrite takes the one of the next slot. */
export const consoleCommand = (blade: Blade): string => `picocom -b 1500000 ${CONSOLE_PORTS[blade]}`;

export type PowerAction = 'poweron' | 'poweroff' | 'reboot';

export const LIST = 'nodectl list';
export const RESCAN = 'nodectl rescan';
export const VERSION = 'nodectl --version';
export const powerCommand = (action: PowerAction, blade: Blade): string => `nodectl ${action} -n ${blade}`;

/** `rewrite`: the Go program; `maker`: the one that ships with the box. */
export type Variant = 'maker' | 'rewrite';

/** From the output of `nodectl --version`, which the maker's program does not know. */
export function variantOf(output: string): Variant {
  return /^nodectl version v?\d/m.test(output) ? 'rewrite' : 'maker';
}

/** What a person should know before relying on a command, as a sentence; undefined when there is nothing. */
export function caveat(action: PowerAction | 'list' | 'flash', variant: Variant): string | undefined {
  switch (action) {
    case 'list':
      return 'Seen on PCIe, which is not power: a blade that was switched off stays in the list until the next rescan.';
    case 'poweroff':
      return variant === 'maker'
        ? 'The maker’s nodectl hides this command and lowers only one of a blade’s three pins; look whether its light went out.'
        : undefined;
    case 'reboot':
      return 'This is a hard reset: what the blade has not written to its disk is lost.';
    case 'flash':
      return 'nodectl cannot flash a blade; its command says so. Write the blade’s disk or card in this laptop instead.';
    default:
      return undefined;
  }
}

/** A blade as the PCI bus of the control board shows it. */
export interface PcieDevice {
  /** Bus, device and function, e.g. `01:00.0`. */
  readonly address: string;
  readonly description: string;
}

/** The lines of `nodectl list`: lspci's, with or without its domain. Other lines mean nothing. */
export function parseList(output: string): readonly PcieDevice[] {
  return output.split(/\r?\n/).flatMap(line => {
    const [, address, description] =
      /^(?:[0-9a-f]{4}:)?([0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) (.{1,200})$/i.exec(line.trim()) ?? [];
    return address && description ? [{ address: address.toLowerCase(), description }] : [];
  });
}

/** Why a command did not do what it should, as a sentence part; undefined when it did. */
export function failureOf(exit: number | null, output: string): string | undefined {
  if (/not found/.test(output) && exit === 127) return 'there is no nodectl on this control board';
  if (/under active development|not currently supported/i.test(output)) return 'this nodectl cannot do that';
  if (exit === 0) return undefined;
  const last = output.trim().split(/\r?\n/).at(-1)?.trim();
  return last || (exit === null ? 'it was cut off' : `it ended with exit code ${exit}`);
}
