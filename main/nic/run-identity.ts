/** Names a run of a program so surely that no later one is taken for it, not even under the same process id. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

export interface RunIdentity {
  readonly pid: number;
  /** When the machine was started: a boot id where there is one, else its time rounded to ten minutes. */
  readonly boot: string;
  /** When the process was started, in the system's own words; empty where it does not tell. */
  readonly started: string;
}

export function thisRun(): RunIdentity {
  return { pid: process.pid, boot: bootIdentity(), started: startOf(process.pid) ?? '' };
}

/** Whether that very process is running still. */
export function isRunning(run: RunIdentity): boolean {
  if (run.boot !== bootIdentity()) return false;
  const started = startOf(run.pid);
  return started !== undefined && (started === run.started || run.started === '');
}

function bootIdentity(): string {
  if (process.platform === 'linux') return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  // The clock may be set while the machine runs; ten minutes forgive small corrections.
  return String(Math.round((Date.now() / 1000 - uptime()) / 600));
}

/** Undefined when there is no such process, empty when the system does not tell its start. */
function startOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      // proc(5): field 22 is the start in ticks; the name in field 2 may hold spaces and brackets.
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      // A zombie has ended: nobody but its parent knows of it any more.
      return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
    }
    if (process.platform === 'darwin')
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
    process.kill(pid, 0);
    return '';
  } catch (error) {
    return (error as { code?: unknown }).code === 'EPERM' ? '' : undefined;
  }
}
