/** What script templates are made of: fields of a form with their rules, and the lines that every one of them shares. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}

export interface TemplateField {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly kind:
    | 'text'
    | 'url'
    | 'path'
    | 'number'
    | 'address'
    | 'choice'
    | 'switch'
    | 'long-text'
    | 'ssh-key'
    /** Its value is a hash of crypt(3): whoever asks a person for a password hashes it first. */
    | 'password';
  readonly default: string;
  readonly required: boolean;
  /** For `choice`: value and what it is called. */
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
}

export type FieldValues = Readonly<Record<string, string>>;

/** A file that belongs to the script, to be put under the root folder. */
export interface CompanionFile {
  readonly name: string;
  readonly about: string;
  readonly text: string;
  /** Under which name a machine asks for it; `{mac}` is its MAC with hyphens. */
  readonly asked: string;
}

/** A kernel of the library, for the menu of everything. */
export interface LibraryEntry {
  /** Letters, digits, `-` and `_`: it becomes a label. */
  readonly id: string;
  readonly title: string;
  /** Paths under the root, or URLs. */
  readonly kernel: string;
  readonly initrd?: string | undefined;
  readonly append?: string | undefined;
}

export interface RenderContext {
  readonly library?: readonly LibraryEntry[] | undefined;
}

export interface Template {
  readonly name: string;
  readonly title: string;
  /** For whom it is, in a sentence. */
  readonly about: string;
  readonly fields: readonly TemplateField[];
  readonly script: (values: FieldValues, context: RenderContext) => readonly string[];
  readonly files?: (values: FieldValues) => readonly CompanionFile[];
  /** What is allowed and hardly meant, a sentence each. */
  readonly advice?: (values: FieldValues) => readonly string[];
}

const PRINTABLE = /^[\x20-\x7e]*$/;
const RULES: Readonly<Record<TemplateField['kind'], { readonly pattern: RegExp; readonly wants: string }>> = {
  text: { pattern: PRINTABLE, wants: 'one line of plain ASCII text' },
  url: { pattern: /^(https?|tftp):\/\/[^\s#]+$/i, wants: 'a URL that begins with http://, https:// or tftp://' },
  path: { pattern: /^[\x21-\x7e]+$/, wants: 'a path or URL without white space' },
  number: { pattern: /^\d{1,6}$/, wants: 'a whole number' },
  address: { pattern: /^((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}$/, wants: 'an IPv4 address such as 10.32.0.50' },
  choice: { pattern: PRINTABLE, wants: 'one of the choices' },
  switch: { pattern: /^(yes|no)$/, wants: 'yes or no' },
  'long-text': { pattern: /^[^\0]*$/, wants: 'text' },
  // In answer files it stands in quotes.
  'ssh-key': {
    pattern: /^(ssh|ecdsa|sk)-[\w@.-]+ [A-Za-z0-9+/]+=*( [^'"\\\x00-\x1f]*)?$/,
    wants: 'one line that begins with ssh-ed25519, ssh-rsa or ecdsa-, without quotes',
  },
  password: {
    pattern: /^\$[\w./=,$-]+$/,
    wants: 'a hash as `mkpasswd -m sha-512` prints it',
  },
};

/** What is wrong with a value, as a sentence; undefined when it is in order. */
export function fieldProblem(field: TemplateField, value: string): string | undefined {
  if (value === '') return field.required ? `${field.label} is missing.` : undefined;
  const { pattern, wants } = RULES[field.kind];
  const fits = field.choices ? field.choices.some(choice => choice.value === value) : pattern.test(value);
  return fits ? undefined : `${field.label} takes ${wants}.`;
}

type FieldText = Pick<TemplateField, 'name' | 'label' | 'help'> & { readonly default?: string };

export const text = (field: FieldText): TemplateField => ({ default: '', required: false, kind: 'text', ...field });
export const path = (field: FieldText): TemplateField => ({ default: '', required: true, kind: 'path', ...field });
export const address = (field: FieldText & { readonly required?: boolean }): TemplateField => ({
  default: '',
  required: true,
  kind: 'address',
  ...field,
});

export const BASE: TemplateField = {
  name: 'base',
  label: 'Files come from',
  help: 'Where the files are. ${next-server} is the bench that gave the address, whichever it is.',
  kind: 'url',
  default: 'http://${next-server}',
  required: true,
};

export const TRIES: TemplateField = {
  name: 'tries',
  label: 'Tries',
  help: 'How often it tries again before it opens a shell. Each pause is longer than the one before.',
  kind: 'number',
  default: '10',
  required: true,
};

export const APPEND: TemplateField = text({
  name: 'append',
  label: 'More kernel arguments',
  help: 'For example console=ttyS0,115200 for a machine with a serial console.',
});

/** No slash at the end. */
export const baseOf = (values: FieldValues): string => values.base!.replace(/\/+$/, '');
/** What is no URL is under the base. */
export const under = (name: string): string =>
  /^[a-z]+:\/\//i.test(name) ? name : `\${base}/${name.replace(/^\/+/, '')}`;
/** `{mac}` stands for the machine's MAC with hyphens. */
export const perMac = (name: string): string => name.replaceAll('{mac}', '${netX/mac:hexhyp}');
export const fileName = (name: string): string =>
  name
    .replace(/[?#].*$/, '')
    .split('/')
    .at(-1)!;

/** `#!ipxe` and the network, tried until it is there; goes on at `:start`. */
export function opening(
  title: string,
  values: FieldValues,
  configure: readonly string[] = ['dhcp && goto start ||'],
): string[] {
  return [
    '#!ipxe',
    `# ${title}. Made by Benchboot from a template; change it as you like.`,
    'set tries:int32 0',
    'set pause:int32 2',
    ':network',
    'isset ${netX/ip} && goto start ||',
    'iflinkwait --timeout 10000 || echo No link: is the cable plugged in at both ends?',
    ...configure,
    'echo No address yet. https://ipxe.org/${errno:hexraw}',
    'inc tries',
    `iseq \${tries} ${values.tries ?? '10'} && goto give-up ||`,
    'echo Trying again in ${pause} s',
    'sleep ${pause}',
    'inc pause 2',
    'goto network',
  ];
}

/** `:start`, with the count of tries begun anew. */
export const start = (values: FieldValues): string[] => [
  ':start',
  `set base ${baseOf(values)}`,
  'set tries:int32 0',
  'set pause:int32 2',
  'echo ${netX/mac} has ${netX/ip}, files come from ${base}',
];

/** `:failed` tries `again` with growing pauses, then says why and opens a shell. */
export const failing = (values: FieldValues, again: string): string[] => [
  ':failed',
  'echo That failed. The reason is above: https://ipxe.org/${errno:hexraw}',
  'imgfree',
  'inc tries',
  `iseq \${tries} ${values.tries ?? '10'} && goto give-up ||`,
  'echo Trying again in ${pause} s',
  'sleep ${pause}',
  'inc pause 2',
  `goto ${again}`,
  ':give-up',
  'echo Giving up. Files should come from ${base}; "exit" in the shell starts over.',
  'shell',
  'set tries:int32 0',
  'set pause:int32 2',
  'goto network',
];

/** Kernel, initramfs, start; the initramfs is named for UEFI. */
export const linux = (kernel: string, initrd: string | undefined, append: string): string[] => {
  const name = initrd === undefined ? '' : `initrd=${fileName(initrd)}`;
  return [
    ['kernel', under(kernel), name, append, '|| goto failed'].filter(Boolean).join(' '),
    ...(initrd === undefined ? [] : [`initrd ${under(initrd)} || goto failed`]),
    'boot || goto failed',
  ];
};
