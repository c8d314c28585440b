/** The flasher's words and decisions in the window. */
import { describe, expect, it } from 'vitest';
import type { FlashJobView, JobTarget, OfferedDrive, QueueView } from '../../../../main/contract/flash-views.ts';
import {
  busyDrives,
  type Choosing,
  choosable,
  chosenDrives,
  droppedPath,
  eraseText,
  formatText,
  missingText,
  sha256In,
  slotText,
} from '../../../../renderer/features/flash/flash.state.ts';
import { matchesRecord, recordVerdict } from '../../../../renderer/features/flash/history.state.ts';
import {
  endText,
  graphPoints,
  jobFraction,
  jobTitle,
  labelSentences,
  leftSeconds,
  targetFraction,
  verdictOf,
} from '../../../../renderer/features/flash/job.state.ts';
import {
  countsText,
  EMPTY_QUEUE,
  limitsOf,
  type QueueForm,
  type QueueLimits,
  rowAfter,
} from '../../../../renderer/features/flash/queue.state.ts';
import {
  EMPTY_FORM,
  fieldOf,
  formOf,
  localDefaults,
  presetByName,
  presetFor,
  recipeOf,
} from '../../../../renderer/features/flash/recipe.state.ts';

const part = (label: string | undefined, filesystem = 'ext4') => ({
  path: '/dev/x1',
  size: 1e9,
  filesystem,
  mountpoints: [],
  ...(label !== undefined && { label }),
});
const drive = (more: Partial<OfferedDrive> = {}): OfferedDrive => ({
  id: 'b',
  path: '/dev/sdb',
  name: 'sdb',
  title: 'SanDisk Ultra, 32.0 GB (sdb)',
  size: 32e9,
  bus: 'usb',
  removable: true,
  mediaPresent: true,
  content: '',
  partitions: [part('bootfs', 'vfat'), part('rootfs')],
  mounted: [],
  offered: true,
  ifAllowed: true,
  ...more,
});
const fixed = drive({
  id: 'a',
  path: '/dev/sda',
  offered: false,
  refusal: { reason: 'removable-only', because: 'it is built in, or made to stay', instead: '' },
});
const system = drive({
  id: 's',
  offered: false,
  ifAllowed: false,
  refusal: { reason: 'never-the-system-disk', because: 'sda2 is this laptop', instead: 'No flag overrides this.' },
});
const free: Choosing = { allowFixed: false, image: undefined, busy: new Map() };

const target = (more: Partial<JobTarget> = {}): JobTarget => ({
  device: '/dev/sdb',
  title: 'SanDisk Ultra, 32.0 GB (sdb)',
  size: 32e9,
  state: 'waiting',
  writing: [],
  verifying: [],
  ...more,
});
const job = (more: Partial<FlashJobView> = {}): FlashJobView => ({
  id: 'j',
  kind: 'flash',
  state: 'running',
  began: 0,
  image: '/home/maria/raspios.img.xz',
  verify: true,
  targets: [target()],
  notices: [],
  ...more,
});

describe('what may be chosen', () => {
  it.each<[string, OfferedDrive, Partial<Choosing>, boolean]>([
    ['an everyday card', drive(), {}, true],
    ['a fixed drive', fixed, {}, false],
    ['a fixed drive behind the switch', fixed, { allowFixed: true }, true],
    ['the system disk', system, {}, false],
    ['the system disk behind the switch', system, { allowFixed: true }, false],
    ['one that is written now', drive(), { busy: busyDrives([job()]) }, false],
    ['one whose job is over', drive(), { busy: busyDrives([job({ state: 'ended' })]) }, true],
    ['one that is too small', drive({ size: 1e9 }), { image: { image: 'x', name: 'x', size: 2e9 } }, false],
  ])('%s', (_name, one, more, can) => {
    expect(choosable(one, { ...free, ...more }).can).toBe(can);
  });

  it('a drive that went, or may no more, is not chosen any more', () => {
    expect(chosenDrives([drive(), fixed], ['a', 'b', 'gone'], free).map(({ id }) => id)).toEqual(['b']);
  });
});

describe('words', () => {
  it.each<[readonly OfferedDrive[], string]>([
    [[], 'Write'],
    [[drive()], 'Erase SanDisk Ultra, 32.0 GB (bootfs, rootfs) and write'],
    [[drive({ partitions: [] })], 'Write to SanDisk Ultra, 32.0 GB'],
    [[drive(), fixed], 'Erase 2 drives and write'],
  ])('the button names what it destroys', (drives, text) => {
    expect(eraseText(drives)).toBe(text);
  });

  it('says what is missing, the first thing first', () => {
    expect(missingText(undefined, false, [], 0)).toBe('Choose an image first.');
    expect(missingText('x', true, [], 0)).toBe('Choose the card or stick to write to.');
    expect(missingText('x', true, [drive()], 2)).toContain('2 settings');
    expect(missingText('x', true, [drive()], 0)).toBeUndefined();
  });

  it.each<[string, string | undefined]>([
    ['https://example.org/a.img', 'https://example.org/a.img'],
    ['file:///home/maria/my%20image.img\r\n', '/home/maria/my image.img'],
    ['file:///C:/images/a.img', 'C:/images/a.img'],
    ['# comment\n/home/a.img', '/home/a.img'],
    ['some words', undefined],
    ['', undefined],
  ])('what was dropped: %s', (text, path) => {
    expect(droppedPath(text)).toBe(path);
  });

  it('a checksum is found in what was pasted around it', () => {
    expect(sha256In(`SHA256 (x.img) = ${'AB'.repeat(32)}`)).toBe('ab'.repeat(32));
    expect(sha256In('ab'.repeat(31))).toBeUndefined();
  });

  it('formats and slots', () => {
    expect(formatText({ image: 'x', name: 'x', format: 'xz', size: 2.8e9 })).toBe('xz, 2.8 GB when unpacked');
    expect(formatText({ image: 'x', name: 'x', format: 'bzip2' })).toBe('bzip2; its end tells how large it becomes');
    expect(slotText('usb-0000:00:14.0-2')).toBe('14.0-2');
  });
});

describe('a job', () => {
  const writing = target({
    state: 'running',
    progress: { phase: 'writing', bytes: 50, total: 100, fraction: 0.5, rate: 10, eta: 5 },
  });

  it('is half way when half of its writing is a quarter of it all', () => {
    expect(targetFraction(writing, true)).toBe(0.25);
    expect(targetFraction(writing, false)).toBe(0.5);
    expect(jobFraction(job({ targets: [writing, target({ state: 'done' })] }))).toBe(0.625);
  });

  it('the time that is left counts the reading back', () => {
    expect(leftSeconds(job({ targets: [writing] }))).toBe(15);
    expect(leftSeconds(job({ targets: [writing], verify: false }))).toBe(5);
    expect(leftSeconds(job())).toBeUndefined();
  });

  const failure = { phase: 'writing', code: 'DRIVE_IO', message: 'It broke.', state: 'unusable' } as const;
  it.each<[string, Partial<FlashJobView>, string]>([
    ['one that went well', { targets: [target({ state: 'done' })] }, 'The card is ready, read back and right.'],
    [
      'one that nobody read back',
      { verify: false, targets: [target({ state: 'done' })] },
      'The card is ready; nobody read it back.',
    ],
    [
      'mixed',
      { targets: [target({ state: 'done' }), target({ state: 'failed', failure })] },
      '1 card ready, 1 failed.',
    ],
    ['stopped early', { targets: [target({ state: 'cancelled' })] }, 'Stopped before anything was written.'],
    ['an image that is none', { error: { code: 'IMAGE_DAMAGED', message: 'x' } }, 'It could not be done.'],
  ])('%s has its sentence', (_name, more, text) => {
    expect(verdictOf(job({ state: 'ended', ...more })).text).toBe(text);
  });

  it('never says that a card is ready when it is not', () => {
    const ended = job({ state: 'ended', targets: [target({ state: 'failed', failure })] });
    expect(verdictOf(ended)).toMatchObject({ tone: 'bad' });
    expect(verdictOf(ended).text).not.toContain('ready');
    expect(endText(ended.targets[0]!)).toBe('It broke.');
    expect(jobTitle(ended)).toBe('raspios.img.xz to SanDisk Ultra, 32.0 GB (sdb)');
  });

  it('a label says its name once', () => {
    const says = ['Its host name will be a.', '1', '2', '3', '4', '5'];
    expect(labelSentences(says, 'a')).toEqual(['1', '2', '3', '4']);
    expect(labelSentences(says, undefined)[0]).toBe(says[0]);
  });

  it('the graph fills from the left, the highest rate at the top', () => {
    expect(graphPoints([10, 20], 100, 40, 20)).toBe('0,40 0.0,20.0 1.0,20.0 1.0,0.0 2.0,0.0 2.0,40');
    expect(graphPoints([], 100, 40, 20)).toBe('');
  });
});

describe('a queue', () => {
  const queue = (more: Partial<QueueView> = {}): QueueView => ({
    rule: 'every USB stick or SD card',
    state: 'waiting',
    written: 0,
    failed: 0,
    passed: [],
    ...more,
  });

  it.each<[Partial<QueueForm>, QueueLimits | undefined]>([
    [{}, {}],
    [
      { count: '12', maxSize: '64 GB' },
      { count: 12, maxSize: 64e9 },
    ],
    [{ count: '0' }, undefined],
    [{ count: 'ten' }, undefined],
    [{ maxSize: 'huge' }, undefined],
  ])('limits: %j', (form, limits) => {
    expect(limitsOf({ ...EMPTY_QUEUE, ...form })).toEqual(limits);
  });

  it('needs no drive that is there already', () => {
    expect(missingText('x', true, [], 0, true)).toBeUndefined();
  });

  it.each<[string, FlashJobView['state'], QueueView, string]>([
    ['waits', 'running', queue(), 'Plug in the first card'],
    ['waits again', 'running', queue({ written: 3 }), 'Plug in the next card'],
    ['ends', 'running', queue({ state: 'ending' }), 'Ends with the cards in work'],
    ['had none', 'ended', queue(), 'Ended before any card came.'],
    ['had all', 'ended', queue({ written: 3, left: 0 }), '3 cards are ready.'],
    ['had some', 'ended', queue({ written: 1, failed: 2, left: 4 }), '1 card is ready, 2 failed, 4 still wanted.'],
  ])('one that %s', (_name, state, of, text) => {
    expect(verdictOf(job({ state, queue: of, targets: [] })).text).toBe(text);
  });

  it('is as far as its cards, when somebody said how many', () => {
    const atWork = target({ state: 'running', progress: { phase: 'verifying', bytes: 0, fraction: 0, rate: 1 } });
    expect(jobFraction(job({ queue: queue({ written: 1, left: 3 }), targets: [atWork] }))).toBe(0.375);
    expect(jobFraction(job({ queue: queue({ written: 1 }), targets: [atWork] }))).toBe(0);
    expect(countsText(queue({ written: 1, failed: 1, left: 3 }))).toBe('1 written, 1 failed, 3 to go');
  });

  it.each<[string, [number, JobTarget['state']][], number | undefined]>([
    [
      'after the last card that was written',
      [
        [3, 'done'],
        [4, 'done'],
      ],
      5,
    ],
    [
      'a row whose card failed is not given again behind others',
      [
        [3, 'failed'],
        [4, 'done'],
      ],
      5,
    ],
    [
      'the row of the last card, when that one failed',
      [
        [3, 'done'],
        [4, 'failed'],
      ],
      4,
    ],
    ['as it was, when no card was written', [[3, 'cancelled']], undefined],
  ])('the next row of its table: %s', (_, cards, next) => {
    expect(rowAfter(job({ queue: queue(), targets: cards.map(([row, state]) => target({ row, state })) }))).toBe(next);
  });

  it('a card that is ready may be chosen for something else while the queue goes on', () => {
    const busy = busyDrives([job({ queue: queue(), targets: [target({ state: 'done' })] })]);
    expect(busy.size).toBe(0);
  });
});

describe('the recipe of a form', () => {
  it('is nothing when nothing is asked for', () => {
    expect(recipeOf(EMPTY_FORM)).toBeUndefined();
    expect(recipeOf({ ...EMPTY_FORM, preset: 'pi' })).toBeUndefined();
  });

  it('has what was filled in, and no empty parts', () => {
    const form = { ...EMPTY_FORM, preset: 'pi', hostname: 'a', sshKeys: ' k1 \n\nk2', serialConsole: true } as const;
    expect(recipeOf(form)).toEqual({
      version: 1,
      hostname: 'a',
      user: { sshKeys: ['k1', 'k2'] },
      boot: { serialConsole: true },
    });
    expect(recipeOf({ ...form, preset: 'ignition' })).not.toHaveProperty('boot');
  });

  it('a file that is opened comes out as it went in', () => {
    const recipe = {
      version: 1,
      name: 'rack',
      hostname: 'a',
      user: { name: 'maria', passwordHash: '$6$x$y', sshKeys: ['k'] },
      wifi: { ssid: 'net', psk: '00', country: 'DE' },
      network: { address: '10.0.0.1/24', interface: 'eth1' },
      boot: { serialConsole: true, config: ['dtoverlay=x'] },
      files: [{ path: 'a', text: 'b' }],
    };
    expect(recipeOf(formOf(recipe, 'pi'))).toEqual(recipe);
  });

  it('problems find their field', () => {
    const about = (pointer: string) => fieldOf({ pointer, message: '', severity: 'error', next: '' });
    expect(about('/user/sshKeys/1')).toBe('sshKeys');
    expect(about('/hostname')).toBe('hostname');
    expect(about('/files/0')).toBeUndefined();
  });

  it('guesses from the image, and from this laptop', () => {
    expect(presetFor('pi-toml')).toBe('pi');
    expect(presetFor('unknown')).toBeUndefined();
    expect(presetByName('2025-05-13-raspios-bookworm.img.xz')).toBe('pi');
    expect(presetByName('debian-12.iso')).toBeUndefined();
    expect(localDefaults('Europe/Berlin', 'de-DE')).toEqual({ timezone: 'Europe/Berlin', country: 'DE' });
  });
});

describe('the history', () => {
  const record = {
    t: '',
    action: 'probe',
    result: 'failed',
    drive: 'Generic (sdd)',
    reason: 'It claims 512 GB',
  } as const;
  it('is found by words, in any order', () => {
    expect(matchesRecord(record, '512 generic')).toBe(true);
    expect(matchesRecord(record, 'sandisk')).toBe(false);
    expect(recordVerdict(record)).toEqual({ tone: 'bad', word: 'Not genuine' });
  });
});
