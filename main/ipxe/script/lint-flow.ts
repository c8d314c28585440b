/** Lint rules about how lines work together: labels, menus, settings, images, and what happens when something fails. */
import { nearest } from '../../kit/nearest.ts';
import { ALWAYS_FETCHING, CONFIGURING, EXECUTING, FETCHING, SELECTING, SETTINGS, settingSpec } from './commands.ts';
import { type Draft, isDynamic, type LintContext, type LintRule, replaceWith, type Use } from './lint-context.ts';
import { integer } from './options.ts';
import type { Word } from './parse.ts';
import { positionsOf } from './text.ts';

const uses = (context: LintContext, ...names: readonly string[]): Use[] =>
  context.uses.filter(use => names.includes(use.name.text));

/** What follows on its line when this command fails: undefined when the line, and with it the script, ends. */
function afterFailure({ line, index }: Use): 'handled' | undefined {
  return line.commands.slice(index + 1).some(({ operator }) => operator === '||' || operator === ';')
    ? 'handled'
    : undefined;
}

/** Always run when its line is reached, whatever came before on it. */
const isUnconditional = ({ line, index }: Use): boolean =>
  line.commands.slice(1, index + 1).every(({ operator }) => operator === ';');

function gotoFindings({ script, uses }: LintContext): Draft[] {
  return uses.flatMap((use): Draft[] => {
    const word = use.name.text === 'goto' ? use.operands[0] : undefined;
    if (!word || isDynamic(word) || word.unclosed || script.labels.has(word.text)) return [];
    const known = [...script.labels.keys()];
    const bare = word.text.replace(/^:+|:+$/g, '');
    const close = known.includes(bare) ? bare : nearest(word.text, known);
    const hint = close ? ` Did you mean "${close}"?` : ` Write a line ":${word.text}".`;
    return [
      {
        span: word,
        message: `There is no label "${word.text}", so this goto fails.${hint}`,
        fix: close ? replaceWith(word, close) : undefined,
      },
    ];
  });
}

function duplicateLabels({ script }: LintContext): Draft[] {
  const place = positionsOf(script.text);
  return script.lines.flatMap((line, index) => {
    const first = line.label && script.labels.get(line.label.name);
    if (!line.label || first === undefined || first === index) return [];
    return [
      {
        span: line.label,
        message: `The label "${line.label.name}" is in line ${place(script.lines[first]!).line} already, and goto takes the first.`,
      },
    ];
  });
}

function unreachable({ script, uses }: LintContext): Draft[] {
  const ending = ['goto', 'exit', 'reboot', 'poweroff'];
  const byLine = new Map(
    uses.filter(use => ending.includes(use.name.text) && isUnconditional(use)).map(use => [use.lineIndex, use]),
  );
  return [...byLine.values()].flatMap((use): Draft[] => {
    // A goto that cannot find its label fails, and with `||` the line goes on.
    if (use.line.commands.length > use.index + 1) return [];
    for (let next = use.lineIndex + 1; next < script.lines.length; next++) {
      const line = script.lines[next]!;
      if (line.label) return [];
      const words = line.commands.flatMap(command => command.words);
      if (words.length === 0) continue;
      return [
        {
          span: words[0]!,
          message: `Nothing leads here: "${use.name.text}" goes away before, and there is no label in between.`,
        },
      ];
    }
    return [];
  });
}

/** Items of a menu whose choice is jumped to, without the label it needs; defaults that are no item. */
function menus(context: LintContext): Draft[] {
  const { script } = context;
  const items = uses(context, 'item').filter(use => !use.read?.options.has('gap') && use.operands[0]);
  const names = new Set(items.map(use => use.operands[0]!.text));
  const anyDynamic = items.some(use => isDynamic(use.operands[0]!));
  const jumps = new Set(uses(context, 'goto').map(use => use.operands[0]?.text));
  const drafts: Draft[] = [];
  const chosen = uses(context, 'choose')
    .map(use => use.operands[0]?.text.replace(/:\w+$/, ''))
    .filter(name => name !== undefined);
  if (chosen.some(name => jumps.has(`\${${name}}`))) {
    for (const use of items) {
      const word = use.operands[0]!;
      // Names of form fields are settings, not labels.
      if (isDynamic(word) || script.labels.has(word.text) || use.read?.options.has('form')) continue;
      drafts.push({
        span: word,
        message: `Choosing this item goes to the label "${word.text}", which does not exist.`,
      });
    }
  }
  for (const use of uses(context, 'choose')) {
    const wanted = use.read?.options.get('default');
    const word = use.args[use.read?.at.get('default') ?? -1];
    if (typeof wanted !== 'string' || !word || isDynamic(word) || anyDynamic || names.has(wanted)) continue;
    drafts.push({
      span: word,
      message: `The default "${wanted}" is no item of a menu here; the first item is taken instead.`,
    });
  }
  return drafts;
}

function menuOrder(context: LintContext): Draft[] {
  const first = context.uses.findIndex(use => use.name.text === 'menu' || use.name.text === 'form');
  return context.uses.flatMap((use, index): Draft[] => {
    if (!['item', 'choose', 'present'].includes(use.name.text)) return [];
    if (first >= 0 && (index > first || context.script.labels.size > 0)) return [];
    return [{ span: use.name, message: `"${use.name.text}" fails: no menu or form was begun before it.` }];
  });
}

const SETTERS = ['set', 'read', 'choose', 'inc', 'nslookup', 'pciscan', 'usbscan'];
/** Names in these blocks are numbers and tags that no list holds. */
const OPEN_BLOCKS = /^(smbios|pci|usb|cpuid|acpi|memmap|efi)(\.|$)/;
const BLOCKS = /^(net(X|\d+)(\.\w+)*|(dhcp|proxydhcp|pxebs|dhcpv6|ndp|builtin|fdt)(\.\w+)*)$/;

const bareName = (text: string): string => text.slice(text.indexOf('/') + 1).replace(/:.*$/, '');

function unsetSettings(context: LintContext): Draft[] {
  const set = new Set(
    uses(context, ...SETTERS).flatMap(use => (use.operands[0] ? [bareName(use.operands[0].text)] : [])),
  );
  const made = [...set].filter(name => name.includes('${')).map(name => name.slice(0, name.indexOf('${')));
  if (uses(context, 'present').length > 0)
    for (const use of uses(context, 'item')) if (use.operands[0]) set.add(bareName(use.operands[0].text));
  // What is asked for by isset may be empty on purpose.
  for (const use of uses(context, 'isset'))
    for (const { name } of use.operands[0]?.expansions ?? []) set.add(bareName(name));
  const known = [...set, ...SETTINGS.map(setting => setting.name)];

  return context.uses.flatMap(use =>
    use.command.words.flatMap(word =>
      word.expansions.flatMap((expansion): Draft[] => {
        if (expansion.nested) return [];
        const block = expansion.name.includes('/') ? expansion.name.slice(0, expansion.name.indexOf('/')) : undefined;
        if (block !== undefined && OPEN_BLOCKS.test(block)) return [];
        const name = bareName(expansion.name);
        const offset = expansion.offset + 2;
        if (block !== undefined && !BLOCKS.test(block)) {
          const close = /^net[xX]$/.test(block)
            ? 'netX'
            : nearest(block, ['netX', 'net0', 'dhcp', 'proxydhcp', 'smbios', 'pci']);
          return [
            {
              span: expansion,
              message: `There is no settings block "${block}", so this expands to nothing.`,
              fix: close ? replaceWith({ offset, length: block.length }, close) : undefined,
            },
          ];
        }
        if (set.has(name) || settingSpec(name) || /^[\d.]+$|^0x/.test(name)) return [];
        if (made.some(prefix => name.startsWith(prefix))) return [];
        const close = nearest(name, known);
        const at = expansion.offset + 2 + expansion.name.indexOf('/') + 1;
        return [
          {
            span: expansion,
            message: `Nothing sets "${name}", and iPXE has no such setting: it expands to nothing.${close ? ` Did you mean "${close}"?` : ''}`,
            fix: close ? replaceWith({ offset: at, length: name.length }, close) : undefined,
          },
        ];
      }),
    ),
  );
}

/** `set n 0` makes a text, and `inc n` cannot count a text. */
function textCounters(context: LintContext): Draft[] {
  return uses(context, 'inc').flatMap((use): Draft[] => {
    const name = use.operands[0]?.text;
    if (name === undefined || name.includes(':') || settingSpec(bareName(name))) return [];
    const set = uses(context, 'set').find(each => each.operands[0]?.text === name);
    if (!set || uses(context, 'set').some(each => each.operands[0]?.text.startsWith(`${name}:int`))) return [];
    const word = set.operands[0]!;
    const typed = integer(set.operands[1]?.text ?? '') === undefined ? undefined : replaceWith(word, `${name}:int32`);
    return [
      {
        span: use.name,
        message: `"${name}" was set as text, which cannot be counted, so inc fails. Write "set ${name}:int32 …".`,
        fix: typed,
      },
    ];
  });
}

/** Commands that ask the network or a disk for something that may not be there today. */
const FALLIBLE = new Set([
  ...FETCHING,
  ...CONFIGURING,
  'sanboot',
  'sanhook',
  'nslookup',
  'ntp',
  'ping',
  'iflinkwait',
  'pxebs',
]);

function unprotected({ uses, script }: LintContext): Draft[] {
  const labels = [...script.labels.keys()];
  const retry = labels.find(label => /retry|fail|error|again|menu|start/i.test(label)) ?? undefined;
  return uses.flatMap((use): Draft[] => {
    if (!FALLIBLE.has(use.name.text) || afterFailure(use) === 'handled') return [];
    const words = use.line.commands.flatMap(command => command.words);
    const end = words.at(-1)!;
    const fallback = retry ? `goto ${retry}` : 'shell';
    return [
      {
        span: use.name,
        message: `When this fails, the script ends and the machine goes on to its next boot device. Say what to do: "|| ${fallback}".`,
        fix: {
          title: `Add || ${fallback}`,
          edits: [{ offset: end.offset + end.length, length: 0, text: ` || ${fallback}` }],
        },
      },
    ];
  });
}

/** Follows the script from its first line, until the network is opened. */
function beforeNetwork(context: LintContext): Draft[] {
  if (context.networkOpen) return [];
  const { script } = context;
  const byLine = new Map<number, Use[]>();
  for (const use of context.uses) byLine.set(use.lineIndex, [...(byLine.get(use.lineIndex) ?? []), use]);
  const opens = (use: Use): boolean =>
    CONFIGURING.has(use.name.text) ||
    use.name.text === 'autoboot' ||
    // An address set or asked for by hand: the script thinks of it.
    (['set', 'isset', 'iseq'].includes(use.name.text) &&
      use.args.some(word => /(^|[/{])ip6?(:\w+)?(\}|$)/.test(word.text)));
  const seen = new Set<number>();
  const waiting = [0];
  const drafts: Draft[] = [];
  for (let start = waiting.pop(); start !== undefined; start = waiting.pop()) {
    line: for (let at = start; at < script.lines.length && !seen.has(at); at++) {
      seen.add(at);
      for (const use of byLine.get(at) ?? []) {
        if (opens(use)) break line;
        const operand = FETCHING.has(use.name.text) || use.name.text === 'sanboot' ? use.operands[0] : undefined;
        if (operand && /^(https?|tftp|ftp|nfs):/i.test(operand.text))
          drafts.push({
            span: operand,
            message: 'The network is not open yet: no dhcp (and no address set) comes before this.',
          });
        if (use.name.text === 'goto') {
          const target = script.labels.get(use.operands[0]?.text ?? '');
          if (target !== undefined) waiting.push(target);
        }
        if (['goto', 'exit', 'reboot', 'poweroff'].includes(use.name.text) && isUnconditional(use)) break line;
      }
    }
  }
  // One is enough to say so: what follows stands behind it.
  return drafts.sort((a, b) => a.span.offset - b.span.offset).slice(0, 1);
}

const imageName = (use: Use): string | undefined => {
  const given = use.read?.options.get('name');
  if (typeof given === 'string') return given;
  return use.operands[0] && /([^/]*?)(?:[?#].*)?$/.exec(use.operands[0].text)?.[1];
};

/** Programs that take their files in another way than Linux does. */
const NOT_LINUX = /wimboot|memdisk|\.c32|\.efi|mboot|xen|tboot|grub|\.(kpxe|lkrn|pxe|0)$/i;

function initrdNames(context: LintContext): Draft[] {
  const fetched = context.uses.filter(use => ALWAYS_FETCHING.has(use.name.text));
  const names = new Set(fetched.map(imageName));
  const named = uses(context, 'imgargs').length > 0;
  /** What is fetched between a kernel and the next kernel or start. */
  const own = new Map<Use, Use[]>();
  let kernel: Use | undefined;
  for (const use of context.uses) {
    if (EXECUTING.has(use.name.text)) kernel = undefined;
    if (SELECTING.has(use.name.text) || use.name.text === 'imgargs') kernel = use;
    if (kernel) own.set(kernel, [...(own.get(kernel) ?? []), ...(ALWAYS_FETCHING.has(use.name.text) ? [use] : [])]);
  }
  return [...own].flatMap(([use, own]): Draft[] => {
    const wanted = use.operands.slice(1).flatMap((word: Word) => {
      const match = /^initrd=(.*)$/.exec(word.text);
      return match && match[1] !== 'initrd.magic' ? [{ word, name: match[1]! }] : [];
    });
    const wrong = wanted.filter(({ name }) => !names.has(name));
    const only = own.length === 1 ? imageName(own[0]!) : undefined;
    const drafts = wrong.map(({ word, name }): Draft => {
      const have = [...names].filter(each => each !== undefined && each !== '');
      const says = have.length > 0 ? `fetched are ${have.join(', ')}` : 'none is fetched';
      const base = name.replace(/^.*\//, '');
      const right = only ?? (names.has(base) ? base : undefined);
      return {
        span: word,
        message: `No image is named "${name}" (${says}); the name is the last part of the URL, or --name. On UEFI the kernel would not find its initramfs.`,
        fix: right ? replaceWith(word, `initrd=${right}`) : undefined,
      };
    });
    const efi = context.target === undefined || context.target.platforms.includes('efi');
    const file = use.operands[0]?.text ?? '';
    if (!efi || wanted.length > 0 || own.length === 0 || use.name.text === 'imgargs' || NOT_LINUX.test(file))
      return drafts;
    if (named || use.operands.slice(1).some(isDynamic)) return drafts;
    const last = use.operands.at(-1)!;
    return [
      ...drafts,
      {
        span: use.operands[0]!,
        message: `On UEFI, kernels before 5.8 find their initramfs only by name: add "initrd=${imageName(own[0]!)}".`,
        fix: {
          title: `Add initrd=${imageName(own[0]!)}`,
          edits: [{ offset: last.offset + last.length, length: 0, text: ` initrd=${imageName(own[0]!)}` }],
        },
      },
    ];
  });
}

function neverBooted(context: LintContext): Draft[] {
  const kernels = context.uses.filter(use => SELECTING.has(use.name.text));
  const last = kernels.at(-1);
  if (!last || context.uses.some(use => EXECUTING.has(use.name.text) && use.operands.length === 0)) return [];
  if (context.uses.some(use => EXECUTING.has(use.name.text) && use.operands[0] && isDynamic(use.operands[0])))
    return [];
  if (context.uses.some(use => EXECUTING.has(use.name.text) && use.operands[0]?.text === imageName(last))) return [];
  return [{ span: last.name, message: 'This kernel is fetched but never started: "boot" is missing.' }];
}

/** S4's `kickstart-${netX/mac}.cfg`: colons in a file name, which Windows cannot store and URLs give another meaning. */
function macWithColons(context: LintContext): Draft[] {
  return context.uses.flatMap(use =>
    use.args.flatMap(word =>
      word.expansions.flatMap((expansion): Draft[] => {
        if (!/(^|\/)mac(:hex)?$/.test(expansion.name) || expansion.nested) return [];
        const before = context.script.text.slice(word.offset, expansion.offset);
        // A name in a path; in a query or a kernel argument colons are meant.
        if (!/[/]/.test(before) || /[?#]/.test(before) || /^(BOOTIF|ifname|bootdev)=/.test(before)) return [];
        const inner = { offset: expansion.offset + 2, length: expansion.name.length };
        return [
          {
            span: expansion,
            message:
              'This puts colons into a file name, which Windows and FAT cannot store; :hexhyp writes 52-54-00-….',
            fix: replaceWith(inner, `${expansion.name.replace(/:hex$/, '')}:hexhyp`),
          },
        ];
      }),
    ),
  );
}

export const FLOW_RULES: readonly LintRule[] = [
  { name: 'missing-label', severity: 'error', about: 'goto to a label that is not there', check: gotoFindings },
  { name: 'duplicate-label', severity: 'warning', about: 'a label that stands twice', check: duplicateLabels },
  { name: 'unreachable', severity: 'warning', about: 'lines that nothing leads to', check: unreachable },
  { name: 'menu-item', severity: 'warning', about: 'a menu item or default that leads nowhere', check: menus },
  { name: 'menu-order', severity: 'error', about: 'item or choose without a menu', check: menuOrder },
  { name: 'unset-setting', severity: 'warning', about: 'a setting that nothing sets', check: unsetSettings },
  { name: 'text-counter', severity: 'error', about: 'inc of a setting that holds text', check: textCounters },
  { name: 'no-fallback', severity: 'warning', about: 'a fetch whose failure ends the script', check: unprotected },
  { name: 'before-network', severity: 'warning', about: 'a fetch before dhcp', check: beforeNetwork },
  { name: 'initrd-name', severity: 'warning', about: 'initrd= that names no image', check: initrdNames },
  { name: 'never-booted', severity: 'warning', about: 'a kernel without boot', check: neverBooted },
  { name: 'mac-with-colons', severity: 'warning', about: 'colons in a file name', check: macWithColons },
];
