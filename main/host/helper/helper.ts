/**
 * The privileged helper: a process of the administrator's that opens, binds and hands over, and reads nothing but the
 * requests of the engine that started it. Arguments: the folder to meet in, and the engine's user and process (numbers;
 * `-` where users have none). It ends with the engine, after undoing what it changed.
 */
import { hasKnownStructures } from '../node/linux-structures.ts';
import { nodeNics } from '../node/nics.ts';
import { runCommand } from '../node/run.ts';
import type { Channel } from './channel.ts';
import { socketPath, takeTokens } from './meeting-place.ts';
import { operations } from './operations.ts';
import { serveEngine } from './serve-engine.ts';
import { connectStream } from './stream-channel.ts';

/** Where a system keeps its own programs; whoever started this process chose another list, perhaps. */
const PROGRAMS = '/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin';

interface Arguments {
  readonly folder: string;
  readonly uid: number | undefined;
  readonly pid: number;
}

function parseArguments(args: readonly string[]): Arguments {
  const [folder, uid = '', pid = '', ...rest] = args;
  const number = (text: string) => (/^\d{1,10}$/.test(text) ? Number(text) : undefined);
  const process = number(pid);
  const user = number(uid);
  if (!folder || process === undefined || (user === undefined && uid !== '-') || rest.length > 0)
    throw new Error('Benchboot starts this program itself when it needs the rights of an administrator');
  return { folder, uid: user, pid: process };
}

async function connect({ folder, uid, pid }: Arguments): Promise<Channel> {
  const path = socketPath(folder);
  if (uid === undefined || !hasKnownStructures()) return connectStream(path);
  return (await import('./descriptor-channel.linux.ts')).connectPeer(path, { uid, pid });
}

async function main(): Promise<void> {
  const args = parseArguments(process.argv.slice(2));
  const tokens = takeTokens(args.folder, args.uid);
  if (process.platform !== 'win32') process.env.PATH = PROGRAMS;
  const { platform } = process;
  const nics = nodeNics({ platform, run: runCommand });
  const passes = hasKnownStructures();
  const drives = passes ? (await import('./drive-access.linux.ts')).linuxDriveAccess(runCommand) : undefined;
  const service = serveEngine({
    channel: await connect(args),
    tokens,
    perform: operations({ nics, run: runCommand, drives, passes, platform }),
    nics,
  });
  // Ctrl-C in a terminal reaches every process there: the engine stops in order, and needs its helper for that.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('SIGTERM', () => service.end());
  const failures = await service.ended;
  if (failures.length > 0) throw new Error(failures.join('; '));
}

try {
  await main();
  process.exit(0);
} catch (error) {
  // The engine may be gone, and whoever reads this with it.
  process.stderr.on('error', () => {});
  process.stderr.write(`benchboot helper: ${error instanceof Error ? error.message : error}\n`, () => process.exit(1));
}
