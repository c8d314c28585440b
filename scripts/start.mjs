// `npm start`: sets everything up in a clean clone, then shows the network ports and the line that serves one of them.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from './bootstrap.mjs';

ensureInstalled();
ensureBuilt();
const cli = join(root, 'dist', 'benchboot.js');
process.exit(spawnSync(process.execPath, [cli, 'nics', '--suggest'], { stdio: 'inherit' }).status ?? 1);
