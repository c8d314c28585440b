#!/usr/bin/env node
/** The command line: finds the command, runs it, turns what went wrong into a sentence and an exit code. */
import '../memory.ts';
import '../threads.ts';
import { BenchError } from '../errors.ts';
import { printable } from '../kit/printable.ts';
import { VERSION } from '../version.ts';
import type { Command } from './command.ts';
import { createOutput } from './output.ts';

/**
 * The commands by their first word, in the order of the overview. Each family is loaded when it is called: reading all of
 * the program takes longer than flashing half a gigabyte.
 */
const FAMILIES: Readonly<Record<string, () => Promise<readonly Command[]>>> = {
  nics: async () => [(await import('./nics.ts')).nics],
  watch: async () => [(await import('./watch.ts')).watch],
  serve: async () => [(await import('./serve.ts')).serve],
  web: async () => [(await import('./web.ts')).web],
  ports: async () => [(await import('./ports.ts')).ports],
  console: async () => [(await import('./console.ts')).openConsole],
  drives: async () => [(await import('./drives.ts')).drives],
  flash: async () => [(await import('./flash.ts')).flash],
  read: async () => [(await import('./read.ts')).read],
  probe: async () => [(await import('./probe.ts')).probe],
  recipe: async () => {
    const { recipeCheck, recipeSeal } = await import('./recipe.ts');
    return [recipeCheck, recipeSeal];
  },
  pi: async () => [(await import('./pi-eeprom.ts')).piEeprom],
  ipxe: async () => {
    const [{ ipxeLint, ipxeRun }, build] = await Promise.all([import('./ipxe-script.ts'), import('./ipxe-build.ts')]);
    return [ipxeLint, ipxeRun, build.ipxeTargets, build.ipxeBuild, build.ipxeInspect, build.ipxeEdit];
  },
  bench: async () => {
    const [{ benchInit, benchCheck }, { benchImport }, { benchExport }] = await Promise.all([
      import('./bench.ts'),
      import('./bench-import.ts'),
      import('./bench-export.ts'),
    ]);
    return [benchInit, benchCheck, benchImport, benchExport];
  },
  doctor: async () => [(await import('./doctor.ts')).doctor],
  restore: async () => [(await import('./restore.ts')).restore],
};

async function overview(): Promise<string> {
  const commands = (await Promise.all(Object.values(FAMILIES).map(load => load()))).flat();
  const width = Math.max(...commands.map(({ words, operands }) => `${words} ${operands}`.length));
  const rows = commands.map(c => `  ${`${c.words} ${c.operands}`.trim().padEnd(width)}  ${c.summary}`);
  return (
    'Benchboot turns this laptop into everything a board needs for its first boot.\n\n' +
    `usage: benchboot COMMAND [flags]\n\n${rows.join('\n')}\n\n` +
    '`benchboot COMMAND --help` tells more. First steps: `benchboot nics`, then `sudo benchboot serve --nic NAME`.\n'
  );
}

/** The command whose words begin `args`, and what follows them. */
function find(
  family: readonly Command[],
  args: readonly string[],
): { command: Command; rest: readonly string[] } | undefined {
  for (const command of family) {
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
    process.stdout.write(await overview());
    return first === undefined ? 2 : 0;
  }
  if (first === '--version' || first === 'version') {
    process.stdout.write(`benchboot ${VERSION}\n`);
    return 0;
  }
  const family = Object.hasOwn(FAMILIES, first) ? await FAMILIES[first]!() : [];
  const found = find(family, args);
  if (!found) {
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
// A reader that leaves early (`| head`) is no failure, and no reason to leave anything undone behind: what has to be put
// back waits for a signal.
let isUnread = false;
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  if (isUnread) return;
  isUnread = true;
  if (process.listenerCount('SIGTERM') === 0) process.exit(0);
  process.kill(process.pid, 'SIGTERM');
});

try {
  process.exitCode = await main(args);
} catch (error) {
  const known = error instanceof BenchError;
  // It may quote a file that somebody mailed, or a name from the wire.
  const message = known
    ? printable(error.message, 4000)
    : `Benchboot failed unexpectedly: ${(error as Error).stack ?? error}`;
  const output = createOutput(args.includes('--json'));
  output.record({ t: new Date().toISOString(), type: 'error', code: known ? error.code : 'UNEXPECTED', message });
  output.log(`benchboot: ${message}`);
  process.exitCode = known ? error.exitCode : 1;
}
