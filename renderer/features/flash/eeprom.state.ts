/** A card that gives a Raspberry Pi's bootloader new settings: what may be chosen, and what that means. Pure. */

/** Digits are read from the right: 1 card, 2 network, 4 USB, f again from the start. */
export const BOOT_ORDERS = [
  { value: '0xf12', label: 'Network, then card' },
  { value: '0xf142', label: 'Network, then USB, then card' },
  { value: '0xf21', label: 'Card, then network' },
  { value: '0xf2', label: 'Network alone' },
] as const;

export interface EepromForm {
  readonly recovery: string;
  readonly image: string;
  readonly order: string;
  /** The bootloader says on the serial pins what it does. */
  readonly uart: boolean;
}

export const EMPTY_EEPROM: EepromForm = { recovery: '', image: '', order: BOOT_ORDERS[0].value, uart: true };

export const eepromSettings = ({ order, uart }: EepromForm): Record<string, string> => ({
  BOOT_ORDER: order,
  ...(uart && { BOOT_UART: '1' }),
});

/** In a release both files lie side by side. */
export const recoveryBeside = (image: string): string => image.replace(/[^/\\]*$/, 'recovery.bin');
