/** The engine of this very process: the real machine, with the settings of the command line or the app. */
import { join } from 'node:path';
import { createEngine, type Engine } from './engine.ts';
import type { BenchError } from './errors.ts';
import { userHost } from './host/helper/user-host.ts';
import type { Host } from './host/host.ts';
import { resourcesFolder, stateFolder } from './host/node/folders.ts';
import { nodeHost } from './host/node/node-host.ts';
import { nodeResolvers } from './host/node/resolvers.ts';
import { runCommand } from './host/node/run.ts';
import { Emitter } from './kit/emitter.ts';
import { VERSION } from './version.ts';

/** This machine, and what is to be told about it while it is used. */
export interface LocalMachine {
  readonly host: Host;
  readonly notices: Emitter<{ readonly code: string; readonly message: string }>;
}

/**
 * `mayAsk`: what needs a right that this process lacks asks a person for it, by the system's password dialog. Else it fails
 * with PERMISSION_MISSING. One for each process, whose parts then share the helper.
 */
export function localMachine({ mayAsk = false }: { readonly mayAsk?: boolean } = {}): LocalMachine {
  const notices: LocalMachine['notices'] = new Emitter();
  const lost = ({ message }: BenchError): void => notices.emit({ code: 'helper-lost', message });
  return { host: mayAsk ? userHost(lost) : nodeHost(), notices };
}

export function localEngine({ host, notices }: LocalMachine = localMachine()): Engine {
  return createEngine(host, {
    stateFolder: stateFolder(),
    programs: join(resourcesFolder(), 'ipxe'),
    version: VERSION,
    resolvers: nodeResolvers(),
    run: runCommand,
    notices: notices.on,
  });
}
