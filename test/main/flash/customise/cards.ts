/** Boot partitions as images bring them, in memory; and a recipe that asks for everything. */
import type { Recipe } from '../../../../main/flash/customise/recipe.ts';
import { type BlockStore, memoryStore } from '../../../../main/media/block-store.ts';
import { formatFat } from '../../../../main/media/fat/format.ts';

const MB = 1024 * 1024;
const START = MB;

const PI: Readonly<Record<string, string>> = {
  'bootcode.bin': '',
  'start4.elf': '',
  'kernel8.img': '',
  'config.txt':
    '# For more options see the documentation\n#hdmi_safe=1\ndtparam=audio=on\n\n[cm4]\notg_mode=1\n\n[all]\narm_boost=1\n',
};
const PLAIN_CMDLINE =
  'console=serial0,115200 console=tty1 root=PARTUUID=4c4e106f-02 rootfstype=ext4 fsck.repair=yes rootwait quiet';

/** Files of the boot partitions of the images named, as far as they tell what the image is. */
export const IMAGES = {
  bullseye: {
    ...PI,
    'cmdline.txt': `${PLAIN_CMDLINE.replace('console=serial0,115200 ', '')} init=/usr/lib/raspi-config/init_resize.sh\n`,
    'issue.txt': 'Raspberry Pi reference 2022-09-22\nGenerated using pi-gen, stage2\n',
  },
  bookworm: {
    ...PI,
    'cmdline.txt': `${PLAIN_CMDLINE} init=/usr/lib/raspberrypi-sys-mods/firstboot\n`,
    'issue.txt': 'Raspberry Pi reference 2024-11-19\nGenerated using pi-gen, stage2\n',
  },
  'bookworm, started once': {
    ...PI,
    'cmdline.txt': `${PLAIN_CMDLINE}\n`,
    'issue.txt': 'Raspberry Pi reference 2024-11-19\n',
  },
  'first trixie': {
    ...PI,
    'cmdline.txt': `${PLAIN_CMDLINE} resize\n`,
    'issue.txt': 'Raspberry Pi reference 2025-10-01\n',
  },
  trixie: {
    ...PI,
    'cmdline.txt': `${PLAIN_CMDLINE} resize\n`,
    'issue.txt': 'Raspberry Pi reference 2025-11-24\n',
    'user-data': '#cloud-config\n# nothing yet\n',
    'meta-data': 'instance_id: rpios-image\n',
    'network-config': '# network\n',
  },
  'ubuntu for pi': {
    ...PI,
    'cmdline.txt': 'console=serial0,115200 multipath=off dwc_otg.lpm_enable=0 root=LABEL=writable rootwait fixrtc\n',
    'user-data': '#cloud-config\nchpasswd:\n  expire: true\n',
    'meta-data': 'instance_id: cloud-image\n',
  },
  libreelec: { ...PI, 'cmdline.txt': 'boot=UUID=2809-1010 disk=UUID=9c quiet console=tty0\n' },
  'grub only': { 'EFI/BOOT/BOOTX64.EFI': 'MZ' },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

/** A medium with an MBR and one FAT partition; or one bare volume when `label` says what it seeds. */
export async function card(
  files: Readonly<Record<string, string>>,
  label = 'BOOTFS',
  bare = false,
): Promise<{ bytes: Uint8Array; store: BlockStore }> {
  const bytes = new Uint8Array(16 * MB);
  const store = memoryStore(bytes);
  if (!bare) {
    const view = new DataView(bytes.buffer);
    bytes.set([0x80, 0, 0, 0, 0x0c, 0, 0, 0], 446);
    view.setUint32(454, START / 512, true);
    view.setUint32(458, (bytes.length - START) / 512, true);
    bytes.set([0x55, 0xaa], 510);
  }
  const volume = await formatFat(bare ? store : memoryStore(bytes.subarray(START)), {
    label,
    serial: 0x1234abcd,
    type: 16,
  });
  for (const [path, text] of Object.entries(files)) {
    const folder = path.split('/').slice(0, -1).join('/');
    if (folder) await volume.makeFolder(folder);
    await volume.write(path, new TextEncoder().encode(text));
  }
  return { bytes, store };
}

/** Keys as ssh-keygen made them, with the fingerprints it showed. */
export const ANNA = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOe3cbbGRI4h9dCG844P5B6YA0IW75Cps7h+bqUE/lwp anna@bench';
export const ANNA_FINGERPRINT = 'SHA256:9kvIUAM+00op3Jy2U0xHa9T2oyqo9SdYs4a46aFK+sA';
export const BOB =
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCZ24bmv2mTXA65vHbSmNKcz/Flzhw8sN9Tl64i9u8eFwEEvKbGaOq/BbVAcP1Rl9mKd+p7NtStpFF2/AMCMeNHGNqNs+hpqnXtm54OCmlZrQ/4tgjgDgmYERdq/s/MTvdKYRA0+1B6NxLOfMO1uFxrltrvH9w6VPiQaz3elWy/w8Y7t5UKUvWA0DK4eg0i0VcN0S+VS4I/mydzK3hQl7FAl/9MEAq0+t2pil4DVgNpUDx7xMsdYGK9ijowK74e4RxVpkzFcJxALTIZaOKEQ9BfhzkXcoTU7f5laVFZGSgOx+eBva57ohK/CJDuhWtPX7n8wO4/S2DcvHFLA62Qd1Xf bob';
export const BOB_FINGERPRINT = 'SHA256:CKEPzq74AaKJmFoKtM5RBTxCuGY9rVfflY+7wDbqHUs';

export const EVERYTHING: Recipe = {
  version: 1,
  name: "rack seven's nodes",
  hostname: 'rack7-b',
  user: { name: 'ansible', passwordHash: '$6$saltstring$abc/def.', sshKeys: [ANNA, BOB], sudoWithoutPassword: true },
  wifi: { ssid: "Bob's “café” 5 GHz \\ $HOME", psk: '0123456789abcdef'.repeat(4), country: 'DE' },
  locale: { language: 'de_DE.UTF-8', timezone: 'Europe/Berlin', keyboard: 'de' },
  network: { address: '10.32.0.60/24', gateway: '10.32.0.1', dns: ['10.32.0.1', '9.9.9.9'] },
  boot: {
    serialConsole: true,
    usbBoot: true,
    cmdline: { add: ['panic=10'], remove: ['quiet'] },
    config: ['dtoverlay=disable-bt'],
  },
  files: [{ path: 'site/Grüße.txt', text: 'hello\n' }],
};
