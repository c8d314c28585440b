/** Locks and dismounts volumes of Windows, so that the disk below them can be written (FSCTL_LOCK_VOLUME). */
import koffi from 'koffi';
import { BenchError } from '../../errors.ts';

// winioctl.h, winnt.h
const FSCTL_LOCK_VOLUME = 0x00090018;
const FSCTL_DISMOUNT_VOLUME = 0x00090020;
const GENERIC_READ_WRITE = 0xc0000000;
const FILE_SHARE_READ_WRITE = 3;
const OPEN_EXISTING = 3;

interface Kernel32 {
  open(
    name: string,
    access: number,
    share: number,
    security: null,
    disposition: number,
    flags: number,
    template: null,
  ): bigint;
  control(
    handle: bigint,
    code: number,
    input: null,
    inputSize: number,
    output: null,
    outputSize: number,
    done: Uint32Array,
    overlapped: null,
  ): boolean;
  close(handle: bigint): boolean;
  lastError(): number;
}

let loaded: Kernel32 | undefined;

function kernel32(): Kernel32 {
  if (loaded) return loaded;
  const library = koffi.load('kernel32.dll');
  loaded = {
    open: library.func('intptr_t __stdcall CreateFileW(str16, uint32_t, uint32_t, void *, uint32_t, uint32_t, void *)'),
    control: library.func(
      'bool __stdcall DeviceIoControl(intptr_t, uint32_t, void *, uint32_t, void *, uint32_t, _Out_ uint32_t *, void *)',
    ),
    close: library.func('bool __stdcall CloseHandle(intptr_t)'),
    lastError: library.func('uint32_t __stdcall GetLastError()'),
  };
  return loaded;
}

/** All or none. Throws DRIVE_BUSY with the volume that is in use. */
export function lockVolumes(drive: string, volumes: readonly string[]): { release(): void } {
  const { open, control, close, lastError } = kernel32();
  const handles: bigint[] = [];
  const release = (): void => {
    for (const handle of handles.splice(0)) close(handle);
  };
  for (const volume of volumes) {
    const handle = BigInt(open(volume, GENERIC_READ_WRITE, FILE_SHARE_READ_WRITE, null, OPEN_EXISTING, 0, null));
    const done = new Uint32Array(1);
    const held =
      handle !== -1n &&
      handles.push(handle) > 0 &&
      control(handle, FSCTL_LOCK_VOLUME, null, 0, null, 0, done, null) &&
      control(handle, FSCTL_DISMOUNT_VOLUME, null, 0, null, 0, done, null);
    if (!held) {
      const error = lastError();
      release();
      throw new BenchError('DRIVE_BUSY', {
        drive,
        by: `a program has files open on its volume ${volume} (error ${error})`,
      });
    }
  }
  return { release };
}
