/** Which files of a folder are a kernel with its initramfs, for which processor. Looks at names only. */

export type LinuxCpu = 'x64' | 'arm64' | 'arm32';

export interface LinuxPair {
  readonly cpu: LinuxCpu;
  readonly kernel: string;
  readonly initrd: string;
}

interface Naming {
  readonly cpu: LinuxCpu;
  /** Endings that say the processor: `vmlinuz-arm64`, `initrd-arm64.img`. */
  readonly suffixes: readonly string[];
  /** Kernels that say it by their own name; the initramfs beside them may then be called just `initrd`. */
  readonly kernels: readonly string[];
}

/** An unmarked `vmlinuz` is taken for x64: PCs have called it so since ever, arm64 calls its own `Image`. */
const NAMINGS: readonly Naming[] = [
  { cpu: 'arm64', suffixes: ['arm64', 'aarch64'], kernels: ['Image', 'Image.gz'] },
  { cpu: 'arm32', suffixes: ['armhf', 'arm'], kernels: ['zImage', 'uImage'] },
  { cpu: 'x64', suffixes: ['amd64', 'x86_64', 'x64'], kernels: ['bzImage', 'vmlinuz'] },
];

const KERNEL_STEMS = ['vmlinuz', 'Image', 'bzImage', 'linux', 'kernel'];
const INITRD_NAMES = ['initrd', 'initramfs'];
const INITRD_ENDINGS = ['.img', '.gz', '.cpio.gz', '.cpio', '.xz', ''];

const initrds = (suffix: string): string[] =>
  INITRD_NAMES.flatMap(name => INITRD_ENDINGS.map(ending => `${name}${suffix && `-${suffix}`}${ending}`));

/** The kernel and initramfs for that processor among `names` (files of the root folder), or undefined. */
export function findLinuxPair(names: Iterable<string>, cpu: LinuxCpu): LinuxPair | undefined {
  const present = new Set(names);
  const naming = NAMINGS.find(each => each.cpu === cpu)!;
  const first = (candidates: readonly string[]) => candidates.find(name => present.has(name));
  for (const suffix of naming.suffixes) {
    const kernel = first(KERNEL_STEMS.map(stem => `${stem}-${suffix}`));
    const initrd = kernel && first([...initrds(suffix), ...initrds('')]);
    if (kernel && initrd) return { cpu, kernel, initrd };
  }
  const kernel = first(naming.kernels);
  const initrd = kernel && first(initrds(''));
  return kernel && initrd ? { cpu, kernel, initrd } : undefined;
}

/** Every pair the folder has. */
export function findLinuxPairs(names: Iterable<string>): LinuxPair[] {
  const all = [...names];
  return NAMINGS.map(({ cpu }) => findLinuxPair(all, cpu)).filter(pair => pair !== undefined);
}

/** A kernel command line on one line: what came from a file or a form may hold line ends. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
