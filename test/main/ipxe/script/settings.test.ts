// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandSpec } from '../../../../main/ipxe/script/commands.ts';
import { integer, readArguments } from '../../../../main/ipxe/script/options.ts';
import { TYPES } from '../../../../main/ipxe/script/setting-types.ts';
import { readSettingName, Settings } from '../../../../main/ipxe/script/settings.ts';
import { imageNameOf, resolveUri } from '../../../../main/ipxe/script/url.ts';

function settings(values: Readonly<Record<string, string>>): Settings {
  const made = new Settings();
  for (const [name, value] of Object.entries(values)) expect(made.set(readSettingName(name)!, value)).toBe(true);
  return made;
}

describe('expansion', () => {
  const known = settings({
    'net0/mac': '52:54:00:ab:cd:ef',
    'net0.dhcp/ip': '10.32.0.50',
    'net0.dhcp/filename': 'boot dir/a&b.ipxe',
    'smbios/uuid': '00112233-4455-6677-8899-aabbccddeeff',
    x: 'ip',
    'n:int32': '42',
    'u:uint16': '258',
    dollar: '$',
    'deep:hex': '00:01:ff',
  });
  it.each([
    ['plain', 'plain'],
    ['${net0/mac}', '52:54:00:ab:cd:ef'],
    ['${netX/mac}', '52:54:00:ab:cd:ef'],
    ['${mac:hexhyp}', '52-54-00-ab-cd-ef'],
    ['${mac:hexraw}', '525400abcdef'],
    ['${mac:base64}', 'UlQAq83v'],
    ['a${ip}b${ip}', 'a10.32.0.50b10.32.0.50'],
    ['${net0/ip}', '10.32.0.50'],
    ['${dhcp/ip}', '10.32.0.50'],
    ['${net0.dhcp/ip}', '10.32.0.50'],
    ['${net1/ip}', ''],
    ['${ip:hexraw}', '0a200032'],
    ['${${x}}', '10.32.0.50'],
    ['${net0/${x}}', '10.32.0.50'],
    ['${dollar}{ip}', '10.32.0.50'],
    ['${nothing}', ''],
    ['${mac:nothing}', ''],
    ['${}', ''],
    ['${mac', '${mac'],
    ['mac}', 'mac}'],
    ['${67}', 'boot dir/a&b.ipxe'],
    ['${filename:uristring}', 'boot%20dir%2Fa%26b.ipxe'],
    ['${uuid}', '00112233-4455-6677-8899-aabbccddeeff'],
    ['${uuid:guid}', '33221100-5544-7766-8899-aabbccddeeff'],
    ['${n}', '42'],
    ['${n:uint32}', '0x2a'],
    ['${n:hex}', '00:00:00:2a'],
    ['${u}', '0x102'],
    ['${deep}', '00:01:ff'],
    ['${deep:int32}', '511'],
    ['${x:hex}', '69:70'],
    ['${mac:int32}', '90520741989871'],
    ['${uuid:int32}', ''],
  ])('%s is %j', (text, expected) => {
    expect(known.expand(text)).toBe(expected);
  });

  it('ends, though a value may stand for itself', () => {
    const made = settings({ dollar: '$' });
    made.set(readSettingName('a')!, '${a}${a}');
    expect(made.expand('${a}').length).toBeLessThan(200_000);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('$', '{', '}', '${', 'a', '/', ':', 'x')),
        parts => void made.expand(parts.join('')),
      ),
    );
  });
});

describe('setting', () => {
  it('an empty value deletes', () => {
    const made = settings({ a: 'x' });
    made.set(readSettingName('a')!, '');
    expect(made.expand('<${a}>')).toBe('<>');
  });

  it('a value that is none of its type is refused', () => {
    const made = new Settings();
    for (const [name, value] of [
      ['ip', '10.0.0'],
      ['ip', '10.0.0.256'],
      ['a:int8', '1x'],
      ['a:hex', 'zz'],
      ['uuid', 'x'],
      ['a:busdevfn', '1'],
    ])
      expect(made.set(readSettingName(name!)!, value!), name).toBe(false);
    expect(readSettingName('a:nothing')).toBeUndefined();
  });

  it('inc counts numbers, not texts', () => {
    const made = settings({ text: '1', 'number:int32': '1', 'small:uint8': '255' });
    expect(['text', 'number', 'small', 'new'].map(name => made.increment(readSettingName(name)!, 2))).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect(made.expand('${text} ${number} ${small} ${new}')).toBe('1 3 0x1 2');
  });

  it('equal contents have equal fingerprints, and others have not', () => {
    expect(settings({ a: '1', b: '2' }).fingerprint()).toBe(settings({ b: '2', a: '1' }).fingerprint());
    expect(settings({ a: '1' }).fingerprint()).not.toBe(settings({ a: '2' }).fingerprint());
    expect(settings({ a: '1' }).fingerprint()).not.toBe(settings({ 'a:int8': '1' }).fingerprint());
  });

  it.each(Object.keys(TYPES).filter(name => TYPES[name]!.parse))(
    '%s: what is formatted is parsed to the same',
    name => {
      const { parse, format } = TYPES[name]!;
      const width = Number(/int(\d+)$/.exec(name)?.[1] ?? 0) / 8;
      const size = width > 0 ? { minLength: width, maxLength: width } : { minLength: 1, maxLength: 16 };
      fc.assert(
        fc.property(fc.uint8Array(size), bytes => {
          const text = format(bytes);
          const again = text === undefined ? undefined : parse!(text);
          if (again && name !== 'string' && name !== 'dnssl') expect(format(again)).toBe(text);
        }),
      );
    },
  );

  it.each([
    ['2001:db8::1', '2001:db8::1'],
    ['::', '::'],
    ['fe80:0:0:0:1:0:0:2', 'fe80::1:0:0:2'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['1::2::3', undefined],
    ['1:2', undefined],
  ])('ipv6 %s', (text, expected) => {
    const bytes = TYPES.ipv6!.parse!(text);
    expect(bytes && TYPES.ipv6!.format(bytes)).toBe(expected);
  });
});

describe('options', () => {
  const read = (name: string, ...args: string[]) => {
    const { options, operands, problem } = readArguments(commandSpec(name)!, args);
    return [Object.fromEntries(options), operands, problem?.kind];
  };
  it.each<[string[], unknown[]]>([
    [
      ['dhcp', '--timeout', '10', 'net0'],
      [{ timeout: '10' }, 2, undefined],
    ],
    [
      ['dhcp', '--timeout=10', 'net0'],
      [{ timeout: '10' }, 1, undefined],
    ],
    [
      ['dhcp', '-t10', '-c', 'dhcp'],
      [{ timeout: '10', configurator: 'dhcp' }, 3, undefined],
    ],
    [
      ['dhcp', 'net0', '--timeout', '10'],
      [{}, 0, undefined],
    ],
    [
      ['dhcp', '--timeout', '-1'],
      [{}, 1, 'value-missing'],
    ],
    [
      ['chain', '-ar', 'x'],
      [{ autofree: true, replace: true }, 1, undefined],
    ],
    [
      ['chain', '--', '--name'],
      [{}, 1, undefined],
    ],
    [
      ['chain', '--autofree=1'],
      [{}, 1, 'value-unwanted'],
    ],
    [
      ['chain', '--help'],
      [{}, 1, 'help'],
    ],
    [
      ['chain', '-x'],
      [{}, 1, 'unknown'],
    ],
    [
      ['chain', '-'],
      [{}, 1, 'unknown'],
    ],
    [
      ['echo', '---'],
      [{}, 1, 'unknown'],
    ],
  ])('%j', ([name, ...args], expected) => {
    const [options, operands, kind] = read(name!, ...args);
    expect(kind).toBe(expected[2]);
    if (kind === undefined) expect([options, operands]).toEqual(expected.slice(0, 2));
  });

  it.each<[string, number | undefined]>([
    ['10', 10],
    ['0x10', 16],
    ['010', 8],
    ['0', 0],
    ['-1', 0xffffffff],
    ['08', undefined],
    ['', undefined],
    ['1k', undefined],
  ])('the number %j is %j', (text, expected) => expect(integer(text)).toBe(expected));
});

describe('URLs', () => {
  it.each([
    [undefined, 'a/b', 'a/b'],
    ['http://h/dir/boot.ipxe', 'vmlinuz', 'http://h/dir/vmlinuz'],
    ['http://h/dir/boot.ipxe?mac=1', '../x/./y', 'http://h/x/./y'],
    ['http://h/dir/sub/boot.ipxe', '../../../x', 'http://h/x'],
    ['http://h:8080/dir/boot.ipxe', '/x', 'http://h:8080/x'],
    ['http://h/dir/boot.ipxe', '?a=b', 'http://h/dir/boot.ipxe?a=b'],
    ['http://h/dir/boot.ipxe', 'tftp://o/x', 'tftp://o/x'],
    ['tftp://h/', 'x', 'tftp://h/x'],
  ])('from %s, %s is %s', (base, uri, expected) => expect(resolveUri(base, uri)).toBe(expected));

  it.each([
    ['http://h/a/initrd.img?x=/y#z', 'initrd.img'],
    ['http://h/a%20b', 'a b'],
    ['http://h', ''],
    ['x', 'x'],
  ])('the image of %s is %j', (uri, expected) => expect(imageNameOf(uri)).toBe(expected));
});
