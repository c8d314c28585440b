/** `npm run bench`: ours against the real peers, as ratios. Not a test: what a machine can do is no verdict on the code. */
import { benchConsole } from './console.ts';
import { benchConsoleWindow } from './console-window.ts';
import { benchDhcp } from './dhcp.ts';
import { benchFlash } from './flash.ts';
import { benchFlashWindow } from './flash-window.ts';
import { benchHttp } from './http.ts';
import { benchIpxe } from './ipxe.ts';
import { benchIpxeBuild } from './ipxe-build.ts';
import { benchTftp } from './tftp.ts';
import { benchUi } from './ui.ts';

const only = process.argv.slice(2);
const parts = {
  dhcp: benchDhcp,
  tftp: benchTftp,
  http: benchHttp,
  ui: benchUi,
  flash: benchFlash,
  'flash-window': benchFlashWindow,
  ipxe: benchIpxe,
  'ipxe-build': benchIpxeBuild,
  console: benchConsole,
  'console-window': benchConsoleWindow,
};
for (const [name, bench] of Object.entries(parts))
  if (only.length === 0 || only.includes(name)) await bench(console.log);
