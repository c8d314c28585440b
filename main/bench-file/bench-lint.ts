/** What a bench file says that will not work as meant: rules as data, each with a sentence and a next step. Reads no disk. */
import { formatIpv4, inSubnet, ipv4Number, maskNumber, parseCidr, parseIpv4, type Subnet } from 'node-dhcpd-lite';
import { bootFileUse, isUrl } from '../boot/plan.ts';
import { parseDuration } from '../kit/duration.ts';
import { type JsonSource, type JsonValue, pointerTo } from '../kit/json-source.ts';
import { nearest } from '../kit/nearest.ts';
import { BENCH_SCHEMA, type BenchFile, type BenchRemark, pointerText } from './bench-file.ts';
import { checkSchema } from './json-schema.ts';

/** What the linter is told of the world; left out, it does not judge. */
export interface LintFacts {
  readonly rootExists?: boolean | undefined;
  /** Is there such a file under the root, or among Benchboot's own programs? */
  readonly fileExists?: ((name: string) => boolean) | undefined;
}

/** `error`: will not work; `warning`: will hardly be what was meant. */
export type Severity = 'error' | 'warning';

export interface LintRemark extends BenchRemark {
  readonly rule: string;
  readonly severity: Severity;
  /** What to do about it. */
  readonly next: string;
}

interface Finding {
  readonly pointer: string;
  readonly message: string;
  readonly next: string;
  readonly severity?: Severity;
}

interface Context {
  readonly file: BenchFile;
  readonly value: JsonValue;
  readonly facts: LintFacts;
  /** The laptop's address and network, when the file says so. */
  readonly own: { readonly address: string; readonly subnet: Subnet } | undefined;
}

export interface LintRule {
  readonly name: string;
  readonly severity: Severity;
  readonly check: (context: Context) => readonly Finding[];
}

const networkText = (subnet: Subnet): string => `${subnet.network}/${subnet.prefix}`;
const broadcast = (subnet: Subnet): number => (ipv4Number(subnet.network) | ~maskNumber(subnet.prefix)) >>> 0;

/** First and last usable address as a suggestion. */
function middleOf(subnet: Subnet): string {
  const first = ipv4Number(subnet.network);
  const size = broadcast(subnet) - first + 1;
  return `${formatIpv4(first + Math.max(2, size >> 2))}-${formatIpv4(first + Math.max(2, size - (size >> 2) - 1))}`;
}

/** Why that address cannot be a device's, as a sentence part, or undefined. */
function unusable(address: number, own: NonNullable<Context['own']>): string | undefined {
  if (!inSubnet(formatIpv4(address), own.subnet)) return `is outside the network ${networkText(own.subnet)}`;
  if (address === ipv4Number(own.subnet.network)) return 'is the address of the network itself';
  if (address === broadcast(own.subnet)) return 'is the broadcast address';
  return address === ipv4Number(own.address) ? 'is this laptop’s own address' : undefined;
}

function rangeFindings({ file, own }: Context): Finding[] {
  const range = file.addressing?.range;
  if (range === undefined) return [];
  const pointer = '/addressing/range';
  const [first, last] = range.split('-').map(part => parseIpv4(part.trim()));
  if (first === undefined || last === undefined)
    return [
      {
        pointer,
        message: `"${range}" holds a number over 255`,
        next: 'Write two IPv4 addresses with a hyphen between.',
      },
    ];
  if (first > last)
    return [{ pointer, message: `"${range}" runs backwards`, next: `Write ${formatIpv4(last)}-${formatIpv4(first)}.` }];
  if (!own) return [];
  const next = `A range that fits: ${middleOf(own.subnet)}.`;
  const ends = [first, last].filter((end, index, both) => both.indexOf(end) === index);
  const findings = ends.flatMap(end => {
    const why = unusable(end, own);
    return why ? [{ pointer, message: `${formatIpv4(end)} ${why}`, next }] : [];
  });
  const laptop = ipv4Number(own.address);
  if (first < laptop && laptop < last)
    findings.push({ pointer, message: `the range holds this laptop’s own address ${own.address}`, next });
  return findings;
}

/** Resolvers on the internet; a bench without a gateway cannot reach them. */
const isPublic = (address: string): boolean =>
  !/^(10\.|127\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(
    address,
  );

function duplicates(context: Context, mark: 'mac' | 'serial' | 'uuid' | 'clientId' | 'address' | 'name'): Finding[] {
  const seen = new Map<string, number>();
  return (context.file.hosts ?? []).flatMap((host, index): Finding[] => {
    const value = host[mark]?.toLowerCase().replace(mark === 'name' || mark === 'address' ? /$^/ : /[:-]/g, '');
    if (value === undefined) return [];
    const first = seen.get(value);
    if (first === undefined) {
      seen.set(value, index);
      return [];
    }
    return [
      {
        pointer: `/hosts/${index}/${mark}`,
        message: `${host[mark]} is that of hosts[${first}] too`,
        next:
          mark === 'address' ? 'Give each host an address of its own.' : 'Make them one entry, or correct one of them.',
      },
    ];
  });
}

/** Programs by name that belong to one kind of machine only. */
const PROGRAM_KINDS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\.(kpxe|kkpxe|pxe|0|lkrn)$/i, ['bios']],
  [/(arm64|aa64|aarch64)[^/]*\.efi$/i, ['uefi-arm64']],
  [/(ia32|i386)[^/]*\.efi$/i, ['uefi-ia32']],
  [/(riscv64)[^/]*\.efi$/i, ['uefi-riscv64']],
  [/(loong)[^/]*\.efi$/i, ['uefi-loong64']],
  [/((^|\/)(ipxe|snponly)|x64|x86_64|amd64)[^/]*\.efi$/i, ['uefi-x64']],
  [/\.efi$/i, ['uefi-ia32', 'uefi-x64', 'uefi-arm32', 'uefi-arm64', 'uefi-riscv32', 'uefi-riscv64', 'uefi-loong64']],
];

/** The kinds of machine that a program is for, as far as its name says. */
export const programKinds = (name: string): readonly string[] | undefined =>
  PROGRAM_KINDS.find(([pattern]) => pattern.test(name))?.[1];

function wrongProgram([key, wish]: readonly [string, unknown]): Finding[] {
  if (typeof wish !== 'string') return [];
  const pointer = pointerTo('/boot', key);
  const use = bootFileUse(wish);
  const wanted = key === 'ipxe' ? 'ipxe-script' : key === 'u-boot' ? 'pxelinux-config' : 'program';
  if (use !== wanted) {
    const what = {
      'ipxe-script': 'an iPXE script (*.ipxe)',
      'pxelinux-config': 'a pxelinux.cfg file',
      program: 'a boot program',
    };
    return [
      { pointer, message: `"${wish}" is not ${what[wanted]}`, next: `Name ${what[wanted]} here, or leave it out.` },
    ];
  }
  const kinds = programKinds(wish);
  if (wanted !== 'program' || !kinds || kinds.includes(key)) return [];
  return [
    {
      pointer,
      message: `"${wish}" is a program for ${kinds.join(', ')}, not for ${key}`,
      next: 'A machine hangs or refuses a program of another kind; name one built for it.',
    },
  ];
}

const SECRET_NAME = /passw|psk|passphrase|secret|token|api.?key|private.?key/i;
/** crypt(3) hashes, a WPA key as 64 hex digits, or a place where the secret is kept. */
const HASHED = /^\$\w{1,8}\$.+|^[0-9a-fA-F]{64}$|^\$\{.+\}$/;

function secrets(value: JsonValue, pointer = ''): Finding[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]: [string, JsonValue]): Finding[] => {
    const here = pointerTo(pointer, name);
    if (typeof field === 'string' && SECRET_NAME.test(name) && field !== '' && !HASHED.test(field))
      return [
        {
          pointer: here,
          message: 'a secret in clear, in a file made to be mailed',
          next: 'Store its hash as the installed system wants it (`mkpasswd -m sha-512`, `wpa_passphrase`).',
        },
      ];
    return secrets(field, here);
  });
}

/** Interface names are given by one system to one laptop. */
const INTERFACE_NAME = /^(eth|wlan|usb|em|en|lan)\d+$|^(en|wl)[opsx][\da-f]\w*$|^(Ethernet|Wi-?Fi)( \d+)?$/i;

function portFindings({ value }: Context): Finding[] {
  const port = (value as { port?: JsonValue }).port;
  if (typeof port !== 'object' || port === null) return [];
  return Object.entries(port).flatMap(([name, mark]: [string, JsonValue]): Finding[] =>
    typeof mark === 'string' && name !== 'mac' && name !== 'busPath' && INTERFACE_NAME.test(mark.trim())
      ? [
          {
            pointer: pointerTo('/port', name),
            message: `"${mark}" names a port on one laptop only`,
            next: 'Use "mac", or a part of the "description" that `benchboot nics` shows.',
          },
        ]
      : [],
  );
}

function leaseFindings({ file }: Context): Finding[] {
  const lease = file.addressing?.lease;
  if (lease === undefined) return [];
  const pointer = '/addressing/lease';
  const seconds = parseDuration(lease);
  if (seconds === undefined)
    return [{ pointer, message: `"${lease}" is no lease time`, next: 'Write 10m, for example.', severity: 'error' }];
  if (seconds < 60)
    return [
      { pointer, message: `a lease of ${lease} makes every device ask again all the time`, next: 'Take 2m or more.' },
    ];
  if (seconds > 86_400)
    return [
      {
        pointer,
        message: `a lease of ${lease} outlives the bench: boards that are gone keep their addresses`,
        next: 'Take 10m to 1h.',
      },
    ];
  return [];
}

function fileFindings({ file, facts }: Context): Finding[] {
  const wishes: (readonly [string, unknown])[] = [
    ...Object.entries(file.boot ?? {}).map(([key, wish]) => [pointerTo('/boot', key), wish] as const),
    ...(file.hosts ?? []).map((host, index) => [`/hosts/${index}/boot`, host.boot] as const),
  ];
  return wishes.flatMap(([pointer, wish]): Finding[] =>
    typeof wish === 'string' && !isUrl(wish) && facts.fileExists && !facts.fileExists(wish.replace(/[?#].*$/, ''))
      ? [
          {
            pointer,
            message: `there is no file "${wish}" in the root folder`,
            next: 'Put it there, or correct the name.',
          },
        ]
      : [],
  );
}

export const LINT_RULES: readonly LintRule[] = [
  {
    name: 'unknown-field',
    severity: 'warning',
    check: ({ value }) =>
      checkSchema(value, BENCH_SCHEMA)
        .filter(problem => problem.kind === 'unknown')
        .map(({ pointer, message, known = [] }) => {
          const close = nearest(pointer.split('/').at(-1)!, known);
          return { pointer, message, next: close ? `Did you mean "${close}"?` : `Known here: ${known.join(', ')}.` };
        }),
  },
  {
    name: 'network-too-small',
    severity: 'error',
    check: ({ own }) =>
      own && own.subnet.prefix > 30
        ? [
            {
              pointer: '/addressing/address',
              message: `a /${own.subnet.prefix} has no room for a device`,
              next: 'Use /24.',
            },
          ]
        : [],
  },
  {
    name: 'own-address-unusable',
    severity: 'error',
    check: ({ own }) => {
      const why = own && own.subnet.prefix <= 30 && unusable(ipv4Number(own.address), { ...own, address: '0.0.0.0' });
      const first = own && formatIpv4(ipv4Number(own.subnet.network) + 1);
      return why
        ? [
            {
              pointer: '/addressing/address',
              message: `${own.address} ${why}`,
              next: `Take ${first}/${own.subnet.prefix}.`,
            },
          ]
        : [];
    },
  },
  {
    name: 'gateway-outside',
    severity: 'error',
    check: ({ file, own }) => {
      const gateway = file.addressing?.gateway;
      return gateway !== undefined && own && !inSubnet(gateway, own.subnet)
        ? [
            {
              pointer: '/addressing/gateway',
              message: `${gateway} is outside the network ${networkText(own.subnet)}`,
              next: 'A device can only reach a gateway of its own network: correct it, or leave it out on an isolated bench.',
            },
          ]
        : [];
    },
  },
  { name: 'range', severity: 'error', check: rangeFindings },
  {
    name: 'public-dns-on-isolated-bench',
    severity: 'warning',
    check: ({ file }) =>
      file.addressing?.gateway === undefined
        ? (file.addressing?.dns ?? []).flatMap((server, index) =>
            isPublic(server)
              ? [
                  {
                    pointer: `/addressing/dns/${index}`,
                    message: `${server} cannot be reached: this bench has no gateway`,
                    next: 'Leave "dns" out: the laptop answers at once, also that a name is unknown, and installers do not hang.',
                  },
                ]
              : [],
          )
        : [],
  },
  {
    name: 'host-without-mark',
    severity: 'error',
    check: ({ file }) =>
      (file.hosts ?? []).flatMap((host, index) =>
        host.mac || host.serial || host.uuid || host.clientId
          ? []
          : [
              {
                pointer: `/hosts/${index}`,
                message: 'nothing says which device this is',
                next: 'Add "mac", "serial", "uuid" or "clientId".',
              },
            ],
      ),
  },
  {
    name: 'same-device-twice',
    severity: 'error',
    check: context => (['mac', 'serial', 'uuid', 'clientId'] as const).flatMap(mark => duplicates(context, mark)),
  },
  { name: 'same-address-twice', severity: 'error', check: context => duplicates(context, 'address') },
  { name: 'same-name-twice', severity: 'warning', check: context => duplicates(context, 'name') },
  {
    name: 'host-address-unusable',
    severity: 'error',
    check: ({ file, own }) =>
      (file.hosts ?? []).flatMap((host, index) => {
        const why = host.address !== undefined && own ? unusable(ipv4Number(host.address), own) : undefined;
        return why
          ? [
              {
                pointer: `/hosts/${index}/address`,
                message: `${host.address} ${why}`,
                next: 'Take a free address of the network.',
              },
            ]
          : [];
      }),
  },
  {
    name: 'program-for-another-machine',
    severity: 'warning',
    check: ({ file }) => Object.entries(file.boot ?? {}).flatMap(wrongProgram),
  },
  {
    name: 'pi-takes-no-boot-file',
    severity: 'warning',
    check: ({ file }) =>
      (file.hosts ?? []).flatMap((host, index) =>
        host.serial && typeof host.boot === 'string' && bootFileUse(host.boot) === 'program'
          ? [
              {
                pointer: `/hosts/${index}/boot`,
                message: 'a Raspberry Pi ignores the boot file of DHCP',
                next: `Put its files into the folder ${host.serial.slice(-8).toLowerCase()}/ of the root.`,
              },
            ]
          : [],
      ),
  },
  { name: 'boot-file-missing', severity: 'warning', check: fileFindings },
  {
    name: 'root-missing',
    // A bench file is written before its folder, and checked on other laptops than the one that holds it.
    severity: 'warning',
    check: ({ file, facts }) =>
      file.root !== undefined && facts.rootExists === false
        ? [
            {
              pointer: '/root',
              message: `there is no folder "${file.root}"`,
              next: 'Create it, or correct the path; it is relative to the bench file.',
            },
          ]
        : [],
  },
  { name: 'lease', severity: 'warning', check: leaseFindings },
  { name: 'secret-in-clear', severity: 'error', check: ({ value }) => secrets(value) },
  { name: 'port-not-portable', severity: 'warning', check: portFindings },
  {
    name: 'addresses-in-proxy-mode',
    severity: 'warning',
    check: ({ file }) =>
      file.mode === 'proxy'
        ? (['range', 'lease', 'gateway'] as const).flatMap(name =>
            file.addressing?.[name] === undefined
              ? []
              : [
                  {
                    pointer: `/addressing/${name}`,
                    message: 'not used in proxy mode: the other server gives the addresses',
                    next: 'Leave it out, or use "mode": "dhcp".',
                  },
                ],
          )
        : [],
  },
  {
    name: 'console-of-nobody',
    severity: 'warning',
    check: ({ file }) =>
      (file.consoles ?? []).flatMap((console, index) =>
        console.host === undefined || file.hosts?.some(host => host.name === console.host)
          ? []
          : [
              {
                pointer: `/consoles/${index}/host`,
                message: `there is no host "${console.host}"`,
                next: 'Name one of "hosts", or leave it out.',
              },
            ],
      ),
  },
];

/** All remarks in document order. `path` is only named. */
export function lintBenchFile(
  parsed: { readonly file: BenchFile; readonly source: JsonSource },
  path: string,
  facts: LintFacts = {},
): LintRemark[] {
  const address = parsed.file.addressing?.address;
  const cidr = address === undefined ? undefined : parseCidr(address);
  const context: Context = { file: parsed.file, value: parsed.source.value, facts, own: cidr };
  const remarks = LINT_RULES.flatMap(rule =>
    rule.check(context).map((finding): LintRemark => {
      const which = rule.name === 'unknown-field' ? 'name' : 'value';
      return {
        rule: rule.name,
        severity: finding.severity ?? rule.severity,
        path,
        ...parsed.source.locate(finding.pointer, which),
        pointer: finding.pointer,
        message: finding.pointer === '' ? finding.message : `${pointerText(finding.pointer)}: ${finding.message}`,
        next: finding.next,
      };
    }),
  );
  return remarks.sort((a, b) => a.line - b.line || a.column - b.column);
}
