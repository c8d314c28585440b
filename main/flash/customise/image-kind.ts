/** What an image takes its first settings from, told from the files of its boot partition. Never a guess: it names its evidence. */

export type ImageKind =
  /** Raspberry Pi OS to Bullseye, and Trixie of 2025-10: userconf.txt, ssh, firstrun.sh. */
  | 'pi-files'
  /** Raspberry Pi OS Bookworm before its first start: custom.toml. */
  | 'pi-toml'
  /** Raspberry Pi OS from Trixie of 2025-11, and Ubuntu for Raspberry Pi: cloud-init on the boot partition. */
  | 'pi-cloud-init'
  /** A Raspberry Pi's boot partition with another system on it. */
  | 'pi-other'
  /** A seed volume labelled CIDATA: cloud-init's NoCloud. */
  | 'cloud-init'
  /** A volume labelled IGNITION. */
  | 'ignition'
  /** A medium that starts iPXE with a script: autoexec.ipxe beside EFI/. */
  | 'ipxe'
  | 'unknown';

/** The root of a FAT volume: its label, names of its files (any case), and the texts that were read. */
export interface VolumeFacts {
  readonly label: string;
  readonly names: readonly string[];
  /** `cmdline.txt`, `issue.txt`, where they are. */
  readonly texts: Readonly<Record<string, string | undefined>>;
}

export interface FoundKind {
  readonly kind: ImageKind;
  /** A sentence for people. */
  readonly says: string;
}

/** Names whose texts `imageKind` looks at. */
export const TELLING = ['cmdline.txt', 'issue.txt'] as const;

/** The first Bookworm; Raspberry Pi OS writes the day of its making into issue.txt. */
const BOOKWORM = '2023-10-10';

export function imageKind({ label, names, texts }: VolumeFacts): FoundKind {
  const has = (name: string): boolean => names.some(each => each.toLowerCase() === name);
  if (/^cidata$/i.test(label))
    return { kind: 'cloud-init', says: 'A seed volume for cloud-init (its label is CIDATA).' };
  if (/^ignition$/i.test(label)) return { kind: 'ignition', says: 'A volume for Ignition (its label says so).' };
  const pi =
    has('config.txt') &&
    (has('bootcode.bin') ||
      names.some(name => /^(start4?|fixup4?)\.(elf|dat)$|^kernel.*\.img$|^bcm27.*\.dtb$/i.test(name)));
  const cloud = ['user-data', 'meta-data', 'network-config'].filter(has);
  if (pi && has('cmdline.txt') && cloud.length > 0)
    return {
      kind: 'pi-cloud-init',
      says: `A Raspberry Pi image that is set up by cloud-init (it brings ${cloud.join(', ')}).`,
    };
  if (pi && has('cmdline.txt')) return piKind(texts);
  if (pi) return { kind: 'pi-other', says: 'A Raspberry Pi boot partition of a system without settings of its own.' };
  if (cloud.length > 0)
    return { kind: 'cloud-init', says: `An image that is set up by cloud-init (it brings ${cloud.join(', ')}).` };
  if (has('autoexec.ipxe'))
    return { kind: 'ipxe', says: 'iPXE with a script of its own (autoexec.ipxe): it loads a system from the network.' };
  return {
    kind: 'unknown',
    says: 'No system that Benchboot knows how to set up; files can be put on its FAT partition.',
  };
}

function piKind(texts: VolumeFacts['texts']): FoundKind {
  const issue = texts['issue.txt'] ?? '';
  const made = /Raspberry Pi reference (\d{4}-\d{2}-\d{2})/.exec(issue)?.[1];
  if (made === undefined)
    return {
      kind: 'pi-other',
      says: 'A Raspberry Pi boot partition, but not of Raspberry Pi OS (it has no issue.txt of it).',
    };
  const beforeFirstStart = /\binit=\/usr\/lib\/raspberrypi-sys-mods\/firstboot\b/.test(texts['cmdline.txt'] ?? '');
  if (made >= BOOKWORM && beforeFirstStart)
    return { kind: 'pi-toml', says: `Raspberry Pi OS of ${made}, set up by custom.toml at its first start.` };
  return { kind: 'pi-files', says: `Raspberry Pi OS of ${made}, set up by userconf.txt, ssh and firstrun.sh.` };
}
