/** What is used of WebAssembly, which the ES library does not declare and Node's types leave to the DOM. */
declare namespace WebAssembly {
  interface MemoryDescriptor<S extends boolean = boolean> {
    readonly initial: number;
    readonly maximum?: number;
    readonly shared?: S;
  }
  class Memory<S extends boolean = false> {
    constructor(descriptor: MemoryDescriptor<S>);
    readonly buffer: S extends true ? SharedArrayBuffer : ArrayBuffer;
  }
  class Module {
    constructor(bytes: ArrayBuffer | ArrayBufferView);
  }
  class Instance {
    constructor(module: Module, imports?: Readonly<Record<string, Readonly<Record<string, unknown>>>>);
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
