/** Templates for any system: Linux over HTTP with a fixed address, a menu of the library, a wrapper that keeps trying. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
import {
  APPEND,
  address,
  BASE,
  failing,
  linux,
  opening,
  path,
  perMac,
  start,
  type Template,
  TRIES,
  text,
  under,
} from './template-parts.ts';

export const STATIC_LINUX: Template = {
  name: 'linux-static',
  title: 'Linux over HTTP with a fixed address',
  about: 'For a stick that boots one system from a web server, with an address of its own where no DHCP server is.',
  fields: [
    {
      name: 'addressing',
      label: 'Address',
      help: 'With DHCP first, the fixed address is the way out when nobody answers.',
      kind: 'choice',
      default: 'dhcp-first',
      required: true,
      choices: [
        { value: 'dhcp-first', label: 'DHCP first, the fixed one when nobody answers' },
        { value: 'static', label: 'Always the fixed one' },
      ],
    },
    address({ name: 'ip', label: 'Fixed address', help: 'Of this machine.', default: '10.32.0.50' }),
    address({ name: 'netmask', label: 'Netmask', help: 'Of its network.', default: '255.255.255.0' }),
    address({
      name: 'gateway',
      label: 'Gateway',
      help: 'Needed when the server is in another network.',
      required: false,
    }),
    address({ name: 'dns', label: 'Name server', help: 'Needed when the URL has a name in it.', required: false }),
    { ...BASE, help: 'The web server with the files.', default: 'http://10.32.0.1' },
    path({ name: 'kernel', label: 'Kernel', help: 'Path on that server, or a URL.', default: 'vmlinuz' }),
    path({ name: 'initrd', label: 'Initramfs', help: 'Path on that server, or a URL.', default: 'initrd.img' }),
    {
      name: 'hand-over',
      label: 'Hand the address to Linux',
      help: 'Adds ip= and nameserver= with what iPXE uses, as dracut and initramfs-tools read them.',
      kind: 'switch',
      default: 'yes',
      required: true,
    },
    APPEND,
    TRIES,
  ],
  script: values => {
    const fixed = [
      `set net0/ip ${values.ip}`,
      `set net0/netmask ${values.netmask}`,
      ...(values.gateway ? [`set net0/gateway ${values.gateway}`] : []),
      ...(values.dns ? [`set net0/dns ${values.dns}`] : []),
      'ifopen net0 && goto start ||',
    ];
    const configure =
      values.addressing === 'static'
        ? fixed
        : ['dhcp && goto start ||', 'echo Nobody answers; taking the fixed address', ...fixed];
    const handOver =
      values['hand-over'] === 'yes' ? 'ip=${netX/ip}::${netX/gateway}:${netX/netmask}:::none nameserver=${dns}' : '';
    return [
      ...opening('Linux over HTTP with a fixed address', values, configure),
      ...start(values),
      ':boot',
      ...linux(values.kernel!, values.initrd!, [handOver, values.append].filter(Boolean).join(' ')),
      ...failing(values, 'boot'),
    ];
  },
};

const ID = /^[\w-]{1,40}$/;
/** Menu text of an entry: one line, no expansion of what somebody called a file. */
const plain = (title: string): string =>
  title
    .replace(/[^\x20-\x7e]/g, '?')
    .replaceAll('${', '$(')
    .slice(0, 70)
    .trim();

export const LIBRARY_MENU: Template = {
  name: 'library-menu',
  title: 'Menu of everything in the library',
  about: 'A menu with every kernel that the bench has, the machine’s own disk and a shell.',
  fields: [
    BASE,
    text({ name: 'title', label: 'Title', help: 'Stands above the menu.', default: 'What shall start?' }),
    {
      name: 'timeout',
      label: 'Seconds to choose',
      help: 'Then the first entry starts. 0 waits for ever.',
      kind: 'number',
      default: '30',
      required: true,
    },
    APPEND,
    TRIES,
  ],
  script: (values, { library = [] }) => {
    const entries = library.filter(({ id }) => ID.test(id));
    const timeout = Number(values.timeout) > 0 ? `--timeout ${Number(values.timeout) * 1000} ` : '';
    return [
      ...opening('Menu of the library', values),
      ...start(values),
      ':menu',
      `menu ${values.title} \${netX/mac}`,
      ...entries.map(({ id, title }) => `item boot-${id} ${plain(title)}`),
      'item --gap',
      'item own-disk Start from its own disk',
      'item to-shell iPXE shell',
      'item restart Restart',
      `choose ${timeout}pick || goto menu`,
      'goto ${pick}',
      ...entries.flatMap(({ id, kernel, initrd, append }) => [
        `:boot-${id}`,
        ...linux(kernel, initrd, [append, values.append].filter(Boolean).join(' ')),
      ]),
      ':own-disk',
      'iseq ${platform} efi && exit 1 ||',
      'sanboot --no-describe --drive 0x80 || goto failed',
      ':to-shell',
      'shell',
      'goto menu',
      ':restart',
      'reboot',
      ...failing(values, 'menu'),
    ];
  },
};

export const RETRY_WRAPPER: Template = {
  name: 'retry',
  title: 'Keep trying: a wrapper around another script',
  about: 'Waits for the link, asks DHCP, fetches your script, and tries again with growing pauses until it works.',
  fields: [
    BASE,
    path({
      name: 'script',
      label: 'Script to run',
      help: 'Path or URL. {mac} stands for the machine’s MAC with hyphens.',
      default: 'boot/{mac}.ipxe',
    }),
    TRIES,
  ],
  script: values => [
    ...opening('Keep trying', values),
    ...start(values),
    ':fetch',
    `chain --autofree ${under(perMac(values.script!))} || goto failed`,
    'exit',
    ...failing(values, 'fetch'),
  ],
};
