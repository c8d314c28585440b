/** `benchboot bench import`: another server's file as a bench file, and a line for everything that is not in it. */
import { formatBenchFile } from '../bench-file/bench-file.ts';
import { importBench } from '../bench-file/import.ts';
import type { NoteKind } from '../bench-file/import-notes.ts';
import { saveFile } from '../save-file.ts';
import { count, readFile } from './bench.ts';
import { command } from './command.ts';

const WORDS: Readonly<Record<NoteKind, string>> = {
  'left-out': 'left out',
  changed: 'changed',
  'not-needed': 'not needed',
};

export const benchImport = command({
  words: 'bench import',
  operands: 'FILE',
  summary: 'turn dhcpsrv.ini or dnsmasq.conf into a bench file',
  details:
    'What has no place in a bench file is told line by line on standard error, with the reason.\n' +
    'Look it over with `benchboot bench check`.',
  flags: { out: { value: 'FILE', help: 'write the bench file there instead of printing it' } },
  async run({ out }, [path = ''], output) {
    const { format, file, notes } = importBench(readFile(path), path);
    for (const { line, column, kind, text, reason } of notes) {
      output.record({ type: 'bench.note', path, line, column, kind, text, reason });
      output.log(`${path}:${line}:${column}: ${WORDS[kind]}: ${text}\n    ${reason}`);
    }
    const text = formatBenchFile(file);
    if (out !== undefined) await saveFile(out, text);
    output.record({
      type: 'bench.imported',
      path,
      format,
      notes: notes.length,
      ...(out !== undefined && { out }),
      file,
    });
    if (out === undefined) output.line(text.trimEnd());
    const left = notes.filter(({ kind }) => kind === 'left-out').length;
    output.log(
      `${path} (${format}): ${count(left, 'line')} left out, ${count(notes.length - left, 'line')} changed or not needed.`,
    );
    return 0;
  },
});
