/** CRC-32 as gzip, zip, xz and GPT use it (ISO 3309, reflected polynomial 0xEDB88320). For headers, not for megabytes. */
const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

export function crc32Of(bytes: Uint8Array): number {
  let value = ~0;
  for (const octet of bytes) value = (value >>> 8) ^ TABLE[(value ^ octet) & 0xff]!;
  return ~value >>> 0;
}
