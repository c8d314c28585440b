/** What each iPXE command does to the pretended machine of a dry run; a command without an entry succeeds and does nothing. */
import { programKind } from './commands.ts';
import { putDhcp } from './device.ts';
import type { Run } from './dry-run.ts';
import { Ended, type Image, type Outcome, type Ui } from './dry-run-outcome.ts';
import { integer } from './options.ts';
import { parseScript } from './parse.ts';
import { readSettingName } from './settings.ts';
import { imageNameOf } from './url.ts';

interface Given {
  readonly name: string;
  readonly operands: readonly string[];
  readonly options: ReadonlyMap<string, string | true>;
}
type Effect = (run: Run, given: Given) => Outcome;

const OK: Outcome = { ok: true };
const fail = (says?: string): Outcome => (says === undefined ? { ok: false } : { ok: false, says });
const rest = (operands: readonly string[], from: number): string => operands.slice(from).join(' ');
const text = (value: string | true | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
const milliseconds = (given: Given): number | undefined =>
  integer(text(given.options.get('timeout')) ?? '') || undefined;

/** Finds an image fetched before by that name, else downloads it. */
function acquire(run: Run, given: Given, always: boolean): { image?: Image; outcome: Outcome } {
  const uri = given.operands[0]!;
  const args = rest(given.operands, 1);
  const known = always ? undefined : run.images.get(uri);
  if (known) {
    if (given.operands.length > 1) known.args = args;
    if (given.options.has('autofree')) known.autofree = true;
    return { image: known, outcome: OK };
  }
  const { url, found, outcome } = run.fetch(uri);
  if (!outcome.ok) return { outcome };
  const name = text(given.options.get('name')) ?? imageNameOf(url);
  const file = found.is === 'file' ? found : undefined;
  const image: Image = { name, url, size: file?.size, text: file?.text, args, autofree: given.options.has('autofree') };
  run.images.set(name, image);
  return { image, outcome };
}

/** Runs an image: a script comes back, everything else takes the machine over. */
function execute(run: Run, given: Given): Outcome {
  const got = given.operands.length > 0 ? acquire(run, given, false) : { image: run.selected, outcome: OK };
  if (!got.image) {
    // Without an image iPXE says so and goes on as if all were well (hci/commands/image_cmd.c, imgsingle_exec).
    if (given.operands.length === 0) run.say('No image selected');
    return given.operands.length > 0
      ? got.outcome
      : { ok: true, says: 'no image was selected by "kernel"; iPXE just goes on' };
  }
  const { image } = got;
  const replace = given.options.has('replace');
  if (image.text !== undefined && parseScript(image.text).magic) {
    const ok = run.runScript(parseScript(image.text), image.url, image.url);
    if (image.autofree) run.images.delete(image.name);
    if (replace) run.frame.stopped = true;
    return ok
      ? got.outcome
      : { ...fail(`the script ${image.url} ended with a failure`), seconds: got.outcome.seconds ?? 0 };
  }
  const wrong = wrongMachine(run, imageNameOf(image.url));
  if (wrong) return fail(wrong);
  if (image.size === undefined && run.selected !== image)
    throw new Ended('hands-over', `${image.url} takes over; it was not looked into.`);
  if (/\.(efi|k?k?pxe|lkrn|0|c32)$/i.test(imageNameOf(image.url)))
    throw new Ended('hands-over', `The program ${image.url} takes over.`);
  run.mention(image.args);
  throw new Ended('boots', bootSentence(run, image));
}

function bootSentence(run: Run, image: Image): string {
  const others = [...run.images.values()].filter(each => each !== image);
  const initrds = others.length > 0 ? ` with ${others.map(each => each.name).join(', ')}` : '';
  const line = image.args ? ` Its command line: ${image.args}` : '';
  const named = [...image.args.matchAll(/(?:^|\s)initrd=(\S+)/g)].map(match => match[1]!);
  const lost = named.filter(name => name !== 'initrd.magic' && !run.images.has(name));
  const warning =
    lost.length > 0 && run.options.device.platform === 'efi' ? ` But no image is named ${lost.join(', ')}.` : '';
  return `${image.url} starts${initrds}.${warning}${line}`;
}

/** Told by their usual names, since nobody looks into the files here. */
function wrongMachine({ options: { device } }: Run, file: string): string | undefined {
  const kind = programKind(file);
  if (kind === undefined)
    return device.platform === 'pcbios' && /\.efi$/i.test(file) ? 'a UEFI program does not run on BIOS' : undefined;
  if (kind === 'bios')
    return device.platform === 'efi' ? `${file} is a BIOS program, and this machine is UEFI` : undefined;
  if (device.platform === 'pcbios') return `${file} is a UEFI program, and this machine is BIOS`;
  const runs = { x64: 'x86_64', arm64: 'arm64', ia32: 'i386' }[kind];
  return runs === device.arch ? undefined : `${file} is for ${runs}, and this machine is ${device.arch}`;
}

const uiName = (run: Run, given: Given, option: string): Ui | undefined =>
  run.uis.get(text(given.options.get(option)) ?? '');

function choose(run: Run, given: Given): Outcome {
  const setting = given.operands[0]!;
  const name = readSettingName(setting);
  const ui = uiName(run, given, 'menu');
  if (!ui) return fail('no menu was begun');
  const named = ui.items.filter(item => item.name !== undefined);
  if (named.length === 0) return fail('the menu has no item that could be chosen');
  const wanted = text(given.options.get('default'));
  const selected =
    named.find(item => item.name === wanted)?.name ??
    (wanted === undefined ? named.findLast(item => item.isDefault)?.name : undefined) ??
    named[0]!.name!;
  const timeoutMs = milliseconds(given);
  const answer = run.choice(name?.name ?? setting);
  const refused = answer !== undefined && !named.some(item => item.name === answer);
  // One answer serves every menu that fills the setting; a menu without such an item is left to its timeout.
  const chosen = (refused ? undefined : answer) ?? (timeoutMs === undefined ? undefined : selected);
  const items = ui.items.map(({ name, text, key }) => ({ name, text, key }));
  run.menus.push({ step: run.steps.length - 1, title: ui.title, items, setting, selected, timeoutMs, chosen });
  // A timeout that nobody interrupts is no answer: a loop through it goes on by itself.
  const isAnswered = answer !== undefined && !refused;
  if (isAnswered || timeoutMs === undefined) run.asked++;
  if (chosen === undefined)
    throw new Ended(
      'waits',
      refused ? `The menu "${ui.title}" has no item "${answer}".` : `It waits at the menu "${ui.title}" for a choice.`,
    );
  if (!given.options.has('keep')) run.uis.delete(text(given.options.get('menu')) ?? '');
  if (!name || !run.settings.set(name, chosen)) return fail(`"${setting}" cannot hold a text`);
  return { ok: true, says: `chosen: ${chosen}`, seconds: isAnswered ? 0 : timeoutMs! / 1000 };
}

function present(run: Run, given: Given): Outcome {
  const ui = uiName(run, given, 'form');
  if (!ui) return fail('no form was begun');
  run.asked++;
  for (const item of ui.items) {
    const name = item.name === undefined ? undefined : readSettingName(item.name);
    if (!name) continue;
    const answer = run.choice(name.name);
    if (answer === undefined) throw new Ended('waits', `It waits at the form "${ui.title}" for "${item.text}".`);
    run.settings.set(name, answer);
  }
  if (!given.options.has('keep')) run.uis.delete(text(given.options.get('form')) ?? '');
  return OK;
}

function begin(run: Run, given: Given): Outcome {
  const key = text(given.options.get('name')) ?? '';
  if (given.options.has('delete')) return run.uis.delete(key) ? OK : fail('there is none to delete');
  run.uis.set(key, { title: rest(given.operands, 0), items: [] });
  return OK;
}

function item(run: Run, given: Given): Outcome {
  const ui = uiName(run, given, given.options.has('form') ? 'form' : 'menu');
  if (!ui) return fail('no menu or form was begun');
  const gap = given.options.has('gap');
  ui.items.push({
    name: gap ? undefined : given.operands[0],
    text: rest(given.operands, gap ? 0 : 1),
    key: text(given.options.get('key')),
    isDefault: given.options.has('default'),
  });
  return OK;
}

function configure(run: Run): Outcome {
  const values = run.options.device.dhcp;
  // Link wait 15 s, then discovery until it gives up (net/udp/dhcp.c).
  if (!values) {
    run.fails('040ee1', { efi: 0x86, pcbios: 0x19 });
    return { ...fail('no DHCP server answers'), seconds: 30 };
  }
  putDhcp(run.settings, values);
  run.networkOpen = true;
  return { ok: true, says: `address ${values.ip}`, seconds: 1 };
}

function prompt(run: Run, given: Given): Outcome {
  const timeoutMs = milliseconds(given);
  const pressed = run.choice('prompt');
  run.say(rest(given.operands, 0));
  if (pressed === undefined && timeoutMs === undefined) {
    run.asked++;
    throw new Ended('waits', `It waits for a key: "${rest(given.operands, 0)}".`);
  }
  if (pressed === undefined) return { ok: false, seconds: timeoutMs! / 1000 };
  run.asked++;
  const key = text(given.options.get('key'));
  return key === undefined || key === pressed ? OK : fail();
}

function set(run: Run, given: Given): Outcome {
  const name = readSettingName(given.operands[0]!);
  if (!name) return fail(`"${given.operands[0]}" has no such type`);
  const value = given.name === 'clear' ? '' : rest(given.operands, 1);
  if (!run.settings.set(name, value)) return fail(`"${value}" is no value for ${given.operands[0]}`);
  // A script that gives the interface an address by hand opens it next, or iPXE does at the first fetch.
  if (name.name === 'ip' && value !== '') run.networkOpen = true;
  return OK;
}

function read(run: Run, given: Given): Outcome {
  const name = readSettingName(given.operands[0]!);
  if (!name) return fail('no such type');
  run.asked++;
  const answer = run.choice(name.name);
  const timeoutMs = milliseconds(given);
  if (answer === undefined && timeoutMs === undefined)
    throw new Ended('waits', `It waits for "${name.name}" to be typed.`);
  if (answer === undefined) return { ok: false, seconds: timeoutMs! / 1000 };
  return run.settings.set(name, answer) ? OK : fail('not a value of that type');
}

function sanboot(run: Run, given: Given): Outcome {
  const root = given.operands[0];
  if (root === undefined) throw new Ended('disk', 'The machine starts from its own disk.');
  const { url, outcome } = run.fetch(root);
  if (!outcome.ok) return outcome;
  throw new Ended('disk', `The machine starts from the disk at ${url}.`);
}

function autoboot(run: Run): Outcome {
  const outcome = configure(run);
  if (!outcome.ok) return outcome;
  const file = run.options.device.dhcp?.filename;
  if (!file) return fail('DHCP names nothing to boot');
  return execute(run, { name: 'chain', operands: [file], options: new Map() });
}

const selecting: Effect = (run, given) => {
  const { image, outcome } = acquire(run, given, false);
  if (image) run.selected = image;
  return outcome;
};
const fetching: Effect = (run, given) => acquire(run, given, true).outcome;
const optional: Effect = (run, given) => (given.operands.length > 0 ? acquire(run, given, false).outcome : OK);
const asExpected: Effect = () => ({ ok: true, assumed: true });

export const EFFECTS: ReadonlyMap<string, Effect> = new Map<string, Effect>([
  ['autoboot', autoboot],
  ['boot', execute],
  ['chain', execute],
  ['imgexec', execute],
  ['kernel', selecting],
  ['imgselect', selecting],
  ['imgload', selecting],
  ['imgfetch', fetching],
  ['initrd', fetching],
  ['module', fetching],
  ['shim', optional],
  ['fdt', optional],
  ['certstore', optional],
  ['imgextract', optional],
  ['imgverify', asExpected],
  ['imgdecrypt', asExpected],
  [
    'imgargs',
    (run, given) => {
      const { image, outcome } = acquire(run, given, false);
      if (image) image.args = rest(given.operands, 1);
      return outcome;
    },
  ],
  [
    'imgfree',
    (run, { operands }) => {
      for (const name of operands.length > 0 ? operands : [...run.images.keys()]) {
        const image = run.images.get(name);
        if (!image) return fail(`"${name}": no such image`);
        if (run.selected === image) run.selected = undefined;
        run.images.delete(name);
      }
      return OK;
    },
  ],
  ['menu', begin],
  ['form', begin],
  ['item', item],
  ['choose', choose],
  ['present', present],
  ['prompt', prompt],
  ['set', set],
  ['clear', set],
  ['read', read],
  [
    'inc',
    (run, { operands }) => {
      const name = readSettingName(operands[0]!);
      const by = operands[1] === undefined ? 1 : integer(operands[1]);
      if (!name || by === undefined) return fail('not a number');
      return run.settings.increment(name, by) ? OK : fail(`"${operands[0]}" holds text, which cannot be counted`);
    },
  ],
  [
    'show',
    (run, { operands }) => {
      const name = readSettingName(operands[0]!);
      const value = name && run.settings.get(name);
      if (value === undefined) return fail(`"${operands[0]}" is not set`);
      run.say(`${operands[0]!.replace(/:.*$/, '')}:${run.settings.typeOf(name!)} = ${value}`);
      return OK;
    },
  ],
  [
    'login',
    (run, _) => {
      run.asked++;
      const [username, password] = [run.choice('username'), run.choice('password')];
      if (username === undefined || password === undefined)
        throw new Ended('waits', 'It waits for a user name and a password.');
      run.settings.set(readSettingName('username')!, username);
      run.settings.set(readSettingName('password')!, password);
      return OK;
    },
  ],
  ['isset', (_, { operands }) => (operands[0] === '' ? fail() : OK)],
  ['iseq', (_, { operands }) => (operands[0] === operands[1] ? OK : fail())],
  [
    'goto',
    (run, { operands }) => {
      const line = run.frame.script.labels.get(operands[0]!);
      if (line === undefined) return fail(`there is no label "${operands[0]}"`);
      run.jumpTo(line);
      return OK;
    },
  ],
  [
    'exit',
    (run, { operands }) => {
      const status = operands[0] === undefined ? 0 : (integer(operands[0]) ?? 1);
      if (run.frame.index > 0) {
        run.frame.stopped = true;
        return status === 0 ? OK : fail(`exit ${status}`);
      }
      throw new Ended('leaves', 'iPXE ends, and the machine goes on to its next boot device.');
    },
  ],
  [
    'echo',
    (run, { operands, options }) => {
      run.say(operands.join(' '), options.has('n'));
      return OK;
    },
  ],
  ['dhcp', configure],
  ['ifconf', configure],
  [
    'ifclose',
    run => {
      run.networkOpen = false;
      return OK;
    },
  ],
  ['ping', asExpected],
  ['nslookup', asExpected],
  ['ntp', asExpected],
  ['cpuid', asExpected],
  ['sleep', (_, { operands }) => ({ ok: true, seconds: integer(operands[0]!) ?? 0 })],
  ['sanboot', sanboot],
  ['sanhook', (run, { operands }) => run.fetch(operands[0]!).outcome],
  [
    'shell',
    () => {
      throw new Ended('shell', 'iPXE’s shell opens and waits for commands.');
    },
  ],
  [
    'config',
    () => {
      throw new Ended('waits', 'The settings editor opens and waits.');
    },
  ],
  [
    'reboot',
    () => {
      throw new Ended('reboot', 'The machine restarts.');
    },
  ],
  [
    'poweroff',
    () => {
      throw new Ended('poweroff', 'The machine is switched off.');
    },
  ],
]);
