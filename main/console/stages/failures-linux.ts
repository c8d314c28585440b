/** What goes wrong once a kernel runs: buses, root file system, media, memory, power, services. Rows only. */
import type { FailureRule } from './failure-rules.ts';

export const LINUX_FAILURES: readonly FailureRule[] = [
  // Buses and power.
  {
    name: 'pci-no-space',
    has: ['no space for [', "can't assign; no space"],
    pattern: /BAR (\d{1,2})(?: \[([^\]]{1,60})\])?: (?:no space for \[([^\]]{1,60})|can't assign; no space)/,
    says: 'A PCI device asks for more address space than the host has ($2$3).',
    next:
      'The device stays without that memory, so it will not work: give the host bridge a larger window (its device tree ' +
      'or firmware), or let the device ask for a smaller BAR. On a cluster box this host is the control board, not the blade.',
  },
  {
    name: 'pcie-no-link',
    has: ['pcie link fail', 'link never came up', 'phy link never came up'],
    pattern: /PCIe Link Fail|[Ll]ink never came up/,
    says: 'Nothing answers in a PCIe slot.',
    next: 'An empty slot is harmless. With a card in it: push it in again, and check that it has power.',
  },
  {
    name: 'undervoltage',
    has: ['undervoltage detected', 'under-voltage detected'],
    pattern: /[Uu]nder-?voltage detected/,
    says: 'The supply voltage is too low.',
    next: 'Use the supply made for this board and a short, thick cable; until then expect crashes and damaged cards.',
  },
  {
    name: 'too-hot',
    has: ['critical temperature reached', 'temperature above threshold'],
    pattern: /critical temperature reached|temperature above threshold/i,
    says: 'It is too hot.',
    next: 'Check the fan and the heat sink; it slows down or switches itself off.',
  },
  {
    name: 'usb-no-answer',
    has: ['device descriptor read', 'device not accepting address'],
    pattern: /usb (\S{1,20}): device (?:descriptor read\S*|not accepting address \d{1,4}), error -(\d{1,4})/,
    says: 'The USB device at $1 does not answer (error $2).',
    next: 'Try another port or cable, or a hub with a supply of its own.',
  },
  {
    name: 'firmware-missing',
    has: ['direct firmware load for', 'failed to load firmware'],
    pattern: /(?:Direct firmware load for|failed to load firmware) (\S{1,100})/i,
    says: 'A driver misses the firmware file $1.',
    next: 'If that part is needed, install the package that has the file (firmware-linux, firmware-realtek, …), also into the initramfs.',
  },

  // Finding the root file system.
  {
    name: 'root-not-found',
    has: ['unable to mount root fs', 'cannot open root device'],
    pattern: /Unable to mount root fs on (\S{1,60})|Cannot open root device "?([^" ]{1,80})/,
    says: 'The kernel cannot mount its root file system ($1$2).',
    next:
      'The root= on its command line names something that is not there, or the driver or initramfs for it is missing: ' +
      'unknown-block(0,0) means that it saw no such disk at all.',
  },
  {
    name: 'root-wait',
    has: ['waiting for root device', 'gave up waiting for root', 'waiting for root file system'],
    pattern: /Waiting for root device (\S{1,80})|Gave up waiting for root|Waiting for root file system/i,
    says: 'It waits for its root device $1.',
    next: 'The disk is not there, or has another name or UUID than root= says: compare with what the kernel found above.',
  },
  {
    name: 'root-missing-initramfs',
    has: ['does not exist.  dropping to a shell', 'dracut-initqueue timeout', 'dropping to a shell'],
    pattern: /ALERT! {1,4}(\S{1,100}) does not exist|initqueue timeout|[Dd]ropping to a shell/,
    says: 'The initramfs found no root file system ($1).',
    next: 'Compare root= with what blkid prints in its shell; the image may be written to another disk, or not completely.',
  },
  {
    name: 'nfs-root',
    has: ['root-nfs: ', 'root fs via nfs', 'nfs: server'],
    pattern: /Root-NFS: (.{1,80})|Unable to mount root fs via NFS|nfs: server (\S{1,60}) not responding/,
    says: 'The NFS server for its root file system does not answer as it should ($1$2).',
    next: 'Check that the server exports that folder to this address (exportfs -v there), and nfsroot= on the command line.',
  },
  {
    name: 'no-init',
    has: ['no working init found', 'requested init', 'attempted to kill init'],
    pattern: /No working init found|Requested init (\S{1,80}) failed|Attempted to kill init/,
    says: 'The first program of the system is missing or ended.',
    next: 'The root file system is the wrong one, is incomplete, or is for another architecture.',
  },
  {
    name: 'initramfs-damaged',
    has: ['initramfs unpacking failed'],
    pattern: /Initramfs unpacking failed: (.{1,80})/,
    says: 'The kernel cannot unpack the initramfs ($1).',
    next: 'It was cut off on its way, is compressed in a way this kernel does not know, or needs more memory than the board has.',
  },
  {
    name: 'wrong-device-tree',
    has: ['invalid dtb', 'unrecognized/unsupported machine', 'unrecognized/unsupported processor'],
    pattern: /invalid dtb|unrecognized\/unsupported (machine ID|processor variant)/,
    says: 'The kernel got no device tree of this board.',
    next: 'Give it the .dtb of this very board; a kernel for another processor family looks like this as well.',
  },

  // Media.
  {
    name: 'mmc-error',
    has: ['whilst initialising', 'timeout waiting for hardware', 'mmc0: error', 'mmc1: error', 'mmc2: error'],
    pattern: /(mmc\d): (?:error -\d+ whilst initialising (?:SD|MMC|SDIO)|Timeout waiting for hardware|error -\d+)/i,
    says: 'The SD card or eMMC $1 does not answer as it should.',
    next: 'Push the card in again, try another one; with a good card, look at the supply and the slot.',
  },
  {
    name: 'disk-error',
    has: ['i/o error'],
    pattern: /I\/O error(?: on|,) dev (\w{1,20})/i,
    says: 'The medium $1 cannot be read or written in places.',
    next: 'Replace it, or write the image to another one; save what you need first.',
  },
  {
    name: 'nvme-not-ready',
    has: ['nvme nvme'],
    pattern: /nvme (nvme\d+): (?:Device not ready|I\/O \d+ .{0,20}timeout|controller is down)/,
    says: 'The disk $1 stopped answering.',
    next: 'Push it in again; if it stays, its supply or its power saving (nvme_core.default_ps_max_latency_us=0) is the cause.',
  },
  {
    name: 'ext4-error',
    has: ['ext4-fs error', 'ext4-fs ('],
    pattern:
      /EXT4-fs error \(device (\w{1,20})\)|EXT4-fs \((\w{1,20})\): (?:unable to read superblock|VFS: Can't find ext4)/,
    says: 'The ext4 file system on $1$2 is damaged.',
    next: 'Check it from another system (e2fsck -f), or write the image again.',
  },
  {
    name: 'fsck-by-hand',
    has: ['run fsck manually', 'give root password for maintenance', 'you are in emergency mode'],
    pattern: /RUN fsck MANUALLY|Give root password for maintenance|You are in emergency mode/i,
    says: 'The system stopped and waits for a person to repair it.',
    next: 'Log in here: the lines above name the file system or service; fsck -y repairs the first.',
  },
  {
    name: 'fat-not-unmounted',
    has: ['volume was not properly unmounted'],
    pattern: /FAT-fs \((\w{1,20})\): Volume was not properly unmounted/,
    says: 'The boot partition $1 was not unmounted the last time.',
    next: 'The board was switched off while it ran: shut it down first, and let fsck.vfat check that partition.',
  },
  {
    name: 'squashfs-damaged',
    has: ['squashfs error'],
    pattern: /SQUASHFS error: (.{1,60})/,
    says: 'The read-only system is damaged ($1).',
    next: 'Its flash or card, or the image itself: write it again and verify it.',
  },
  {
    name: 'ubifs-damaged',
    has: ['ubifs error', 'jffs2 error', 'ubi error'],
    pattern: /(UBIFS|UBI|JFFS2) error/i,
    says: 'The flash file system is damaged ($1).',
    next: 'Reset the board to its factory settings, or write its firmware again.',
  },

  // Crashes.
  {
    name: 'page-fault-program',
    has: ['do_page_fault', 'segfault at'],
    pattern: /do_page_fault\(\).{0,8}: sending SIGSEGV to (\S{1,40}) for|(\S{1,40})\[\d{1,7}\]: segfault at/,
    says: 'The program $1$2 crashed: it used memory that is not its own.',
    next:
      'One program alone: restore its files or settings. Several different programs: suspect the memory or the flash, ' +
      'and write the firmware again.',
  },
  {
    name: 'page-fault-kernel',
    has: ['unable to handle kernel', 'unable to handle page fault'],
    pattern: /[Uu]nable to handle (?:kernel (paging request|NULL pointer dereference|access)|page fault for)/,
    says: 'The kernel crashed on a memory access.',
    next: 'The lines below name the driver: try another kernel; if the place changes each time, suspect the memory.',
  },
  {
    name: 'out-of-memory',
    has: ['out of memory: kill', 'deadlocked on memory'],
    pattern: /Out of memory: Kill\w* process \d+ \(([^)]{1,40})\)|deadlocked on memory/,
    says: 'Memory ran out ($1 was ended).',
    next: 'An initramfs or installer unpacks into memory: use a smaller one, or a root file system on a disk or the network.',
  },
  {
    name: 'lockup',
    has: ['soft lockup', 'hard lockup', 'detected stalls', 'self-detected stall', 'blocked for more than'],
    pattern: /(soft|hard) lockup|detected (?:stalls|stall)|task (\S{1,40}) blocked for more than/i,
    says: 'Something in the kernel is stuck.',
    next: 'The task named there waits for hardware, a disk most often; a board that is too slow to emulate shows this as well.',
  },
  {
    name: 'kernel-panic',
    has: ['kernel panic - not'],
    pattern: /Kernel panic - not syncing: (.{1,100})/,
    says: 'The kernel gave up: $1.',
    next: 'The lines above tell why; panic=10 on its command line makes it restart by itself.',
  },

  // The system.
  {
    name: 'dropbear-host-key',
    has: ['failed loading /etc/dropbear', 'no hostkeys available', 'bad buf_get', 'dropbear_rsa_host_key'],
    pattern:
      /Failed loading \/etc\/dropbear|No hostkeys available|Bad buf_get|dropbear.{0,80}: (?:String too long|Error reading)/i,
    says: 'The SSH server’s host key is damaged, so every SSH connection is dropped.',
    next:
      'On this console: rm /etc/dropbear/dropbear_*_host_key and restart dropbear, which makes new keys. A restored ' +
      'configuration brings old keys along: leave them out of the backup.',
  },
  {
    name: 'kickstart-missing',
    has: ['failed to fetch kickstart', 'retrieve the preconfiguration file', 'kickstart file'],
    pattern:
      /failed to fetch kickstart from (\S{1,120})|retrieve the preconfiguration file|kickstart file .{0,60}(?:missing|not found)/i,
    says: 'The installer did not get its answers $1.',
    next: 'Check that URL: this device’s timeline shows whether it was asked for and what the answer was.',
  },
  {
    name: 'download-refused',
    has: ['requested url returned error'],
    pattern: /requested URL returned error: (\d{3})/,
    says: 'A download was refused (HTTP $1).',
    next: 'This device’s timeline names the file; put it into the root folder or correct the URL.',
  },
  {
    name: 'service-failed',
    has: ['failed to start '],
    pattern: /\[FAILED\] Failed to start (.{1,80}?)\.?$/,
    says: 'A service did not start: $1.',
    next: 'Log in and ask: systemctl status and journalctl -b name the cause.',
  },
  {
    name: 'device-timed-out',
    has: ['timed out waiting for device', 'dependency failed for'],
    pattern: /Timed out waiting for device (.{1,80}?)\.?$|Dependency failed for (.{1,80}?)\.?$/,
    says: 'It waited in vain for $1$2.',
    next: 'A line of /etc/fstab or of the boot configuration names a disk that is not there: compare with blkid.',
  },
];
