#!/usr/bin/env node
/** The command line: finds the command, runs it, turns what went wrong into a sentence and an exit code. */
import '../memory.ts';
import '../threads.ts';
import { BenchError } from '../errors.ts';
import { VERSION } from '../local-engine.ts';
import { benchCheck, benchInit } from './bench.ts';
import { benchExport } from './bench-export.ts';
import { benchImport } from './bench-import.ts';
import type { Command } from './command.ts';
import { openConsole } from './console.ts';
import { doctor } from './doctor.ts';
import { drives } from './drives.ts';
import { flash } from './flash.ts';
import { ipxeBuild, ipxeEdit, ipxeInspect, ipxeTargets } from './ipxe-build.ts';
import { ipxeLint, ipxeRun } from './ipxe-script.ts';
import { nics } from './nics.ts';
import { createOutput } from './output.ts';
import { piEeprom } from './pi-eeprom.ts';
import { ports } from './ports.ts';
import { probe } from './probe.ts';
import { read } from './read.ts';
import { recipeCheck, recipeSeal } from './recipe.ts';
import { restore } from './restore.ts';
import { serve } from './serve.ts';
import { watch } from './watch.ts';
import { web } from './web.ts';

const COMMANDS: readonly Command[] = [
  nics,
  watch,
  serve,
  web,
  ports,
  openConsole,
  drives,
  flash,
  read,
  probe,
  recipeCheck,
  recipeSeal,
  piEeprom,
  ipxeLint,
  ipxeRun,
  ipxeTargets,
  ipxeBuild,
  ipxeInspect,
  ipxeEdit,
  benchInit,
  benchCheck,
  benchImport,
  benchExport,
  doctor,
  restore,
];

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ words, operands }) => `${words} ${operands}`.length));
  const rows = COMMANDS.map(c => `  ${`${c.words} ${c.operands}`.trim().padEnd(width)}  ${c.summary}`);
  return (
    'Benchboot turns this laptop into everything a board needs for its first boot.\n\n' +
    `usage: benchboot COMMAND [flags]\n\n${rows.join('\n')}\n\n` +
    '`benchboot COMMAND --help` tells more. First steps: `benchboot nics`, then `sudo benchboot serve --nic NAME`.\n'
  );
}

/** The command whose words begin `args`, and what follows them. */
function find(args: readonly string[]): { command: Command; rest: readonly string[] } | undefined {
  for (const command of COMMANDS) {
    const words = command.words.split(' ');
    if (words.every((word, i) => args[i] === word)) return { command, rest: args.slice(words.length) };
  }
  return undefined;
}

const isHelp = (word: string): boolean => word === '--help' || word === '-h';

async function main(args: readonly string[]): Promise<number> {
  const [first] = args;
  if (first === 'help' && args[1] !== undefined) return main([...args.slice(1), '--help']);
  if (first === undefined || first === 'help' || isHelp(first)) {
    process.stdout.write(overview());
    return first === undefined ? 2 : 0;
  }
  if (first === '--version' || first === 'version') {
    process.stdout.write(`benchboot ${VERSION}\n`);
    return 0;
  }
  const found = find(args);
  if (!found) {
    const family = COMMANDS.filter(c => c.words.startsWith(`${first} `));
    if (family.length > 0 && (args[1] === undefined || isHelp(args[1]))) {
      process.stdout.write(
        `${family.map(c => `benchboot ${`${c.words} ${c.operands}`.trim()}\n    ${c.summary}`).join('\n')}\n`,
      );
      return args[1] ? 0 : 2;
    }
    throw new BenchError('USAGE', {
      problem: `There is no command "${args.slice(0, family.length > 0 ? 2 : 1).join(' ')}". \`benchboot --help\` lists them.`,
    });
  }
  return found.command.run(found.rest, createOutput);
}

const args = process.argv.slice(2);
// A reader that leaves early (`| head`) is no failure.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  process.exitCode = await main(args);
} catch (error) {
  const known = error instanceof BenchError;
  const message = known ? error.message : `Benchboot failed unexpectedly: ${(error as Error).stack ?? error}`;
  const output = createOutput(args.includes('--json'));
  output.record({ t: new Date().toISOString(), type: 'error', code: known ? error.code : 'UNEXPECTED', message });
  output.log(`benchboot: ${message}`);
  process.exitCode = known ? error.exitCode : 1;
}
