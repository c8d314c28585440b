/** The stages of a boot as a console shows them, and the lines that show each: rules as data. Pure. */

/** In the order in which a board goes through them; no board has all. */
export const CONSOLE_STAGES = [
  'bootrom',
  'ddr',
  'spl',
  'tfa',
  'firmware',
  'uboot',
  'ipxe',
  'grub',
  'linux',
  'initramfs',
  'installer',
  'system',
  'login',
  'panic',
] as const;
export type ConsoleStage = (typeof CONSOLE_STAGES)[number];

/** What people call them. */
export const STAGE_NAMES: Readonly<Record<ConsoleStage, string>> = {
  bootrom: 'Boot ROM',
  ddr: 'Memory training',
  spl: 'TPL/SPL',
  tfa: 'Secure firmware',
  firmware: 'Firmware',
  uboot: 'U-Boot',
  ipxe: 'iPXE',
  grub: 'GRUB',
  linux: 'Linux',
  initramfs: 'initramfs',
  installer: 'Installer',
  system: 'System',
  login: 'Login',
  panic: 'Crash',
};

export interface StageRule {
  readonly stage: ConsoleStage;
  /** The line holds one of these words; case does not matter. */
  readonly has: readonly string[];
  readonly pattern: RegExp;
  /** What showed it, `$1` for what the pattern caught. */
  readonly by: string;
  /**
   * When this line means that the board began anew: `again` it is printed once per boot, so seeing it a second time, or
   * at a later stage, is a new boot; `after-linux` only after a kernel ran; `kernel` like `again`, but `dmesg` prints it
   * too. Absent: never.
   */
  readonly restarts?: 'again' | 'after-linux' | 'kernel';
  /** It is a prompt, so no end of line comes after it. */
  readonly prompt?: true;
}

/** The first row that matches a line counts. */
export const STAGE_RULES: readonly StageRule[] = [
  // Boot ROM: what it prints before any memory works.
  {
    stage: 'bootrom',
    has: [':bl1:', ':bl:'],
    pattern: /^(\w{2,5}):BL1?:[0-9a-f]{6}:/,
    by: 'boot ROM of $1',
    restarts: 'again',
  },
  { stage: 'bootrom', has: ['bootrom'], pattern: /^BootROM\b[ :-]*(\S{0,40})/, by: 'BootROM $1', restarts: 'again' },
  { stage: 'bootrom', has: ['bl1: v'], pattern: /BL1: (v\S+)/, by: 'TF-A BL1 $1', restarts: 'again' },

  // Memory training: Rockchip's blob, mainline TPL, Allwinner, Amlogic.
  {
    stage: 'ddr',
    has: ['ddr '],
    pattern: /^DDR (?:Version )?(V\d+\.\d+|\d{8}|[0-9a-f]{8,12})\b/,
    by: 'DDR $1',
    restarts: 'again',
  },
  { stage: 'ddr', has: ['channel 0: '], pattern: /^Channel 0: ((?:LP)?DDR\dX?)/, by: '$1' },
  {
    stage: 'ddr',
    has: ['ddr4_phy_v', 'dram boot drive info'],
    pattern: /(LPDDR4_PHY_V|DDR4_PHY_V|DRAM BOOT DRIVE INFO)/,
    by: 'DRAM',
  },

  // The first programs in RAM.
  { stage: 'spl', has: ['u-boot tpl'], pattern: /^U-Boot TPL (\S+)/, by: 'U-Boot TPL $1', restarts: 'again' },
  { stage: 'spl', has: ['u-boot spl'], pattern: /^U-Boot SPL (\S+)/, by: 'U-Boot SPL $1', restarts: 'again' },
  { stage: 'spl', has: ['boot0 is starting'], pattern: /BOOT0 is starting/, by: 'boot0', restarts: 'again' },

  { stage: 'tfa', has: ['bl2: v'], pattern: /BL2: (v\S+)/, by: 'TF-A BL2 $1', restarts: 'again' },
  { stage: 'tfa', has: ['bl31: v'], pattern: /BL31: (v\S+)/, by: 'TF-A BL31 $1', restarts: 'again' },
  { stage: 'tfa', has: ['op-tee version'], pattern: /OP-TEE version: (\S+)/, by: 'OP-TEE $1' },
  { stage: 'tfa', has: ['opensbi v'], pattern: /^OpenSBI (v\S+)/, by: 'OpenSBI $1', restarts: 'again' },

  // PC and server firmware, the Raspberry Pi's bootloader.
  {
    stage: 'firmware',
    has: ['seabios (version'],
    pattern: /SeaBIOS \(version ([^)\s]+)/,
    by: 'SeaBIOS $1',
    restarts: 'again',
  },
  {
    stage: 'firmware',
    has: ['uefi firmware (version'],
    pattern: /UEFI firmware \(version (\S+)/,
    by: 'UEFI firmware $1',
    restarts: 'again',
  },
  {
    stage: 'firmware',
    has: ['rpi: bootsys'],
    pattern: /RPi: BOOTSYS release VERSION:\s?(\w*)/,
    by: 'Pi boot system $1',
    restarts: 'again',
  },
  {
    stage: 'firmware',
    has: ['rpi: bootloader'],
    pattern: /RPi: BOOTLOADER release VERSION:\s?(\w*)/,
    by: 'Pi bootloader $1',
    restarts: 'again',
  },
  { stage: 'firmware', has: ['bootblock starting'], pattern: /coreboot-(\S+)/, by: 'coreboot $1', restarts: 'again' },
  {
    stage: 'firmware',
    has: ['american megatrends'],
    pattern: /American Megatrends/,
    by: 'AMI firmware',
    restarts: 'after-linux',
  },
  { stage: 'firmware', has: ['bdsdxe: '], pattern: /BdsDxe: \w+/, by: 'UEFI boot manager', restarts: 'after-linux' },
  {
    stage: 'firmware',
    has: ['>>start pxe', '>>start http', 'client mac addr', 'intel(r) boot agent'],
    pattern: />>Start (?:PXE|HTTP)|CLIENT MAC ADDR|Boot Agent/,
    by: 'network boot of the firmware',
    restarts: 'after-linux',
  },

  {
    stage: 'uboot',
    has: ['u-boot '],
    pattern: /^U-Boot (\d{1,4}\.\d{1,3}\S{0,60})/,
    by: 'U-Boot $1',
    restarts: 'again',
  },
  {
    stage: 'uboot',
    has: ['stop autoboot', 'abort autoboot'],
    pattern: /(?:stop|abort) autoboot/i,
    by: 'U-Boot waits for a key',
    restarts: 'after-linux',
    prompt: true,
  },

  {
    stage: 'ipxe',
    has: ['ipxe initialising', 'open source network boot firmware'],
    pattern: /iPXE (?:(\d\S*) |initialising)/,
    by: 'iPXE $1',
    restarts: 'after-linux',
  },

  {
    stage: 'grub',
    has: ['gnu grub', 'welcome to grub'],
    pattern: /GNU GRUB +version (\S+)|Welcome to GRUB/,
    by: 'GRUB $1',
    restarts: 'after-linux',
  },

  // The kernel: who starts it, then itself.
  {
    stage: 'linux',
    has: ['starting kernel ...', 'efi stub: booting', 'booting the kernel', 'booting linux on physical'],
    pattern: /Starting kernel|EFI stub: Booting|ooting the kernel|Booting Linux on/,
    by: 'the kernel was started',
  },
  { stage: 'linux', has: ['linux version '], pattern: /Linux version (\S+) /, by: 'Linux $1', restarts: 'kernel' },

  {
    stage: 'initramfs',
    has: ['run /init as init', 'loading, please wait', 'begin: ', 'alpine init', 'dracut', '(initramfs)'],
    pattern:
      /Run \/init as|^Loading, please wait|^Begin: |Alpine Init|dracut(?:-\w+)?(?:\[\d+\])?: |dracut.{0,40}nitramfs|^\(initramfs\)/,
    by: 'initramfs',
  },

  {
    stage: 'installer',
    has: ['anaconda', 'debian installer', 'debian-installer', 'subiquity', 'autoinstall'],
    pattern: /anaconda (?:\d|installer)|Starting installer|[Dd]ebian[ -]installer|subiquity\/|autoinstall: /,
    by: 'an installer',
  },

  { stage: 'system', has: ['welcome to '], pattern: /Welcome to (.{1,60}?)!?$/, by: '$1' },
  {
    stage: 'system',
    has: ['as init process', 'systemd[1]: systemd ', 'openrc ', 'procd: - ', 'init started: busybox'],
    pattern: /Run \/\S{1,80} as init|systemd\[1\]: systemd| OpenRC \S{1,20} is|procd: - |init started:/,
    by: 'init',
  },

  { stage: 'login', has: ['last login: '], pattern: /^Last login: /, by: 'somebody logged in' },
  { stage: 'login', has: ['login:'], pattern: /^(?:\S{1,64} )?login: ?$/, by: 'login prompt', prompt: true },
  {
    stage: 'login',
    has: ['press enter to activate this console', 'built-in shell (ash)', ':~#', ':/#'],
    pattern: /ress Enter to activate|built-in shell|^\S{1,64}:[~/]# ?$/,
    by: 'shell',
    prompt: true,
  },

  {
    stage: 'panic',
    has: ['kernel panic - not', 'synchronous abort', 'exception type - ', '### error ### please reset'],
    pattern: /Kernel panic|"?Synchronous Abort|Exception Type|Please RESET/i,
    by: 'it crashed',
  },
];

/** Said by a system that is about to stop: what comes next is a new boot, even if it looks like `dmesg`. */
export const ENDINGS: readonly string[] = [
  'reboot: restarting system',
  'restarting system.',
  'reboot: power down',
  'reboot: system halted',
  'rebooting in ',
  'requesting system reboot',
  'starting new kernel',
];
