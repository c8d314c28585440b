/** Templates for AlmaLinux, Alpine, Debian and Ubuntu: the script, and the answer file that belongs to it. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
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
  type TemplateField,
  TRIES,
  text,
} from './template-parts.ts';

const PASSWORD: TemplateField = text({
  name: 'password',
  label: 'Password hash',
  help: 'As `mkpasswd -m sha-512` prints it. Left empty, logging in needs the SSH key.',
});
const SSH_KEY: TemplateField = text({ name: 'ssh-key', label: 'SSH public key', help: 'One line of id_ed25519.pub.' });
const DISK: TemplateField = text({
  name: 'disk',
  label: 'Disk to erase',
  help: 'By the name that this model gives it, e.g. nvme0n1 or /dev/disk/by-path/…; empty takes the first one.',
});
const answers = (label: string, file: string): TemplateField =>
  path({
    name: 'answers',
    label,
    help: 'Under the base. {mac} stands for the machine’s MAC with hyphens.',
    default: file,
  });

/** Where a machine’s own answer file is looked for, and the one for all others under the same folder. */
const defaultFile = (name: string): string => name.replace('{mac}', 'default');

const kickstart = (values: FieldValues): string =>
  [
    '# Made by Benchboot. What stands in double braces is filled in for each machine.',
    'text',
    'reboot',
    'lang en_US.UTF-8',
    'keyboard us',
    'timezone Etc/UTC --utc',
    'network --bootproto=dhcp --device=bootif --hostname=node-{{mac-dashes}}',
    ...(values.password ? [`rootpw --iscrypted ${values.password}`] : ['rootpw --lock']),
    ...(values['ssh-key'] ? [`sshkey --username=root "${values['ssh-key']}"`] : []),
    ...(values.disk ? [`ignoredisk --only-use=${values.disk}`] : []),
    'zerombr',
    'clearpart --all --initlabel',
    'autopart --type=lvm',
    'bootloader --timeout=1',
    'firstboot --disable',
    'selinux --enforcing',
    'firewall --enabled --ssh',
    '%packages',
    '@^minimal-environment',
    '%end',
    '',
  ].join('\n');

export const ALMALINUX: Template = {
  name: 'almalinux',
  title: 'AlmaLinux or RHEL, installed without a hand',
  about: 'Boots the installer from the bench and gives every machine the kickstart for its MAC.',
  fields: [
    BASE,
    path({
      name: 'tree',
      label: 'Installation tree',
      help: 'Folder with .treeinfo, as on the DVD.',
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
    PASSWORD,
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
    const repo = /^[a-z]+:\/\//i.test(tree) ? tree : `\${base}/${tree}`;
    const append = [`inst.repo=${repo}`, `inst.ks=\${base}/${perMac(values.answers!)}`, 'inst.text', ip, values.append];
    return [
      ...opening('AlmaLinux with a kickstart per machine', values),
      ...start(values),
      ':install',
      ...linux(`${tree}/images/pxeboot/vmlinuz`, `${tree}/images/pxeboot/initrd.img`, append.filter(Boolean).join(' ')),
      ...failing(values, 'install'),
    ];
  },
  files: values => [
    {
      name: defaultFile(values.answers!),
      about: 'The kickstart for machines without one of their own',
      text: kickstart(values),
    },
  ],
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
    const url = (name: string): string => (/^[a-z]+:\/\//i.test(name) ? name : `\${base}/${name}`);
    const common = [
      `modloop=${url(`${folder}/modloop-${values.flavour}`)}`,
      `alpine_repo=${url(values.repository!)}`,
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
      ...boot(`apkovl=${url(perMac(values.answers!))}`),
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

const preseed = (values: FieldValues): string =>
  [
    '# Made by Benchboot. What stands in double braces is filled in for each machine.',
    'd-i debian-installer/locale string en_US.UTF-8',
    'd-i keyboard-configuration/xkb-keymap select us',
    'd-i netcfg/choose_interface select auto',
    'd-i netcfg/get_hostname string node-{{mac-dashes}}',
    'd-i clock-setup/utc boolean true',
    'd-i time/zone string Etc/UTC',
    'd-i passwd/make-user boolean false',
    ...(values.password
      ? [`d-i passwd/root-password-crypted password ${values.password}`]
      : ['d-i passwd/root-password-crypted password !']),
    ...(values.disk ? [`d-i partman-auto/disk string /dev/${values.disk.replace(/^\/dev\//, '')}`] : []),
    'd-i partman-auto/method string regular',
    'd-i partman-auto/choose_recipe select atomic',
    'd-i partman/confirm boolean true',
    'd-i partman/confirm_nooverwrite boolean true',
    'd-i partman-partitioning/confirm_write_new_label boolean true',
    'd-i partman/choose_partition select finish',
    'd-i grub-installer/only_debian boolean true',
    'd-i grub-installer/bootdev string default',
    'tasksel tasksel/first multiselect standard, ssh-server',
    ...(values['ssh-key']
      ? [
          `d-i preseed/late_command string mkdir -p -m 700 /target/root/.ssh; echo '${values['ssh-key']}' > /target/root/.ssh/authorized_keys`,
        ]
      : []),
    'd-i finish-install/reboot_in_progress note',
    '',
  ].join('\n');

/** The processor as Debian and Ubuntu call it; BIOS builds of iPXE say i386 on x64 machines too. */
const DEBIAN_ARCH = ['set arch amd64', 'iseq ${buildarch} arm64 && set arch arm64 ||'];

export const DEBIAN: Template = {
  name: 'debian',
  title: 'Debian, installed without a hand',
  about: 'Boots Debian’s network installer and gives every machine the preseed file for its MAC.',
  fields: [
    BASE,
    path({
      name: 'folder',
      label: 'Netboot files',
      help: 'Folder of the unpacked netboot.tar.gz; ${arch} is amd64 or arm64.',
      default: 'debian-installer/${arch}',
    }),
    answers('Preseed file', 'preseed/{mac}.cfg'),
    PASSWORD,
    SSH_KEY,
    DISK,
    APPEND,
    TRIES,
  ],
  script: values => {
    const folder = values.folder!.replace(/\/+$/, '');
    const append = ['auto=true', 'priority=critical', `url=\${base}/${perMac(values.answers!)}`, values.append].filter(
      Boolean,
    );
    return [
      ...opening('Debian with a preseed file per machine', values),
      ...start(values),
      ...DEBIAN_ARCH,
      ':install',
      ...linux(`${folder}/linux`, `${folder}/initrd.gz`, append.join(' ')),
      ...failing(values, 'install'),
    ];
  },
  files: values => [
    {
      name: defaultFile(values.answers!),
      about: 'The preseed file for machines without one of their own',
      text: preseed(values),
    },
  ],
};

const userData = (values: FieldValues): string =>
  [
    '#cloud-config',
    '# Made by Benchboot. What stands in double braces is filled in for each machine.',
    'autoinstall:',
    '  version: 1',
    '  identity:',
    '    hostname: node-{{mac-dashes}}',
    '    username: ubuntu',
    `    password: "${values.password || '!'}"`,
    '  ssh:',
    '    install-server: true',
    ...(values['ssh-key'] ? ['    authorized-keys:', `      - "${values['ssh-key']}"`] : []),
    '  storage:',
    '    layout:',
    '      name: lvm',
    ...(values.disk ? ['      match:', `        path: /dev/${values.disk.replace(/^\/dev\//, '')}`] : []),
    '',
  ].join('\n');

export const UBUNTU: Template = {
  name: 'ubuntu',
  title: 'Ubuntu Server, installed without a hand',
  about:
    'Boots the live server installer, which loads its ISO into memory, and gives every machine its autoinstall file.',
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
    PASSWORD,
    SSH_KEY,
    DISK,
    APPEND,
    TRIES,
  ],
  script: values => {
    const folder = values.folder!.replace(/\/+$/, '');
    const iso = /^[a-z]+:\/\//i.test(values.iso!) ? values.iso! : `\${base}/${values.iso}`;
    const seed = `ds=nocloud;s=\${base}/${perMac(values.answers!).replace(/\/*$/, '/')}`;
    const append = ['ip=dhcp', `url=${iso}`, 'autoinstall', seed, 'cloud-config-url=/dev/null', values.append].filter(
      Boolean,
    );
    return [
      ...opening('Ubuntu Server with autoinstall', values),
      ...start(values),
      ':install',
      ...linux(`${folder}/vmlinuz`, `${folder}/initrd`, append.join(' ')),
      ...failing(values, 'install'),
    ];
  },
  files: values => [
    {
      name: `${defaultFile(values.answers!).replace(/\/+$/, '')}/user-data`,
      about: 'The autoinstall file for machines without one of their own',
      text: userData(values),
    },
  ],
};
