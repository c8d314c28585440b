/** `benchboot bench init` and `bench check`: write a bench file, and say what is wrong with one. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { formatBenchFile, parseBenchFile } from '../bench-file/bench-file.ts';
import { type LintRemark, lintBenchFile } from '../bench-file/bench-lint.ts';
import { PROFILES, profile } from '../bench-file/profiles.ts';
import { PROGRAMS } from '../content/programs.ts';
import { BenchError } from '../errors.ts';
import { printable } from '../kit/printable.ts';
import { command } from './command.ts';

const profiles = PROFILES.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join('\n');

export const benchInit = command({
  words: 'bench init',
  operands: 'PROFILE',
  summary: 'print a bench file to start from',
  details: `Profiles:\n${profiles}\n\nKeep it with \`benchboot bench init pi > bench.json\`.`,
  flags: {},
  async run(_values, [name = ''], output) {
    const found = profile(name);
    if (!found) {
      const problem = `There is no profile "${name}". Profiles: ${PROFILES.map(each => each.name).join(', ')}.`;
      throw new BenchError('USAGE', { problem });
    }
    output.record(found.file);
    output.line(formatBenchFile(found.file).trimEnd());
    return 0;
  },
});

export const benchCheck = command({
  words: 'bench check',
  operands: 'FILE',
  summary: 'check a bench file: what will not work, where, and what to write instead',
  details: 'Exit code 1 when something will not work; warnings alone leave it 0.',
  flags: {},
  async run(_values, [path = ''], output) {
    const text = readFile(path);
    const parsed = parseBenchFile(text, path);
    const remarks: readonly LintRemark[] = parsed.ok
      ? lintBenchFile(parsed, path, factsOf(path, parsed.file.root))
      : parsed.problems.map(problem => ({ ...problem, rule: 'format', severity: 'error', next: '' }));
    for (const remark of remarks) {
      output.record({ type: 'bench.remark', ...remark });
      output.line(`${path}:${remark.line}:${remark.column}: ${remark.severity}: ${printable(remark.message, 500)}`);
      if (remark.next) output.line(`    ${printable(remark.next, 500)}`);
    }
    const errors = remarks.filter(remark => remark.severity === 'error').length;
    const warnings = remarks.length - errors;
    output.record({ type: 'bench.checked', path, errors, warnings });
    output.line(
      remarks.length === 0 ? `${path} is in order.` : `${count(errors, 'error')}, ${count(warnings, 'warning')}.`,
    );
    return errors > 0 ? 1 : 0;
  },
});

export const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** Throws FILE_UNREADABLE. */
export function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new BenchError('FILE_UNREADABLE', { path, reason: (error as Error).message }, { cause: error });
  }
}

/** What the linter may know of this laptop's files: a root is meant relative to the bench file. */
function factsOf(path: string, root: string | undefined) {
  const folder = root === undefined ? undefined : resolve(dirname(path), root);
  const programs: readonly string[] = PROGRAMS;
  return {
    rootExists: folder === undefined ? undefined : existsSync(folder) && statSync(folder).isDirectory(),
    fileExists: (name: string) => programs.includes(name) || (folder !== undefined && existsSync(join(folder, name))),
  };
}
