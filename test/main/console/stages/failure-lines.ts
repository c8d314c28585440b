/** What boards print when a known failure happens: lines as kernels, loaders and ROMs write them, by rule. */
export const FAILURE_LINES: Readonly<Record<string, readonly string[]>> = {
  'pxe-e11': ['PXE-E11: ARP timeout'],
  'pxe-e16': ['  PXE-E16: No valid offer received.'],
  'pxe-e18': ['  PXE-E18: Server response timeout.'],
  'pxe-e23': ['  PXE-E23: Client received TFTP error from server.'],
  'pxe-e32': ['PXE-E32: TFTP open timeout'],
  'pxe-e35': ['PXE-E35: TFTP read timeout'],
  'pxe-e3b': ['PXE-E3B: TFTP Error - File Not found'],
  'pxe-e51': ['PXE-E51: No DHCP or proxyDHCP offers were received.'],
  'pxe-e52': ['PXE-E52: proxyDHCP offers were received. No DHCP offers were received.'],
  'pxe-e53': ['PXE-E53: No boot filename received'],
  'pxe-e55': ['PXE-E55: ProxyDHCP service did not reply to request on port 4011.'],
  'pxe-e61': ['PXE-E61: Media test failure, check cable'],
  'pxe-e74': ['PXE-E74: Bad or missing PXE menu and/or prompt information.'],
  'pxe-e78': ['PXE-E78: Could not locate boot server.'],
  'pxe-e79': ['PXE-E79: NBP is too big to fit in free base memory.'],
  'pxe-e99': ['  PXE-E99: Unexpected network error.'],
  'secure-boot-refused': [
    'Verification failed: (0x1A) Security Violation',
    'BdsDxe: failed to load Boot0002 "UEFI PXEv4 (MAC:525400BE0002)" from PciRoot(0x0)/Pci(0x2,0x0)/MAC(525400BE0002,0x1)/IPv4(0.0.0.0,0x0,DHCP,0.0.0.0,0.0.0.0,0.0.0.0): Access Denied',
  ],
  'uefi-network-boot-failed': [
    'BdsDxe: failed to load Boot0001 "UEFI PXEv4 (MAC:525400BE0002)" from PciRoot(0x0)/Pci(0x2,0x0)/MAC(525400BE0002,0x1)/IPv4(0.0.0.0,0x0,DHCP,0.0.0.0,0.0.0.0,0.0.0.0): Not Found',
  ],
  'uefi-nothing-to-boot': ['BdsDxe: No bootable option or device was found.'],
  'bios-nothing-to-boot': ['No bootable device.', 'Operating System not found', 'Boot failed: not a bootable disk'],
  'ipxe-no-link': ['Waiting for link-up on net0.......... Down (https://ipxe.org/38086193)'],
  'ipxe-no-address': [
    'Configuring (net0 52:54:00:be:00:01)...... No configuration methods succeeded (https://ipxe.org/040ee119)',
  ],
  'ipxe-no-network-card': ['No more network devices'],
  'ipxe-file-missing': ['http://10.32.0.1/vmlinuz... Not found (https://ipxe.org/2d0c618e)'],
  'ipxe-timed-out': ['http://10.32.0.9/boot.ipxe... Connection timed out (https://ipxe.org/4c0a6092)'],
  'ipxe-wrong-program': ['Could not select: Exec format error (https://ipxe.org/2e008081)'],
  'ipxe-nothing-to-boot': ['Nothing to boot: No such file or directory (https://ipxe.org/2d03e13b)'],
  'ipxe-error': ['http://10.32.0.1/secret... Permission denied (https://ipxe.org/022c618e)'],
  'grub-file-missing': ["error: file `/boot/vmlinuz-6.1' not found."],
  'grub-rescue': ['grub rescue> ', 'error: no such device: 5f3c-1a2b.', 'error: unknown filesystem.'],

  'memory-training-failed': ['DRAM init failed: -19', 'rd addr 0x10000 = 0xFFFFFFFF', 'LPDDR4X training fail'],
  'spl-found-nothing': ['SPL: failed to boot from all boot devices (err=-6)'],
  'mmc-no-answer': [
    'Card did not respond to voltage select! : -110',
    'mmc_init: -110, time 18',
    '*** Warning - No MMC card found, using default environment',
  ],
  'uboot-tftp-file-missing': ["TFTP error: 'file not found' (1)", "TFTP error: 'File not found' (1)"],
  'uboot-tftp-error': ["TFTP error: 'access violation' (2)"],
  'uboot-arp-timeout': ['ARP Retry count exceeded; starting again'],
  'uboot-network-timeout': [
    'Retry count exceeded; starting again',
    'Retry time exceeded; starting again',
    'TFTP server died; starting again',
  ],
  'uboot-no-ethernet': ['Net:   No ethernet found.'],
  'uboot-no-mac': ['Error: ethernet@fe300000 address not set.'],
  'uboot-phy-timeout': [
    'ethernet@fe1c0000 Waiting for PHY auto negotiation to complete......... TIMEOUT !',
    'Could not get PHY for FEC0: addr 1',
  ],
  'uboot-bad-magic': [
    'Bad Magic Number',
    'Bad Linux ARM64 Image magic!',
    'Bad Linux ARM zImage magic!',
    'Wrong Image Format for bootm command',
  ],
  'uboot-device-tree': [
    'libfdt fdt_check_header(): FDT_ERR_BADMAGIC',
    'ERROR: Did not find a cmdline Flattened Device Tree',
    'FDT and ATAGS support not compiled in - hanging',
  ],
  'uboot-ramdisk': ['Ramdisk image is corrupt or invalid'],
  'uboot-checksum': [
    '   Verifying Checksum ... Bad Data CRC',
    "Bad hash value for 'hash-1' hash node in 'kernel' image node",
  ],
  'uboot-environment': ['Loading Environment from MMC... *** Warning - bad CRC, using default environment'],
  'uboot-nothing-to-boot': ['No more bootdevs', "*** ERROR: `serverip' not set ** No boot file defined **"],
  'uboot-crashed': [
    '### ERROR ### Please RESET the board ###',
    '"Synchronous Abort" handler, esr 0x96000010',
    'data abort',
  ],
  'uefi-crashed': ['!!!! X64 Exception Type - 0D(#GP - General Protection)  CPU Apic ID - 00000000 !!!!'],
  'pi-wrong-firmware': ['start4.elf: is not compatible', 'Board requires newer software'],
  'pi-medium-missing': ["Failed to open device: 'sdcard' (cmd 371a0010 status 1fff0001)"],

  'pci-no-space': [
    'pci 0000:01:00.0: BAR 2: no space for [mem size 0x80000000 64bit pref]',
    "pci 0000:01:00.0: BAR 2 [mem size 0x80000000 64bit pref]: can't assign; no space",
  ],
  'pcie-no-link': ['rk-pcie fe150000.pcie: PCIe Link Fail', 'imx6q-pcie 1ffc000.pcie: Phy link never came up'],
  undervoltage: ['hwmon hwmon1: Undervoltage detected!', 'Under-voltage detected! (0x00050005)'],
  'too-hot': [
    'thermal thermal_zone0: soc-thermal: critical temperature reached',
    'CPU0: Core temperature above threshold, cpu clock throttled (total events = 1)',
  ],
  'usb-no-answer': [
    'usb 1-1.2: device descriptor read/64, error -71',
    'usb 2-1: device not accepting address 4, error -71',
  ],
  'firmware-missing': [
    'rtw89_8852be 0002:21:00.0: Direct firmware load for rtw89/rtw8852b_fw.bin failed with error -2',
  ],
  'root-not-found': [
    'VFS: Unable to mount root fs on unknown-block(0,0)',
    'Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(179,2)',
    'VFS: Cannot open root device "mmcblk0p2" or unknown-block(0,0): error -6',
  ],
  'root-wait': [
    'Waiting for root device /dev/mmcblk1p2...',
    'Gave up waiting for root file system device.  Common problems:',
  ],
  'root-missing-initramfs': [
    'ALERT!  /dev/disk/by-uuid/1b2c does not exist.  Dropping to a shell!',
    'dracut-initqueue[421]: Warning: dracut-initqueue timeout - starting timeout scripts',
  ],
  'nfs-root': [
    'Root-NFS: Server returned error -13 while mounting /srv/nfs/pi',
    'VFS: Unable to mount root fs via NFS.',
    'nfs: server 10.10.10.1 not responding, still trying',
  ],
  'no-init': [
    'Kernel panic - not syncing: No working init found.  Try passing init= option to kernel.',
    'Kernel panic - not syncing: Attempted to kill init! exitcode=0x00007f00',
    'Kernel panic - not syncing: Requested init /linuxrc failed (error -2).',
  ],
  'initramfs-damaged': ['Initramfs unpacking failed: invalid magic at start of compressed archive'],
  'wrong-device-tree': [
    'Error: invalid dtb and unrecognized/unsupported machine ID',
    'Error: unrecognized/unsupported processor variant (0x410fd034).',
  ],
  'mmc-error': ['mmc0: error -110 whilst initialising SD card', 'mmc1: Timeout waiting for hardware interrupt.'],
  'disk-error': [
    'I/O error, dev mmcblk0, sector 2048 op 0x0:(READ) flags 0x0',
    'blk_update_request: I/O error, dev sda, sector 12345',
    'Buffer I/O error on dev sdb1, logical block 0, async page read',
  ],
  'nvme-not-ready': [
    'nvme nvme0: Device not ready; aborting initialisation, CSTS=0x0',
    'nvme nvme1: controller is down; will reset: CSTS=0xffffffff',
  ],
  'ext4-error': [
    'EXT4-fs error (device mmcblk0p2): ext4_lookup:1785: inode #2: comm ls: deleted inode referenced: 12',
    'EXT4-fs (sda2): unable to read superblock',
  ],
  'fsck-by-hand': [
    '/dev/mmcblk0p2: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY.',
    'Give root password for maintenance',
    'You are in emergency mode. After logging in, type "journalctl -xb" to view',
  ],
  'fat-not-unmounted': [
    'FAT-fs (mmcblk0p1): Volume was not properly unmounted. Some data may be corrupt. Please run fsck.',
  ],
  'squashfs-damaged': ['SQUASHFS error: xz decompression failed, data probably corrupt'],
  'ubifs-damaged': ['UBIFS error (ubi0:1 pid 1): ubifs_read_node: bad node type', 'UBI error: ubi_io_read: error -74'],
  'page-fault-program': [
    'do_page_fault(): sending SIGSEGV to dropbear for invalid read access from 00000008',
    'nodectl[2113]: segfault at 0 ip 00007f1a sp 00007ffd error 4 in libc.so',
  ],
  'page-fault-kernel': [
    'CPU 0 Unable to handle kernel paging request at virtual address 00000000, epc == 80012345, ra == 80054321',
    'Unable to handle kernel NULL pointer dereference at virtual address 0000000000000000',
    'BUG: unable to handle page fault for address: ffffffff81e00000',
  ],
  'out-of-memory': [
    'Out of memory: Killed process 412 (dpkg) total-vm:123456kB',
    'Kernel panic - not syncing: System is deadlocked on memory',
  ],
  lockup: [
    'watchdog: BUG: soft lockup - CPU#2 stuck for 22s! [kworker/2:1:45]',
    'rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:',
    'INFO: task mmcqd/0:75 blocked for more than 120 seconds.',
  ],
  'kernel-panic': ['Kernel panic - not syncing: Fatal exception in interrupt'],
  'dropbear-host-key': [
    'dropbear[1043]: Failed loading /etc/dropbear/dropbear_rsa_host_key',
    "dropbear[1043]: Early exit: No hostkeys available. 'dropbear -R' may be useful or dropbearkey.",
    'authpriv.info dropbear[1522]: Early exit: Bad buf_getptr',
  ],
  'kickstart-missing': [
    'dracut-initqueue[921]: Warning: anaconda: failed to fetch kickstart from http://10.32.0.1/ks.cfg',
    'Failed to retrieve the preconfiguration file',
  ],
  'download-refused': ['curl: (22) The requested URL returned error: 404'],
  'service-failed': [
    '[\u001b[0;1;31mFAILED\u001b[0m] Failed to start \u001b[0;1;39mnfs-mountd.service\u001b[0m - NFS Mount Daemon.',
  ],
  'device-timed-out': [
    '[\u001b[0;1;31m TIME \u001b[0m] Timed out waiting for device /dev/disk/by-label/data.',
    '[\u001b[0;1;38;5;185mDEPEND\u001b[0m] Dependency failed for /data.',
  ],
};
