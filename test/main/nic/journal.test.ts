import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BenchError } from '../../../main/errors.ts';
import { MemoryNics } from '../../../main/host/memory/memory-nics.ts';
import { openJournal, restoreStale } from '../../../main/nic/journal.ts';
import { isRunning, thisRun } from '../../../main/nic/run-identity.ts';

const ADDRESS = { address: '10.32.0.1', prefix: 24 };
const crashed = () => false;

let top: string;
let folder: string;
let nics: MemoryNics;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'journal-'));
  folder = join(top, 'state');
  nics = new MemoryNics([{ name: 'bench0', up: false, carrier: false }, { name: 'office0' }]);
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const files = () => (existsSync(folder) ? readdirSync(folder) : []);
const onlyFile = () => join(folder, files()[0]!);
const state = async () => (await nics.list()).map(({ name, up, addresses }) => ({ name, up, addresses }));

describe('leave-no-trace', () => {
  it('every change is on the disk before it is made', async () => {
    const seen: string[] = [];
    const watched = Object.assign(nics, {
      addAddress: async () => void seen.push(readFileSync(onlyFile(), 'utf8')),
    });
    await openJournal(folder).addAddress(watched, 'bench0', ADDRESS);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toContain('"did":"add-address","nic":"bench0"');
    expect(statSync(onlyFile()).mode & 0o777).toBe(0o600);
  });

  it('stop undoes all changes, last first, and leaves no file', async () => {
    const before = await state();
    const journal = openJournal(folder);
    expect(await journal.setUp(nics, 'bench0')).toBe(true);
    expect(await journal.addAddress(nics, 'bench0', ADDRESS)).toBe(true);
    expect(await journal.undoAll(nics)).toEqual({
      undone: [
        'Took the address 10.32.0.1/24 off the network port bench0 again.',
        'Switched the network port bench0 off again.',
      ],
      failed: [],
    });
    expect(nics.changes).toEqual([
      'up bench0',
      'add 10.32.0.1/24 on bench0',
      'remove 10.32.0.1/24 on bench0',
      'down bench0',
    ]);
    expect(await state()).toEqual(before);
    expect(files()).toEqual([]);
    expect(await journal.undoAll(nics)).toEqual({ undone: [], failed: [] });
  });

  it('what was there before is neither changed nor removed', async () => {
    nics.set('bench0', { up: true, addresses: [ADDRESS] });
    const journal = openJournal(folder);
    expect(await journal.setUp(nics, 'bench0')).toBe(false);
    expect(await journal.addAddress(nics, 'bench0', ADDRESS)).toBe(false);
    await journal.undoAll(nics);
    expect(nics.changes).toEqual([]);
    expect(files()).toEqual([]);
    expect(nics.get('bench0').addresses).toEqual([ADDRESS]);
  });

  it('the next start undoes what a crashed run left', async () => {
    const before = await state();
    const journal = openJournal(folder);
    await journal.setUp(nics, 'bench0');
    await journal.addAddress(nics, 'bench0', ADDRESS);
    const { undone, failed } = await restoreStale(folder, nics, crashed);
    expect([undone.length, failed]).toEqual([2, []]);
    expect(await state()).toEqual(before);
    expect(await restoreStale(folder, nics, crashed)).toEqual({ undone: [], failed: [] });
  });

  it('a run that goes on keeps its changes', async () => {
    await openJournal(folder).addAddress(nics, 'bench0', ADDRESS);
    expect(await restoreStale(folder, nics)).toEqual({ undone: [], failed: [] });
    expect(nics.get('bench0').addresses).toEqual([ADDRESS]);
  });

  it('a process id that was given to another program does not keep them', async () => {
    const run = thisRun();
    expect(isRunning(run)).toBe(true);
    expect(isRunning({ ...run, boot: 'another boot' })).toBe(false);
    if (process.platform === 'linux') expect(isRunning({ ...run, started: '1' })).toBe(false);
    await openJournal(folder, { ...run, boot: 'another boot' }).addAddress(nics, 'bench0', ADDRESS);
    expect((await restoreStale(folder, nics)).undone).toHaveLength(1);
  });

  it('two benches of one run each undo their own, whoever ends first', async () => {
    const one = openJournal(folder);
    const two = openJournal(folder);
    const other = { address: '10.33.0.1', prefix: 24 };
    await one.addAddress(nics, 'bench0', ADDRESS);
    await two.addAddress(nics, 'bench0', other);
    await one.undoAll(nics);
    expect(nics.get('bench0').addresses).toEqual([other]);
    const kept = readdirSync(folder).map(name => readFileSync(join(folder, name), 'utf8'));
    expect(kept).toEqual([expect.stringContaining('"address":"10.33.0.1"')]);
    await two.undoAll(nics);
    expect([nics.get('bench0').addresses, readdirSync(folder)]).toEqual([[], []]);
  });

  it('an address that is gone already is fine', async () => {
    const journal = openJournal(folder);
    await journal.addAddress(nics, 'bench0', ADDRESS);
    nics.set('bench0', { addresses: [] });
    expect(await journal.undoAll(nics)).toEqual({
      undone: ['The address 10.32.0.1/24 is off the network port bench0 already.'],
      failed: [],
    });
  });

  it('a port that vanished is fine, and said', async () => {
    const journal = openJournal(folder);
    await journal.addAddress(nics, 'bench0', ADDRESS);
    nics.unplug('bench0');
    expect(await journal.undoAll(nics)).toEqual({
      undone: ['The network port bench0 is gone, and what was changed on it with it.'],
      failed: [],
    });
    expect(files()).toEqual([]);
  });

  it('follows an adapter that came back under another name, not another adapter with its name', async () => {
    const journal = openJournal(folder);
    await journal.addAddress(nics, 'bench0', ADDRESS);
    const { mac } = nics.get('bench0');
    nics.unplug('bench0');
    nics.plug({ name: 'bench0', mac: '00:00:5e:00:53:09', addresses: [ADDRESS] });
    nics.plug({ name: 'enx1', mac, addresses: [ADDRESS] });
    await journal.undoAll(nics);
    expect(nics.get('enx1').addresses).toEqual([]);
    expect(nics.get('bench0').addresses).toEqual([ADDRESS]);
  });

  it('what cannot be undone now stays in the journal for the next try', async () => {
    const journal = openJournal(folder);
    await journal.addAddress(nics, 'bench0', ADDRESS);
    nics.refusal = new BenchError('PERMISSION_MISSING', { what: 'ip', right: 'CAP_NET_ADMIN' });
    const { undone, failed } = await journal.undoAll(nics);
    expect(undone).toEqual([]);
    expect(failed).toEqual([
      expect.stringMatching(/^Adding 10\.32\.0\.1\/24 to bench0 could not be undone: .*CAP_NET_ADMIN/),
    ]);
    nics.refusal = undefined;
    expect((await restoreStale(folder, nics, crashed)).undone).toHaveLength(1);
  });

  it('a change that failed is not undone later', async () => {
    nics.refusal = new Error('no');
    const journal = openJournal(folder);
    await expect(journal.addAddress(nics, 'bench0', ADDRESS)).rejects.toThrow('no');
    nics.refusal = undefined;
    nics.set('bench0', { addresses: [ADDRESS] });
    await journal.undoAll(nics);
    expect(nics.get('bench0').addresses).toEqual([ADDRESS]);
  });

  it('without a journal no change is made', async () => {
    writeFileSync(folder, 'a file where the folder should be');
    const adding = openJournal(folder).addAddress(nics, 'bench0', ADDRESS);
    await expect(adding).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
    expect(nics.changes).toEqual([]);
  });

  it.each([
    ['a line cut short', '{"id":7,"did":"add-addr'],
    ['binary', '\u0000\u0001\u0002'],
    ['other JSON', '[1,2]\nnull\n{"id":"x"}\n{"id":8,"did":"format-disk","nic":"bench0"}'],
  ])('reads past %s in the file of a crashed run', async (_, text) => {
    await openJournal(folder).addAddress(nics, 'bench0', ADDRESS);
    appendFileSync(onlyFile(), `${text}`);
    expect((await restoreStale(folder, nics, crashed)).undone).toHaveLength(1);
    expect(nics.changes).toEqual(['add 10.32.0.1/24 on bench0', 'remove 10.32.0.1/24 on bench0']);
  });

  it('no port of that name is said before anything is written', async () => {
    await expect(openJournal(folder).setUp(nics, 'bench7')).rejects.toMatchObject({ code: 'NIC_NOT_FOUND' });
    expect(files()).toEqual([]);
  });
});
