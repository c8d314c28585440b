/** Numbers with units for people. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

const SCALE: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** Octets, from `64G`, `64 GB`, `1.5T`, `512`; units are decimal, as on the label of a card. Undefined for anything else. */
export function parseBytes(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,9}(?:\.\d{1,6})?)\s?([kmgt]?)b?$/i.exec(text) ?? [];
  return number === undefined ? undefined : Math.round(Number(number) * SCALE[unit!.toLowerCase()]!);
}
