/** Memory that begins at a page, as direct reads and writes of drives want it. */
const WASM_PAGE = 65536;

/** Zeroed, at an address that is a multiple of 4096. Meant to be kept and used again: each costs address space. */
export function alignedMemory(length: number): Uint8Array<ArrayBuffer> {
  // A WebAssembly memory is mapped page by page; what Buffer allocates begins some octets into one.
  const memory = new WebAssembly.Memory({ initial: Math.max(1, Math.ceil(length / WASM_PAGE)) });
  return new Uint8Array(memory.buffer, 0, length);
}
