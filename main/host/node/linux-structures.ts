/** Which Linux systems lay out their socket structures (msghdr, cmsghdr, mmsghdr) as the code here writes them. */
import { arch, endianness } from 'node:os';

const LAID_OUT: readonly string[] = ['x64', 'arm64', 'riscv64', 'loong64', 'ppc64'];

/** 64-bit, little-endian Linux. */
export const hasKnownStructures = (): boolean =>
  process.platform === 'linux' && LAID_OUT.includes(arch()) && endianness() === 'LE';
