/** The answer files of installers: kickstart, preseed and autoinstall, the fields that fill them, and where they lie. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
import { perMacName } from '../../content/per-mac.ts';
import { type CompanionFile, type FieldValues, path, type TemplateField, text } from './template-parts.ts';

export const password = (of: string): TemplateField => ({
  ...text({
    name: 'password',
    label: 'Password',
    help: `Of ${of}. Only its hash is written. Left empty, logging in needs the SSH key.`,
  }),
  kind: 'password',
});
export const SSH_KEY: TemplateField = {
  ...text({ name: 'ssh-key', label: 'SSH public key', help: 'One line of id_ed25519.pub.' }),
  kind: 'ssh-key',
};
export const DISK: TemplateField = {
  ...path({
    name: 'disk',
    label: 'Disk to erase',
    help: 'By the name that this model gives it, e.g. nvme0n1 or /dev/disk/by-path/…; empty takes the first one.',
  }),
  required: false,
};
export const answers = (label: string, file: string): TemplateField =>
  path({
    name: 'answers',
    label,
    help: 'Under the base, or a URL. {mac} stands for the machine’s MAC with hyphens.',
    default: file,
  });

/** A host name of its own for every machine, where Benchboot fills the file in for each. */
type Hostname = 'node-{{mac-dashes}}' | undefined;

const MADE = '# Made by Benchboot.';
const heading = (hostname: Hostname): string =>
  hostname ? `${MADE} What stands in double braces is filled in for each machine.` : MADE;

/**
 * The file that answers for every machine. Under a name with `{mac}` it is the one called `default`, as far as Benchboot
 * fills that in; without, it is the named one as it is. On another server there is none to make.
 */
export function answerFile(
  asked: string,
  about: string,
  make: (hostname: Hostname) => readonly string[],
): readonly CompanionFile[] {
  if (isElsewhere(asked)) return [];
  const forAll = !asked.includes('{mac}');
  const name = forAll ? asked.replace(/^\/+/, '') : defaultName(asked);
  if (name === undefined) return [];
  const lines = make(forAll ? undefined : 'node-{{mac-dashes}}');
  return [
    {
      name,
      asked: asked.replace(/^\/+/, ''),
      about: forAll ? `The ${about} of every machine` : `The ${about} for machines without one of their own`,
      text: `${lines.join('\n')}\n`,
    },
  ];
}

const isElsewhere = (name: string): boolean => /^[a-z]+:\/\//i.test(name);
const defaultName = (asked: string): string | undefined =>
  perMacName(asked.replace(/^\/+/, '').replaceAll('{mac}', 'default'))?.file('default');

/** `asked` as `answerFile` takes it; `usual`: names that Benchboot fills in. */
export function answerAdvice(values: FieldValues, asked: string, usual: string): readonly string[] {
  const advice: string[] = [];
  if (!isElsewhere(asked) && asked.includes('{mac}') && defaultName(asked) === undefined)
    advice.push(`Benchboot fills in ${usual} for each MAC. Under another name every machine needs a file of its own.`);
  if (!values.password && !values['ssh-key'])
    advice.push('Nobody can log in to what is installed: give it a password or an SSH key.');
  return advice;
}

export const kickstart =
  (values: FieldValues) =>
  (hostname: Hostname): readonly string[] => [
    heading(hostname),
    'text',
    'reboot',
    'lang en_US.UTF-8',
    'keyboard us',
    'timezone Etc/UTC --utc',
    `network --bootproto=dhcp --device=bootif${hostname ? ` --hostname=${hostname}` : ''}`,
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
  ];

/** The address of a mirror, `http://HOST/FOLDER`, in the installer's three parts. */
function mirror(url: string): readonly string[] {
  const [, protocol = 'http', host = '', folder = ''] = /^(https?):\/\/([^/]+)(.*)$/i.exec(url) ?? [];
  const kind = protocol.toLowerCase();
  return [
    'd-i mirror/country string manual',
    `d-i mirror/protocol string ${kind}`,
    `d-i mirror/${kind}/hostname string ${host}`,
    `d-i mirror/${kind}/directory string ${folder.replace(/\/+$/, '') || '/'}`,
    `d-i mirror/${kind}/proxy string`,
  ];
}

/** What netcfg asks stands on the kernel's command line: it comes before this file can be fetched. */
export const preseed =
  (values: FieldValues) =>
  (hostname: Hostname): readonly string[] => [
    heading(hostname),
    'd-i debian-installer/locale string en_US.UTF-8',
    'd-i keyboard-configuration/xkb-keymap select us',
    ...(hostname ? [`d-i netcfg/hostname string ${hostname}`] : []),
    ...mirror(values.mirror!),
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
    // The new system stands under /target while its installer runs: this is the home of that system's root.
    ...(values['ssh-key']
      ? [
          `d-i preseed/late_command string mkdir -p -m 700 /target/root/.ssh; echo '${values['ssh-key']}' > /target/root/.ssh/authorized_keys`,
        ]
      : []),
    'd-i finish-install/reboot_in_progress note',
  ];

export const userData =
  (values: FieldValues) =>
  (hostname: Hostname): readonly string[] => [
    '#cloud-config',
    heading(hostname),
    'autoinstall:',
    '  version: 1',
    '  identity:',
    `    hostname: ${hostname ?? 'ubuntu'}`,
    '    username: ubuntu',
    `    password: "${values.password || '!'}"`,
    '  ssh:',
    '    install-server: true',
    ...(values['ssh-key'] ? ['    authorized-keys:', `      - "${values['ssh-key']}"`] : []),
    '  storage:',
    '    layout:',
    '      name: lvm',
    ...(values.disk ? ['      match:', `        path: /dev/${values.disk.replace(/^\/dev\//, '')}`] : []),
  ];
