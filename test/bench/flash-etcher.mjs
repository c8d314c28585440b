/**
 * Writes and verifies an image as Etcher does: `flash-etcher.mjs FOLDER IMAGE DEVICE`, with etcher-sdk installed in FOLDER.
 * Nothing is mounted from the device, so mountutils, whose binary asks for a newer C++ library than Debian 12 has, is left out.
 */
import { execFileSync } from 'node:child_process';
import Module, { createRequire } from 'node:module';
import { join } from 'node:path';

const [folder, image, device] = process.argv.slice(2);
const load = Module._load;
Module._load = (name, ...rest) =>
  name === 'mountutils' ? { unmountDisk: (_device, done) => done(null) } : load(name, ...rest);
const { multiWrite, sourceDestination } = createRequire(join(folder, 'x.js'))('etcher-sdk');

const drive = {
  device,
  raw: device,
  devicePath: null,
  size: Number(execFileSync('blockdev', ['--getsize64', device])),
  blockSize: 512,
  mountpoints: [],
  isReadOnly: false,
  isSystem: false,
};
const file = new sourceDestination.File({ path: image, write: false });
const { failures } = await multiWrite.pipeSourceToDestinations({
  source: await file.getInnerSource(),
  destinations: [new sourceDestination.BlockDevice({ drive, unmountOnSuccess: false, write: true, direct: true })],
  onFail: (_destination, error) => console.error(error),
  onProgress: () => {},
  verify: true,
  trim: false,
  numBuffers: 16,
});
process.exit(failures.size);
