/** The engine of this very process: the real machine, with the settings of the command line or the app. */
import { join } from 'node:path';
import { createEngine, type Engine } from './engine.ts';
import type { BenchError } from './errors.ts';
import { userHost } from './host/helper/user-host.ts';
import { resourcesFolder, stateFolder } from './host/node/folders.ts';
import { nodeHost } from './host/node/node-host.ts';
import { nodeResolvers } from './host/node/resolvers.ts';
import { runCommand } from './host/node/run.ts';
import { Emitter } from './kit/emitter.ts';

export const VERSION = __BENCHBOOT_VERSION__;

/**
 * `mayAsk`: what needs a right that this process lacks asks a person for it, by the system's password dialog. Else it fails
 * with PERMISSION_MISSING.
 */
export function localEngine({ mayAsk = false }: { readonly mayAsk?: boolean } = {}): Engine {
  const notices = new Emitter<{ readonly code: string; readonly message: string }>();
  const lost = ({ message }: BenchError): void => notices.emit({ code: 'helper-lost', message });
  return createEngine(mayAsk ? userHost(lost) : nodeHost(), {
    stateFolder: stateFolder(),
    programs: join(resourcesFolder(), 'ipxe'),
    version: VERSION,
    resolvers: nodeResolvers(),
    run: runCommand,
    notices: notices.on,
  });
}
