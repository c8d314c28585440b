/** Lint rules about single commands: do they exist, does this program have them, are options and operands right. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
import { nearest } from '../../kit/nearest.ts';
import {
  type Build,
  buildsWithout,
  COMMANDS,
  type CommandSpec,
  EXECUTING,
  PROGRAM_NAMES,
  programKind,
} from './commands.ts';
import {
  type Draft,
  isDynamic,
  type LintContext,
  type LintRule,
  replaceWith,
  spanOf,
  type Use,
} from './lint-context.ts';
import { integer, type OptionProblem } from './options.ts';
import type { Word } from './parse.ts';

const COMMAND_NAMES = COMMANDS.map(command => command.name);
const list = (items: readonly string[]): string => items.join(', ');

function unknownCommand({ name, spec, line, index }: Use): Draft[] {
  if (spec || isDynamic(name)) return [];
  // `#!ipxe` behind a byte order mark and an operator stuck to it are spoken of by rules of their own.
  if (name.text.startsWith('\ufeff') || /\|\||&&|;$/.test(name.text)) return [];
  const lower = name.text.toLowerCase();
  const close = COMMAND_NAMES.includes(lower) ? lower : nearest(name.text, COMMAND_NAMES);
  const hint = close
    ? ` Did you mean "${close}"?`
    : index === 0 && !line.label && /:$/.test(name.text)
      ? ' A label has its colon in front.'
      : '';
  return [
    {
      span: name,
      message: `iPXE has no command "${name.text}"; it would fail here.${hint}`,
      fix: close ? replaceWith(name, close) : undefined,
    },
  ];
}

/** What helps where a build lacks a command; the others need an iPXE of one's own. */
const INSTEAD: Readonly<Record<string, string>> = {
  imgtrust: 'use HTTPS with your own CA built in',
  imgverify: 'use HTTPS with your own CA built in',
  param: 'put the values into the query of the URL (?mac=${netX/mac:hexhyp})',
  params: 'put the values into the query of the URL (?mac=${netX/mac:hexhyp})',
  nslookup: 'write the name into the URL, iPXE looks it up by itself',
  ntp: 'HTTPS certificates are checked against the clock of the machine',
};

function notInTarget({ name, spec }: Use, { target }: LintContext): Draft[] {
  if (!spec) return [];
  const everywhere: readonly Build[] = ['ipxe.efi', 'snponly.efi', 'ipxe-arm64.efi', 'ipxe.pxe', 'undionly.kpxe'];
  const builds = target?.builds ?? everywhere;
  const lacking = buildsWithout(spec, builds);
  if (lacking.length === 0 || (!target && lacking.length < builds.length)) return [];
  const who = !target
    ? 'None of the iPXE programs that Benchboot ships has'
    : target.builds.length === 1
      ? `${target.name} does not have`
      : `On ${target.name}, ${list(lacking)} ${lacking.length > 1 ? 'do' : 'does'} not have`;
  const instead = INSTEAD[name.text];
  return [
    {
      span: name,
      message: `${who} the command "${name.text}".${instead ? ` Instead: ${instead}.` : ' Bring an iPXE built with it, or do without.'}`,
      severity: target ? 'error' : 'warning',
    },
  ];
}

const VALUES: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  'timeout-ms': 'milliseconds as a whole number',
  key: 'one character or a key number',
  configurator: 'dhcp or ipv6',
  uuid: 'a UUID',
};

function optionFinding({ spec, name, args, read }: Use): Draft[] {
  const problem = read?.problem;
  if (!problem || !spec || problem.kind === 'help') return [];
  const word = args[problem.index] ?? args.at(-1)!;
  const takes =
    spec.options.length > 0 ? `It takes ${list(spec.options.map(option => `--${option.long}`))}.` : 'It takes none.';
  const says: Record<Exclude<OptionProblem['kind'], 'help'>, string> = {
    unknown: `"${name.text}" has no option ${problem.option}, so it fails. ${takes}`,
    'value-missing': `${problem.option} needs a value, and none that begins with a hyphen.`,
    'value-unwanted': `${problem.option} takes no value.`,
    'value-wrong': `${problem.option} takes ${VALUES[problem.spec?.value ?? ''] ?? 'another value'}; "${word.text}" is not.`,
  };
  return [{ span: word, message: says[problem.kind], fix: optionFix(spec, problem, word) }];
}

function optionFix(spec: CommandSpec, problem: OptionProblem, word: Word) {
  if (problem.kind !== 'unknown') return undefined;
  const isText = /^---|^--?$/.test(word.text) || spec.name === 'echo';
  const known = spec.options.map(option => `--${option.long}`);
  const close = isText ? undefined : nearest(word.text, known);
  if (close) return replaceWith(word, close);
  if (spec.max !== Number.POSITIVE_INFINITY) return undefined;
  return { title: 'Write -- before it: options end there', edits: [{ offset: word.offset, length: 0, text: '-- ' }] };
}

function argumentCount({ spec, name, args, read, operands }: Use): Draft[] {
  if (!spec || !read || read.problem) return [];
  const count = operands.length;
  if (count >= spec.min && count <= spec.max) return [];
  const usage = spec.usage ? ` It takes ${spec.usage}.` : '';
  const message =
    count < spec.min
      ? `"${name.text}" needs ${spec.min === 1 ? 'an argument' : `${spec.min} arguments`}, here ${count === 0 ? 'is none' : `are ${count}`}.${usage}`
      : `"${name.text}" takes ${spec.max === 0 ? 'no arguments' : spec.max === 1 ? 'one argument' : `${spec.max} arguments`}, here are ${count}.${usage || ' A comment begins with #.'}`;
  return [{ span: count > spec.max ? spanOf(operands.slice(spec.max)) : spanOf([name, ...args]), message }];
}

/** Commands whose operands may look like options: they go to a kernel, a screen or a value. */
const OPERANDS_ARE_TEXT = ['echo', 'prompt', 'menu', 'form', 'item', 'set', 'param'];

function optionAfterOperand({ spec, name, operands }: Use): Draft[] {
  if (!spec || OPERANDS_ARE_TEXT.includes(name.text)) return [];
  return operands.slice(1).flatMap((word): Draft[] => {
    const option = spec.options.find(each => word.text === `--${each.long}` || word.text.startsWith(`--${each.long}=`));
    return option
      ? [
          {
            span: word,
            message: `Options stand before the first argument: here --${option.long} is passed on as text.`,
          },
        ]
      : [];
  });
}

/** Written in the wrong unit: timeouts are milliseconds, `sleep` takes seconds. */
function units({ name, args, read, operands }: Use): Draft[] {
  const drafts: Draft[] = [];
  const seconds = name.text === 'sleep' && operands[0] ? integer(operands[0].text) : undefined;
  if (seconds !== undefined && seconds >= 1000)
    drafts.push({
      span: operands[0]!,
      message: `sleep takes seconds: this waits ${Math.round(seconds / 60)} minutes.`,
      fix: replaceWith(operands[0]!, String(Math.max(1, Math.round(seconds / 1000)))),
    });
  for (const option of ['timeout', 'retimeout']) {
    const value = read?.options.get(option);
    const word = args[read?.at.get(option) ?? -1];
    const ms = typeof value === 'string' ? integer(value) : undefined;
    if (ms === undefined || !word || ms === 0 || ms >= 100) continue;
    const digits = word.length - String(value).length;
    drafts.push({
      span: word,
      message: `Timeouts are in milliseconds: ${ms} is over before anybody sees it.`,
      fix: replaceWith({ offset: word.offset + digits, length: word.length - digits }, String(ms * 1000)),
    });
  }
  return drafts;
}

function issetName({ name, operands }: Use): Draft[] {
  const word = operands[0];
  if (name.text !== 'isset' || !word || isDynamic(word) || word.unclosed || word.text === '') return [];
  const fixed = /^[\w./:-]+$/.test(word.text) ? replaceWith(word, `\${${word.text}}`) : undefined;
  return [
    {
      span: word,
      message: `isset asks whether its value is empty: "${word.text}" never is. It wants \${${word.text}}.`,
      fix: fixed,
    },
  ];
}

const chained = (use: Use): { word: Word; file: string } | undefined => {
  const word = EXECUTING.has(use.name.text) ? use.operands[0] : undefined;
  const file = word && /([^/]+?)(?:[?#].*)?$/.exec(word.text)?.[1];
  return word && file && !file.includes('${') ? { word, file } : undefined;
};

function misspeltProgram(use: Use): Draft[] {
  const { word, file } = chained(use) ?? {};
  if (!word || !file || !/\.(k?k?pxe|lkrn|efi)$/i.test(file) || programKind(file)) return [];
  const close = nearest(file, PROGRAM_NAMES);
  if (!close) return [];
  return [
    {
      span: word,
      message: `"${file}" looks like a slip of "${close}".`,
      fix: isDynamic(word) ? undefined : replaceWith(word, word.text.replace(file, close)),
    },
  ];
}

function programForOneMachine(use: Use, { script, target }: LintContext): Draft[] {
  const { word, file } = chained(use) ?? {};
  const kind = file && programKind(file);
  if (!word || (kind !== 'x64' && kind !== 'bios')) return [];
  const fits =
    kind === 'x64'
      ? target?.builds.every(build => build === 'ipxe.efi' || build === 'snponly.efi')
      : target?.platforms.every(platform => platform === 'pcbios');
  const asks = kind === 'x64' ? /\$\{buildarch\b/ : /\$\{(buildarch|platform)\b/;
  if (fits || asks.test(script.text)) return [];
  const message =
    kind === 'x64'
      ? `"${file}" runs on UEFI x64 only, and nothing here asks for \${buildarch}: an arm64 machine would be given it too.`
      : `"${file}" runs on BIOS machines only, and nothing here asks for \${platform}.`;
  return [{ span: word, message }];
}

const perUse =
  (check: (use: Use, context: LintContext) => readonly Draft[]): LintRule['check'] =>
  context =>
    context.uses.flatMap(use => check(use, context));

export const COMMAND_RULES: readonly LintRule[] = [
  {
    name: 'unknown-command',
    severity: 'error',
    about: 'a command that iPXE does not have',
    check: perUse(unknownCommand),
  },
  {
    name: 'command-not-in-target',
    severity: 'error',
    about: 'a command that the chosen program was built without',
    check: perUse(notInTarget),
  },
  {
    name: 'option',
    severity: 'error',
    about: 'an option that does not exist, or has a wrong value',
    check: perUse(optionFinding),
  },
  { name: 'argument-count', severity: 'error', about: 'too few or too many arguments', check: perUse(argumentCount) },
  {
    name: 'option-after-argument',
    severity: 'warning',
    about: 'an option behind the first argument',
    check: perUse(optionAfterOperand),
  },
  { name: 'time-unit', severity: 'warning', about: 'seconds for milliseconds or the reverse', check: perUse(units) },
  { name: 'isset-name', severity: 'error', about: 'isset with a name instead of ${name}', check: perUse(issetName) },
  {
    name: 'misspelt-program',
    severity: 'warning',
    about: 'a slip in the name of an iPXE program',
    check: perUse(misspeltProgram),
  },
  {
    name: 'program-for-one-machine',
    severity: 'warning',
    about: 'an iPXE program handed to machines it does not run on',
    check: perUse(programForOneMachine),
  },
];
