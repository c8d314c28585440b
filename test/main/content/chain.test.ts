import { describe, expect, it } from 'vitest';
import { createContent } from '../../../main/content/chain.ts';
import type { ContentRoute, Finding } from '../../../main/content/content.ts';
import { createFolder } from '../../../main/content/folder.ts';
import { programsRoute } from '../../../main/content/programs.ts';
import { ask, makeTree, openDescriptors, textOf, wallClock } from './tree.ts';

const route = (name: string, give: () => Finding | undefined): ContentRoute => ({
  route: name,
  async find(request, tried) {
    tried?.(request.name);
    return give();
  },
});
const bytes = (text: string): Finding => ({ kind: 'bytes', name: text, bytes: Buffer.from(text) });
const refused: Finding = { kind: 'none', why: 'outside-root', detail: 'out' };

describe('the chain of routes', () => {
  it.each<[string, ContentRoute[], string]>([
    [
      'the first that serves wins',
      [route('a', () => undefined), route('b', () => bytes('b')), route('c', () => bytes('c'))],
      'b',
    ],
    ['a refusal ends it too', [route('a', () => refused), route('b', () => bytes('b'))], '<outside-root>'],
    ['nobody has it', [route('a', () => undefined)], '<missing>'],
    ['no routes at all', [], '<missing>'],
    [
      'a route that throws is unreadable, not a rejection',
      [
        route('a', () => {
          throw new Error('disk on fire');
        }),
        route('b', () => bytes('b')),
      ],
      '<unreadable>',
    ],
  ])('%s', async (_what, routes, gives) => expect(textOf(await createContent(routes).find(ask('x')))).toBe(gives));

  it('explains which route answers and what was tried, and leaves nothing open', async () => {
    const tree = makeTree({ 'Boot.IPXE': '#!ipxe' });
    const root = createFolder({ root: tree.root, clock: wallClock, platform: process.platform });
    const content = createContent([route('first', () => undefined), root]);
    await content.explain(ask('boot.ipxe'));
    const before = process.platform === 'linux' ? openDescriptors() : 0;
    expect(await content.explain(ask('boot.ipxe'))).toEqual({
      route: 'root folder',
      found: 'file',
      detail: 'Boot.IPXE',
      size: 6,
      tried: [
        { route: 'first', names: ['boot.ipxe'] },
        { route: 'root folder', names: ['boot.ipxe', 'Boot.IPXE'] },
      ],
    });
    expect(await content.explain(ask('none'))).toMatchObject({ route: undefined, found: 'none', size: undefined });
    if (process.platform === 'linux') expect(openDescriptors()).toBe(before);
    tree.remove();
  });
});

describe("Benchboot's own programs", () => {
  const tree = makeTree({ 'ipxe.efi': 'efi', 'undionly.kpxe': 'bios', 'manifest.json': '{}' });
  const programs = programsRoute(
    createFolder({ root: tree.root, clock: wallClock, platform: process.platform, route: 'iPXE programs' }),
  );
  it.each([
    ['ipxe.efi', 'efi'],
    ['/ipxe.efi', 'efi'],
    ['IPXE.EFI', 'efi'],
    ['\\undionly.kpxe', 'bios'],
    ['snponly.efi', '<declined>'],
    ['x86/ipxe.efi', '<declined>'],
    ['manifest.json', '<declined>'],
    ['../ipxe.efi', '<declined>'],
    ['', '<declined>'],
  ])('%s', async (name, gives) => expect(textOf(await programs.find(ask(name)))).toBe(gives));
});
