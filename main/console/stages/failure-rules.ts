/** Known failures by what the board prints: a plain sentence and a next step for each. The rows stand beside what prints them. */
import { BOOT_FAILURES } from './failures-boot.ts';
import { FIRMWARE_FAILURES } from './failures-firmware.ts';
import { LINUX_FAILURES } from './failures-linux.ts';

export interface FailureRule {
  /** Stable. */
  readonly name: string;
  /** The line holds one of these words; case does not matter. */
  readonly has: readonly string[];
  readonly pattern: RegExp;
  /** What it means, as a sentence; `$1` for what the pattern caught. Said once per boot and wording. */
  readonly says: string;
  /** What to do next, as a sentence. */
  readonly next: string;
}

/** The first row that matches a line speaks. */
export const FAILURE_RULES: readonly FailureRule[] = [...FIRMWARE_FAILURES, ...BOOT_FAILURES, ...LINUX_FAILURES];
