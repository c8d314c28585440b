/**
 * Rewrites `resources/ipxe/`: the stock iPXE programs of one Debian package, pinned by version and checksum, fetched
 * through this machine's own apt. The same input gives the same bytes. Run by `npm run resources` (Debian, as any user).
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PACKAGE = {
  name: 'ipxe',
  version: '1.21.1+git20250501.dad20602+dfsg-1',
  suite: 'trixie',
  architecture: 'all',
  sha256: 'eeaca79dbde0fb86c102bf1d362c6f6a67ed0ddab38b3dd12e1b332339f5dd99',
};

/** What the running program prints after "Features:". */
const COMMON = ['VLAN', 'DNS', 'HTTP', 'HTTPS', 'iSCSI', 'NFS', 'TFTP', 'AoE', 'Menu'];
const EFI = [...COMMON, 'EFI'];
const BIOS = [...COMMON, 'ELF', 'MBOOT', 'PXE', 'bzImage', 'PXEXT'];

/** Commands of iPXE that the running program does not list under `help`. */
const ABSENT = [
  ...['fcels', 'fcstat', 'gdbstub', 'imgdecrypt', 'imgmem', 'imgtrust', 'imgverify', 'ipstat', 'lotest', 'md5sum'],
  ...['nslookup', 'nstat', 'ntp', 'param', 'params', 'pciscan', 'profstat', 'sha1sum', 'startpxe', 'stoppxe', 'time'],
  'usbscan',
];
const ABSENT_ON_X86 = [...ABSENT, 'fdt', 'imgextract'];
/** Builds without network drivers of their own have nothing for wireless and InfiniBand cards either. */
const ABSENT_WITHOUT_DRIVERS = [...ABSENT_ON_X86, 'ibstat', 'iwlist', 'iwstat'];

const ALL = "iPXE's own, and the firmware's where it has none";
const ALL_BIOS = "iPXE's own";
const PXE_ROM = "the PXE ROM's";

const PROGRAMS = [
  ['ipxe.efi', 'ipxe-amd64.efi', 'UEFI x64', ALL, [...EFI, 'SRP'], ABSENT_ON_X86],
  ['ipxe-arm64.efi', 'ipxe-arm64.efi', 'UEFI arm64', ALL, [...EFI, 'SRP'], [...ABSENT, 'cpuid']],
  ['snponly.efi', 'snponly.efi', 'UEFI x64', "the firmware's", EFI, ABSENT_WITHOUT_DRIVERS],
  ['undionly.kpxe', 'undionly.kpxe', 'BIOS PXE', PXE_ROM, BIOS, ABSENT_WITHOUT_DRIVERS],
  ['undionly.kkpxe', 'undionly.kkpxe', 'BIOS PXE', PXE_ROM, BIOS, ABSENT_WITHOUT_DRIVERS],
  ['ipxe.pxe', 'ipxe.pxe', 'BIOS PXE', ALL_BIOS, [...BIOS, 'SRP'], ABSENT_ON_X86],
  ['ipxe.lkrn', 'ipxe.lkrn', 'BIOS, as a Linux kernel', ALL_BIOS, [...BIOS, 'SRP'], ABSENT_ON_X86],
];

/** The corresponding source (GPL-2 section 3), as named and checksummed by Debian's signed index. */
const SOURCE = [
  [
    'ipxe_1.21.1+git20250501.dad20602+dfsg-1.dsc',
    3398,
    '879bd5d656fb064bd60cd5fd4ca5803c1eae90c26bf1c95f8e641098fe8c6f57',
  ],
  [
    'ipxe_1.21.1+git20250501.dad20602+dfsg.orig.tar.xz',
    2891228,
    'd11c3fdca632eef46f877be0a0e059b2a6b25febbd51e632192260384871dc7c',
  ],
  [
    'ipxe_1.21.1+git20250501.dad20602+dfsg-1.debian.tar.xz',
    24844,
    '85d41a1587bf300f3b060d17516d6dc2b9efade2fc621e15d0ca1eb3e8de7f08',
  ],
];

const SOURCES = `The programs in this folder are unmodified files of Debian's binary package
${PACKAGE.name} ${PACKAGE.version} (${PACKAGE.architecture}), sha256
${PACKAGE.sha256}

iPXE is free software under the GNU General Public License, version 2 (file GPL-2; all notices: file
copyright). Its complete corresponding source is Debian's source package of the same version; on a
Debian system with source entries for ${PACKAGE.suite}: apt-get source ${PACKAGE.name}=${PACKAGE.version}

sha256                                                              bytes    file
${SOURCE.map(([name, size, sha256]) => `${sha256}  ${String(size).padStart(8)}  ${name}`).join('\n')}
`;

const folder = fileURLToPath(new URL('../resources/ipxe/', import.meta.url));
const debfetch = fileURLToPath(new URL('../test/lab/debfetch', import.meta.url));

const wanted = `${PACKAGE.name}=${PACKAGE.version}@${PACKAGE.sha256}`;
const unpacked = execFileSync(debfetch, [PACKAGE.suite, 'amd64', wanted], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
}).trim();

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const files = PROGRAMS.map(([name, from, runsOn, drivers, features, absent]) => {
  const bytes = readFileSync(`${unpacked}/usr/lib/ipxe/${from}`);
  writeFileSync(`${folder}${name}`, bytes);
  return {
    name,
    from,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    runsOn,
    drivers,
    features: features.toSorted(),
    commandsAbsent: absent.toSorted(),
  };
});
const { name, version, architecture, sha256 } = PACKAGE;
const manifest = { package: { name, version, architecture, sha256 }, files };
writeFileSync(`${folder}manifest.json`, `${JSON.stringify(manifest, undefined, 2)}\n`);
writeFileSync(`${folder}copyright`, readFileSync(`${unpacked}/usr/share/doc/ipxe/copyright`));
writeFileSync(`${folder}GPL-2`, readFileSync('/usr/share/common-licenses/GPL-2'));
writeFileSync(`${folder}SOURCES`, SOURCES);
console.log(`${files.length} iPXE programs of Debian's ${name} ${version} in resources/ipxe`);
