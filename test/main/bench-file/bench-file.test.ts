import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BENCH_SCHEMA,
  type BenchFile,
  formatBenchFile,
  parseBenchFile,
  pointerText,
  remarkText,
} from '../../../main/bench-file/bench-file.ts';
import { lintBenchFile } from '../../../main/bench-file/bench-lint.ts';
import { bootWishes, hostOf } from '../../../main/bench-file/boot-wishes.ts';
import { checkSchema, type Schema } from '../../../main/bench-file/json-schema.ts';
import { PROFILES, profile } from '../../../main/bench-file/profiles.ts';
import { BOOT_TARGETS } from '../../../main/boot/architectures.ts';
import { recogniseClient } from '../../../main/boot/client.ts';
import { chooseBoot } from '../../../main/boot/recipes.ts';
import { parseJson } from '../../../main/kit/json-source.ts';
import { nearest } from '../../../main/kit/nearest.ts';

const problems = (text: string): string[] => {
  const parsed = parseBenchFile(text, 'bench.json');
  return parsed.ok ? [] : parsed.problems.map(remarkText);
};

describe('JSON with places', () => {
  const broken: Record<string, [text: string, message: RegExp, line: number, column: number]> = {
    'an empty file': ['', /a value was expected, not the end of the file/, 1, 1],
    'a comma too many': ['{\n  "a": 1,\n}', /a comma before "}"/, 3, 1],
    'a comma too few': ['{\n  "a": 1\n  "b": 2\n}', /a comma or "}" was expected, not """/, 3, 3],
    'single quotes': ["{\n  'a': 1\n}", /a field name in double quotes was expected, not "'"/, 2, 3],
    'a bare word': ['{"a": yes}', /"yes" is no JSON value/, 1, 7],
    'a comment': ['{\n  // why\n}', /JSON has no comments/, 2, 3],
    'a text without end': ['{"a": "b', /no closing quote/, 1, 7],
    'a Windows path': ['{"root": "C:\\path"}', /backslash/, 1, 10],
    'a number with a leading zero': ['[01]', /"01" is no JSON value/, 1, 2],
    'something after the end': ['{}\n}', /nothing more was expected here/, 2, 1],
    'a list too deep': ['['.repeat(200), /levels deep/, 1, 102],
    'a line break in a text': ['["a\nb"]', /a line break or control character/, 1, 4],
  };
  it.each(Object.entries(broken))('%s', (_, [text, message, line, column]) => {
    const parsed = parseJson(text);
    expect(parsed).toMatchObject({ ok: false, problem: expect.stringMatching(message), place: { line, column } });
  });
  it('says where a value stands, and the parent of one that is not there', () => {
    const parsed = parseJson('{\n  "a": [1,\n    {"b/c": true}]\n}');
    if (!parsed.ok) throw new Error(parsed.problem);
    expect(parsed.source.locate('/a/1/b~1c')).toEqual({ line: 3, column: 13 });
    expect(parsed.source.locate('/a/1/b~1c', 'name')).toEqual({ line: 3, column: 6 });
    expect(parsed.source.locate('/a/1/none/deeper')).toEqual({ line: 3, column: 5 });
  });
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), text => {
        const parsed = parseJson(text);
        expect(parsed.ok && parsed.source.value).toEqual(JSON.parse(text));
      }),
    );
  });
  it('refuses what JSON.parse refuses, and never throws', () => {
    const mangled = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', '"', '{', ',', '\\', '\u0000', ']', '-', '1'))
      .map(([text, at, put]) => {
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + put + text.slice(cut + 1);
      });
    fc.assert(
      fc.property(fc.oneof(fc.string(), mangled), text => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        expect(parseJson(text).ok).toBe(valid);
      }),
      { numRuns: 2000 },
    );
  });
  it('takes a byte order mark', () => expect(parseJson('\ufeff{}').ok).toBe(true));
});

describe('a bench file', () => {
  it('that is empty but for its version is fine', () => expect(problems('{"version": 1}')).toEqual([]));

  const wrong: Record<string, [text: string, message: string]> = {
    'no version': ['{}', 'bench.json:1:1: the field "version" is missing'],
    'a version to come': [
      '{\n "version": 2}',
      'bench.json:2:13: version: must be 1, not 2 (Version of the file format)',
    ],
    'not an object': ['[]', 'bench.json:1:1: must be an object { … }, not []'],
    'a mode that does not exist': [
      '{"version":1,\n"mode":"server"}',
      'bench.json:2:8: mode: must be "dhcp" or "proxy", not "server"',
    ],
    'a MAC with a typing error': [
      '{"version":1,"hosts":[\n  {"mac":"52:54:00:be:00"}]}',
      'bench.json:2:10: hosts[0].mac: "52:54:00:be:00" does not fit (Its MAC)',
    ],
    'an address without prefix': [
      '{"version":1,"addressing":{"address":"10.32.0.1"}}',
      'bench.json:1:38: addressing.address: "10.32.0.1" does not fit',
    ],
    'an octet over 255': [
      '{"version":1,"addressing":{"gateway":"10.32.0.256"}}',
      'bench.json:1:38: addressing.gateway: "10.32.0.256" does not fit',
    ],
    'a port as a text': ['{"version":1,"port":"eth0"}', 'bench.json:1:21: port: must be an object { … }, not "eth0"'],
    'a boot that is true': ['{"version":1,"boot":{"bios":true}}', 'bench.json:1:29: boot.bios: true does not fit'],
    'an HTTP port out of range': [
      '{"version":1,"httpPort":0}',
      'bench.json:1:25: httpPort: must be from 1 to 65535, not 0',
    ],
    'a variable that is a number': [
      '{"version":1,"vars":{"n":1}}',
      'bench.json:1:26: vars.n: must be a text in quotes, not 1',
    ],
    'a name twice': [
      '{"version":1,\n"mode":"dhcp",\n"mode":"proxy"}',
      'bench.json:3:1: mode: this name stands here twice',
    ],
  };
  it.each(Object.entries(wrong))('%s', (_, [text, message]) => {
    const found = problems(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
  });

  it('reports every problem, not only the first', () =>
    expect(problems('{"version":2,"mode":"x","root":""}')).toHaveLength(3));

  it('keeps what it does not know', () => {
    const text = '{"version":1,"rack":{"row":7},"hosts":[{"mac":"52:54:00:be:00:01","asset":"A-12"}]}';
    const parsed = parseBenchFile(text, 'bench.json');
    if (!parsed.ok) throw new Error('refused');
    expect(JSON.parse(formatBenchFile(parsed.file))).toEqual(JSON.parse(text));
  });

  it('never throws, whatever the text or the values', () => {
    const field = fc.constantFrom(
      'version',
      'port',
      'hosts',
      'boot',
      'addressing',
      'address',
      'range',
      'dns',
      'mac',
      'vars',
      'lease',
      'consoles',
      '__proto__',
      'password',
    );
    const { tree } = fc.letrec(tie => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(
          1,
          null,
          true,
          false,
          'eth0',
          '10.32.0.1/24',
          '10.32.0.9-10.32.0.2',
          '10.32.0.7',
          '52:54:00:be:00:01',
          '0s',
          'ipxe.efi',
        ),
        fc.string(),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(field, tie('tree'), { maxKeys: 6 }),
      ),
    }));
    const file = fc
      .tuple(fc.dictionary(field, tree, { maxKeys: 8 }))
      .map(([fields]) => JSON.stringify({ ...fields, version: 1 }));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), file), text => {
        const parsed = parseBenchFile(text, 'f');
        if (parsed.ok) lintBenchFile(parsed, 'f', { fileExists: () => false, rootExists: false });
        else expect(parsed.problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 1500 },
    );
  });
});

type Whole<T> = T extends string | number | boolean
  ? T
  : T extends readonly (infer U)[]
    ? readonly Whole<U>[]
    : { readonly [K in keyof T]-?: Whole<NonNullable<T[K]>> };

/** Every field of the types, so that a field added to them alone does not compile here, and to the schema alone fails. */
const EVERYTHING: Whole<BenchFile> = {
  version: 1,
  name: 'a',
  notes: 'a',
  port: { mac: '52:54:00:be:00:01', busPath: 'usb-1', description: 'USB' },
  mode: 'dhcp',
  identity: 'mac',
  addressing: {
    address: '10.32.0.1/24',
    range: '10.32.0.2-10.32.0.9',
    lease: '10m',
    gateway: '10.32.0.254',
    dns: ['10.32.0.1'],
    domain: 'bench.test',
  },
  root: 'www',
  httpPort: 80,
  services: { tftp: true, http: true, dns: true },
  boot: {
    bios: 'a',
    'uefi-ia32': 'a',
    'uefi-x64': 'a',
    'uefi-arm32': 'a',
    'uefi-arm64': 'a',
    'uefi-riscv32': 'a',
    'uefi-riscv64': 'a',
    'uefi-loong64': 'a',
    ipxe: 'a',
    'u-boot': false,
  },
  hosts: [
    {
      mac: '52:54:00:be:00:01',
      serial: '9ffefdef',
      uuid: '00112233-4455-6677-8899-aabbccddeeff',
      clientId: '01:52:54',
      name: 'a',
      address: '10.32.0.9',
      boot: 'a',
      vars: {},
      notes: 'a',
    },
  ],
  vars: {},
  consoles: [{ name: 'a', port: 'a', baud: 115200, host: 'a' }],
};

/** `/hosts/items/mac` and so on: where fields are, lists taken as one. */
function fieldsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return fieldsOf(value[0], `${path}/items`);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => [`${path}/${name}`, ...fieldsOf(each, `${path}/${name}`)]);
}

describe('the schema', () => {
  const walk = (schema: Schema, path = ''): (readonly [string, Schema])[] => [
    [path, schema],
    ...Object.entries(schema.properties ?? {}).flatMap(([name, each]) => walk(each, `${path}/${name}`)),
    ...Object.entries(schema.$defs ?? {}).flatMap(([name, each]) => walk(each, `${path}/$defs/${name}`)),
    ...(schema.items ? walk(schema.items, `${path}/items`) : []),
    ...(typeof schema.additionalProperties === 'object' ? walk(schema.additionalProperties, `${path}/*`) : []),
  ];
  it('describes every field', () =>
    expect(
      walk(BENCH_SCHEMA)
        .filter(([, each]) => !each.description)
        .map(([path]) => path),
    ).toEqual([]));
  it('uses only the words its checker knows', () => {
    const known = new Set([
      '$schema',
      '$id',
      'title',
      'description',
      'type',
      'const',
      'enum',
      'pattern',
      'minLength',
      'maxLength',
      'minimum',
      'maximum',
      'required',
      'properties',
      'additionalProperties',
      'items',
      'anyOf',
      '$ref',
      '$defs',
    ]);
    const words = walk(BENCH_SCHEMA).flatMap(([path, each]) => Object.keys(each).map(word => [path, word]));
    expect(words.filter(([, word]) => !known.has(word!))).toEqual([]);
  });
  it('has every $ref it points to', () => {
    for (const [, each] of walk(BENCH_SCHEMA))
      if (each.$ref) expect(Object.keys(BENCH_SCHEMA.$defs ?? {})).toContain(each.$ref.replace('#/$defs/', ''));
  });
  it('names every kind of boot program', () =>
    expect(Object.keys(BENCH_SCHEMA.properties?.boot?.properties ?? {})).toEqual([...BOOT_TARGETS, 'ipxe', 'u-boot']));
  it('has the fields of the types, no more and no fewer', () => {
    expect(checkSchema(JSON.parse(JSON.stringify(EVERYTHING)), BENCH_SCHEMA)).toEqual([]);
    const inTypes = fieldsOf(EVERYTHING).sort();
    const inSchema = walk(BENCH_SCHEMA)
      .map(([path]) => path.replace('/$defs/host/', '/hosts/items/').replace(/\/\*$/, ''))
      .filter(path => path !== '' && !path.startsWith('/$') && !path.endsWith('/items'));
    expect([...new Set(inSchema)].sort()).toEqual(inTypes);
  });
});

describe('profiles', () => {
  it.each(PROFILES.map(each => [each.name, each] as const))('%s parses and has nothing to remark', (_, { file }) => {
    const parsed = parseBenchFile(formatBenchFile(file), 'bench.json');
    if (!parsed.ok) throw new Error(parsed.problems.map(remarkText).join('\n'));
    expect(lintBenchFile(parsed, 'bench.json')).toEqual([]);
  });
  it('that does not exist', () => expect(profile('nonsense')).toBeUndefined());
});

describe('boot policy of a bench file', () => {
  const plan = { mode: 'dhcp', server: '10.32.0.1', httpPort: 80, tftp: true } as const;
  const client = (arch: number, more: [number, string][] = [], mac = '52:54:00:be:00:01') =>
    recogniseClient({
      mac,
      options: new Map([
        [93, Uint8Array.of(0, arch)],
        ...more.map(([code, text]) => [code, new TextEncoder().encode(text)] as const),
      ]),
    });
  const choose = (file: Parameters<typeof bootWishes>[0], who: ReturnType<typeof client>) => {
    const { recipe, bootfile } = chooseBoot(who, { ...plan, ...bootWishes(file) });
    return [recipe, bootfile];
  };
  it('per architecture', () =>
    expect(choose({ boot: { 'uefi-x64': 'snponly.efi' } }, client(7))).toEqual(['uefi-program', 'snponly.efi']));
  it('none for an architecture', () =>
    expect(choose({ boot: { bios: false } }, client(0))).toEqual(['no-boot', undefined]));
  it('a script for every iPXE', () =>
    expect(choose({ boot: { ipxe: 'menu.ipxe' } }, client(7, [[77, 'iPXE']]))).toEqual([
      'ipxe-script',
      'http://10.32.0.1/menu.ipxe?mac=52-54-00-be-00-01',
    ]));
  it('per device before per architecture', () =>
    expect(
      choose(
        { boot: { 'uefi-x64': 'snponly.efi' }, hosts: [{ mac: '52-54-00-BE-00-01', boot: 'grubx64.efi' }] },
        client(7),
      ),
    ).toEqual(['uefi-program', 'grubx64.efi']));
  it('one config file for a U-Boot', () =>
    expect(choose({ hosts: [{ mac: '52:54:00:be:00:01', boot: 'pxelinux.cfg/rack7' }] }, client(0x16))).toEqual([
      'u-boot',
      'pxelinux.cfg/rack7',
    ]));
  it('finds a host by each of its marks', () => {
    const hosts = [
      { serial: '100000009FFEFDEF', name: 'a' },
      { uuid: '00112233-4455-6677-8899-AABBCCDDEEFF', name: 'b' },
      { clientId: '01:52:54:00:be:00:09', name: 'c' },
    ];
    const nobody = { mac: '00:00:00:00:00:01', serial: undefined, uuid: undefined, clientId: undefined };
    expect(hostOf({ hosts }, { ...nobody, serial: '9ffefdef' })?.name).toBe('a');
    expect(hostOf({ hosts }, { ...nobody, uuid: '00112233-4455-6677-8899-aabbccddeeff' })?.name).toBe('b');
    expect(hostOf({ hosts }, { ...nobody, clientId: '01525400be0009' })?.name).toBe('c');
    expect(hostOf({ hosts }, nobody)).toBeUndefined();
  });
});

describe('did you mean', () => {
  it.each([
    ['adressing', ['addressing', 'hosts'], 'addressing'],
    ['hots', ['addressing', 'hosts'], 'hosts'],
    ['http_port', ['httpPort'], 'httpPort'],
    ['zzz', ['httpPort', 'hosts'], undefined],
    ['x'.repeat(10_000), ['hosts'], undefined],
  ])('%.20s', (word, known, meant) => expect(nearest(word, known)).toBe(meant));
});

it('pointers read like code', () => expect(pointerText('/hosts/2/vars/a~1b')).toBe('hosts[2].vars.a/b'));
