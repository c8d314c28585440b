/** A bootloader image of a Raspberry Pi, made as the real ones are laid out. */
const KB = 1024;
export const CONFIG = '[all]\nBOOT_UART=0\nWAKE_ON_GPIO=1\nPOWER_OFF_ON_HALT=0\n\n[none]\nFREEZE_VERSION=0\n';

/** An image in the layout of the real ones: code, padding to 64 KiB, a configuration, perhaps another file behind it. */
export function image({ size = 512 * KB, behind = true } = {}): Uint8Array {
  const bytes = new Uint8Array(size).fill(0xff);
  const view = new DataView(bytes.buffer);
  const section = (at: number, magic: number, content: Uint8Array): number => {
    view.setUint32(at, magic);
    view.setUint32(at + 4, content.length);
    bytes.set(content, at + 8);
    return (at + 8 + content.length + 7) & ~7;
  };
  const file = (at: number, name: string, text: string): number => {
    const content = new Uint8Array(16 + text.length);
    content.set(Buffer.from(name, 'latin1'));
    content.set(Buffer.from(text, 'latin1'), 16);
    return section(at, 0x55aaf11f, content);
  };
  const pad = (at: number, to: number): number => section(at, 0x55aafeef, new Uint8Array(to - at - 8).fill(0xff));
  let at = section(0, 0x55aaf00f, new Uint8Array(50 * KB).fill(0x12));
  at = pad(at, 64 * KB);
  at = file(at, 'bootconf.txt', CONFIG);
  if (behind) file(pad(at, 68 * KB), 'pubkey.bin', 'key');
  return bytes;
}
