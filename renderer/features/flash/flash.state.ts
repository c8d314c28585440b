/** What the flasher shows of drives and images: which may be chosen, what will be lost, what is missing before it can begin. Pure. */
import type { FlashJobView, ImageView, OfferedDrive } from '../../../main/contract/flash-views.ts';
import { bytesText } from '../../../main/kit/quantity.ts';

/** `SanDisk Ultra USB 3.0, 32 GB`, without the system's short name. */
export const shortTitle = (title: string): string => title.replace(/ \([^()]*\)$/, '');

const BUSES: Readonly<Record<string, string>> = {
  usb: 'USB',
  sd: 'SD slot',
  emmc: 'eMMC',
  sata: 'SATA',
  nvme: 'NVMe',
  scsi: 'SCSI',
  virtio: 'Virtual',
  loop: 'Loop device',
};
export const busText = (bus: string): string => BUSES[bus] ?? 'Drive';

/** Where it is plugged in, short: `14.0-2` of `usb-0000:00:14.0-2`. */
export const slotText = (busPath: string | undefined): string =>
  busPath?.replace(/^usb-/, '').replace(/^[0-9a-f]{4}:[0-9a-f]{2}:/, '') ?? '';

/** Everything that tells it from others, for a tooltip. */
export const placeText = ({ path, bus, busPath, serial }: OfferedDrive): string =>
  [path, busText(bus), busPath, serial && `serial ${serial}`].filter(Boolean).join(', ');

/** What a partition is called by whoever decides to erase it. */
export const partitionName = ({ label, filesystem }: OfferedDrive['partitions'][number]): string =>
  label || filesystem || 'unknown';

/** Octets that the image needs, as far as known. */
export const imageSize = (image: ImageView | undefined): number | undefined => image?.size;

/** Drives that a job works on now. */
export function busyDrives(jobs: Iterable<FlashJobView>): ReadonlyMap<string, FlashJobView> {
  const busy = new Map<string, FlashJobView>();
  for (const job of jobs)
    if (job.state !== 'ended')
      for (const { device, state } of job.targets)
        if (state === 'waiting' || state === 'running') busy.set(device, job);
  return busy;
}

export interface Choosing {
  readonly allowFixed: boolean;
  readonly image: ImageView | undefined;
  readonly busy: ReadonlyMap<string, FlashJobView>;
}

export type Choosable =
  | { readonly can: true }
  /** `hard`: it is refused by a rule, not by what is chosen at the moment. */
  | { readonly can: false; readonly because: string; readonly instead: string; readonly hard: boolean };

/** Whether a drive may be a target, and why not. */
export function choosable(drive: OfferedDrive, { allowFixed, image, busy }: Choosing): Choosable {
  const job = busy.get(drive.path);
  if (job) return { can: false, because: BUSY[job.kind], instead: 'Wait until that is over.', hard: false };
  const { refusal } = drive;
  if (refusal && !(allowFixed && drive.ifAllowed))
    return { can: false, because: capital(refusal.because), instead: insteadOf(drive), hard: true };
  const needed = imageSize(image);
  if (needed !== undefined && needed > drive.size)
    return {
      can: false,
      because: `Too small: the image needs ${bytesText(needed)}`,
      instead: 'Take a larger one.',
      hard: false,
    };
  return { can: true };
}

const BUSY: Readonly<Record<FlashJobView['kind'], string>> = {
  flash: 'Being written now',
  read: 'Being read now',
  probe: 'Being probed now',
};

/** In a window there are switches where the command line has flags. */
function insteadOf({ refusal, ifAllowed }: OfferedDrive): string {
  switch (refusal?.reason) {
    case 'never-the-system-disk':
      return 'Nothing overrides this.';
    case 'never-touch':
      return 'Take it off the list first.';
    case 'removable-only':
      return ifAllowed ? 'The switch below allows it.' : '';
    default:
      return refusal?.instead ?? '';
  }
}

/** Device names at its beginning, such as `sda2`, stay as they are. */
export const capital = (text: string): string =>
  /^\p{L}+\b/u.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;

/** The drives that are chosen and may be, in the order of the list. */
export const chosenDrives = (
  drives: readonly OfferedDrive[],
  ids: readonly string[],
  choosing: Choosing,
): readonly OfferedDrive[] => drives.filter(drive => ids.includes(drive.id) && choosable(drive, choosing).can);

/** What is on a drive now and will be lost: `boot, rootfs`, or `empty`. */
export function contentNames({ partitions }: OfferedDrive): string {
  const names = partitions.map(partitionName);
  if (names.length === 0) return 'empty';
  return names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}

/** The words of the one button. */
export function eraseText(drives: readonly OfferedDrive[]): string {
  const [first] = drives;
  if (!first) return 'Write';
  if (drives.length === 1)
    return first.partitions.length === 0
      ? `Write to ${shortTitle(first.title)}`
      : `Erase ${shortTitle(first.title)} (${contentNames(first)}) and write`;
  return `Erase ${drives.length} drives and write`;
}

/** What is still to be done before it can begin; undefined when it can. */
export function missingText(
  image: string | undefined,
  isImageGood: boolean,
  drives: readonly OfferedDrive[],
  problems: number,
  isQueue = false,
): string | undefined {
  if (image === undefined) return 'Choose an image first.';
  if (!isImageGood) return 'This image cannot be written. Choose another one.';
  if (drives.length === 0 && !isQueue) return 'Choose the card or stick to write to.';
  if (problems > 0)
    return problems === 1
      ? 'One setting will not do: see on the right.'
      : `${problems} settings will not do: see on the right.`;
  return undefined;
}

/** A published checksum as it was pasted: the hex digits, whatever stands around them. */
export const sha256In = (text: string): string | undefined => /\b[0-9a-f]{64}\b/i.exec(text)?.[0].toLowerCase();

const FORMATS: Readonly<Record<string, string>> = {
  raw: 'a plain image',
  gzip: 'gzip',
  xz: 'xz',
  zstd: 'Zstandard',
  bzip2: 'bzip2',
  zip: 'zip',
};

/** `xz, 2.8 GB when unpacked`. */
export function formatText({ format, size, estimate, fileSize }: ImageView): string {
  if (format === undefined) return 'a link: fetched first, and looked at then';
  const name = FORMATS[format] ?? format;
  if (format === 'raw') return `${name}, ${bytesText(fileSize ?? size ?? 0)}`;
  if (size !== undefined) return `${name}, ${bytesText(size)} when unpacked`;
  if (estimate !== undefined) return `${name}, about ${bytesText(estimate)} when unpacked`;
  return `${name}; its end tells how large it becomes`;
}

/** A path or link out of what was dropped: text of a file manager, or of a browser. */
export function droppedPath(text: string): string | undefined {
  const line = text.split(/\r?\n/).find(each => each !== '' && !each.startsWith('#'));
  if (line === undefined) return undefined;
  if (/^https?:\/\//i.test(line)) return line;
  if (/^file:\/\//i.test(line)) {
    const path = decodeURIComponent(new URL(line).pathname);
    return /^\/[A-Za-z]:\//.test(path) ? path.slice(1) : path;
  }
  return /^(\/|[A-Za-z]:\\)/.test(line) ? line : undefined;
}
