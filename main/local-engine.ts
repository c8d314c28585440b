/** The engine of this very process: the real machine, with the settings of the command line. */
import { join } from 'node:path';
import { createEngine, type Engine } from './engine.ts';
import { resourcesFolder, stateFolder } from './host/node/folders.ts';
import { nodeHost } from './host/node/node-host.ts';
import { nodeResolvers } from './host/node/resolvers.ts';
import { runCommand } from './host/node/run.ts';

export const VERSION = __BENCHBOOT_VERSION__;

export function localEngine(): Engine {
  return createEngine(nodeHost(), {
    stateFolder: stateFolder(),
    programs: join(resourcesFolder(), 'ipxe'),
    version: VERSION,
    resolvers: nodeResolvers(),
    run: runCommand,
  });
}
