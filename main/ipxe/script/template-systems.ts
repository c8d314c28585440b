/** Templates for AlmaLinux, Alpine, Debian and Ubuntu: the forms and their scripts. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
import {
  answerAdvice,
  answerFile,
  answers,
  DISK,
  kickstart,
  password,
  preseed,
  SSH_KEY,
  userData,
} from './template-answers.ts';
import {
  APPEND,
  BASE,
  type FieldValues,
  failing,
  linux,
  opening,
  path,
  perMac,
  start,
  type Template,
  TRIES,
  under,
} from './template-parts.ts';

export const ALMALINUX: Template = {
  name: 'almalinux',
  title: 'AlmaLinux or RHEL, installed without a hand',
  about:
    'Boots the installer from the bench with the kickstart for the machine’s MAC. It erases the disk without a question.',
  fields: [
    BASE,
    path({
      name: 'tree',
      label: 'Installation tree',
      help: 'A folder of the bench with what is on the DVD (.treeinfo and more), or a URL.',
      default: 'almalinux',
    }),
    answers('Kickstart', 'kickstart/{mac}.cfg'),
    {
      name: 'addressing',
      label: 'Address of the installer',
      help: 'Copied values spare the installer a second DHCP, which some switches answer late.',
      kind: 'choice',
      default: 'dhcp',
      required: true,
      choices: [
        { value: 'dhcp', label: 'Asks DHCP again' },
        { value: 'copy', label: 'Takes what iPXE has' },
      ],
    },
    password('root'),
    SSH_KEY,
    DISK,
    APPEND,
    TRIES,
  ],
  script: values => {
    const tree = values.tree!.replace(/\/+$/, '');
    const ip =
      values.addressing === 'copy'
        ? 'ifname=bootif:${netX/mac} ip=${netX/ip}::${netX/gateway}:${netX/netmask}::bootif:none nameserver=${dns}'
        : 'BOOTIF=01-${netX/mac:hexhyp} ip=dhcp';
    const append = [
      `inst.repo=${under(tree)}`,
      `inst.ks=${under(perMac(values.answers!))}`,
      'inst.text',
      ip,
      values.append,
    ];
    return [
      ...opening('AlmaLinux with a kickstart per machine', values),
      ...start(values),
      ':install',
      ...linux(`${tree}/images/pxeboot/vmlinuz`, `${tree}/images/pxeboot/initrd.img`, append.filter(Boolean).join(' ')),
      ...failing(values, 'install'),
    ];
  },
  files: values => answerFile(values.answers!, 'kickstart', kickstart(values)),
  advice: values => answerAdvice(values, values.answers!, 'kickstart/{mac}.cfg and kickstart-{mac}.cfg'),
};

export const ALPINE: Template = {
  name: 'alpine',
  title: 'Alpine from memory, with a menu',
  about: 'Runs Alpine without a disk; its configuration (apkovl) comes from the bench, one for each MAC.',
  fields: [
    BASE,
    path({
      name: 'folder',
      label: 'Folder of the boot files',
      help: 'Holds vmlinuz-lts, initramfs-lts and modloop-lts.',
      default: 'alpine/boot',
    }),
    path({ name: 'flavour', label: 'Flavour', help: 'lts, virt or rpi: the ending of those files.', default: 'lts' }),
    path({
      name: 'repository',
      label: 'Packages',
      help: 'Folder with the apks, or a mirror’s URL.',
      default: 'alpine/apks',
    }),
    path({
      name: 'answers',
      label: 'Configuration (apkovl)',
      help: 'As "lbu package" makes it. {mac} stands for the machine’s MAC with hyphens.',
      default: 'apkovl/{mac}.apkovl.tar.gz',
    }),
    APPEND,
    TRIES,
  ],
  script: values => {
    const folder = values.folder!.replace(/\/+$/, '');
    const common = [
      `modloop=${under(`${folder}/modloop-${values.flavour}`)}`,
      `alpine_repo=${under(values.repository!)}`,
      'ip=dhcp',
    ];
    const boot = (...more: readonly (string | undefined)[]): string[] =>
      linux(
        `${folder}/vmlinuz-${values.flavour}`,
        `${folder}/initramfs-${values.flavour}`,
        [...common, ...more, values.append].filter(Boolean).join(' '),
      );
    return [
      ...opening('Alpine from memory', values),
      ...start(values),
      ':menu',
      'menu Alpine from the bench -- ${netX/mac} has ${netX/ip}',
      'item configured Alpine with the configuration of this machine',
      'item plain Alpine as it comes',
      'item own-disk Start from its own disk',
      'item to-shell iPXE shell',
      'choose --default configured --timeout 15000 pick || goto menu',
      'goto ${pick}',
      ':configured',
      ...boot(`apkovl=${under(perMac(values.answers!))}`),
      ':plain',
      ...boot(),
      ':own-disk',
      'iseq ${platform} efi && exit 1 ||',
      'sanboot --no-describe --drive 0x80 || goto failed',
      ':to-shell',
      'shell',
      'goto menu',
      ...failing(values, 'menu'),
    ];
  },
};

/** The processor as Debian and Ubuntu call it; BIOS builds of iPXE say i386 on x64 machines too. */
const DEBIAN_ARCH = ['set arch amd64', 'iseq ${buildarch} arm64 && set arch arm64 ||'];

export const DEBIAN: Template = {
  name: 'debian',
  title: 'Debian, installed without a hand',
  about:
    'Boots Debian’s network installer with the preseed file for the machine’s MAC. It erases the disk without a question.',
  fields: [
    BASE,
    path({
      name: 'folder',
      label: 'Netboot files',
      help: 'Folder of the unpacked netboot.tar.gz; ${arch} is amd64 or arm64.',
      default: 'debian-installer/${arch}',
    }),
    answers('Preseed file', 'preseed/{mac}.cfg'),
    {
      name: 'mirror',
      label: 'Packages',
      help: 'A mirror of Debian. Without internet: one in the bench’s folder, e.g. http://10.32.0.1/debian.',
      kind: 'url',
      // What Debian's installer itself offers first.
      default: 'http://deb.debian.org/debian',
      required: true,
    },
    password('root'),
    SSH_KEY,
    DISK,
    APPEND,
    TRIES,
  ],
  script: values => {
    const folder = values.folder!.replace(/\/+$/, '');
    const append = [
      'auto=true',
      'priority=critical',
      // Asked before the preseed file can be fetched: the card, the name, and that this bench leads nowhere else.
      'interface=auto BOOTIF=01-${netX/mac:hexhyp} hostname=node-${netX/mac:hexhyp} netcfg/no_default_route=true netcfg/get_nameservers=${dns}',
      `url=${under(perMac(values.answers!))}`,
      values.append,
    ].filter(Boolean);
    return [
      ...opening('Debian with a preseed file per machine', values),
      ...start(values),
      ...DEBIAN_ARCH,
      ':install',
      ...linux(`${folder}/linux`, `${folder}/initrd.gz`, append.join(' ')),
      ...failing(values, 'install'),
    ];
  },
  files: values => answerFile(values.answers!, 'preseed file', preseed(values)),
  advice: values => answerAdvice(values, values.answers!, 'preseed/{mac}.cfg'),
};

const seedFile = (values: FieldValues): string => `${values.answers!.replace(/\/+$/, '')}/user-data`;

export const UBUNTU: Template = {
  name: 'ubuntu',
  title: 'Ubuntu Server, installed without a hand',
  about:
    'Boots the live server installer with the autoinstall file for the machine’s MAC. It erases the disk without a question.',
  fields: [
    BASE,
    path({
      name: 'folder',
      label: 'Kernel and initramfs',
      help: 'The folder casper of the ISO.',
      default: 'ubuntu/casper',
    }),
    path({
      name: 'iso',
      label: 'ISO',
      help: 'Fetched into memory: the machine needs its size and 2 GB more.',
      default: 'ubuntu/ubuntu.iso',
    }),
    answers('Folder of the autoinstall files', 'cloud-init/{mac}'),
    password('the user ubuntu'),
    SSH_KEY,
    DISK,
    APPEND,
    TRIES,
  ],
  script: values => {
    const folder = values.folder!.replace(/\/+$/, '');
    const seed = `ds=nocloud;s=${under(perMac(values.answers!)).replace(/\/*$/, '/')}`;
    const append = [
      'ip=dhcp',
      `url=${under(values.iso!)}`,
      'autoinstall',
      seed,
      'cloud-config-url=/dev/null',
      values.append,
    ].filter(Boolean);
    return [
      ...opening('Ubuntu Server with autoinstall', values),
      ...start(values),
      ':install',
      ...linux(`${folder}/vmlinuz`, `${folder}/initrd`, append.join(' ')),
      ...failing(values, 'install'),
    ];
  },
  files: values => answerFile(seedFile(values), 'autoinstall file', userData(values)),
  advice: values => answerAdvice(values, seedFile(values), 'cloud-init/{mac}'),
};
