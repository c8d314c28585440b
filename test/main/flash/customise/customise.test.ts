import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configLines, editCmdline, editConfig } from '../../../../main/flash/customise/boot-text.ts';
import { tomlValues } from '../../../../main/flash/customise/custom-toml.ts';
import { customiseCard, previewCard, readCard } from '../../../../main/flash/customise/customise.ts';
import { INTENT_FILES, intentOf, intentSentences } from '../../../../main/flash/customise/intent.ts';
import { passportText, readPassport } from '../../../../main/flash/customise/passport.ts';
import type { Recipe } from '../../../../main/flash/customise/recipe.ts';
import { quoted } from '../../../../main/flash/customise/shell.ts';
import { findFatVolumes } from '../../../../main/media/partitions.ts';
import { ANNA, ANNA_FINGERPRINT, BOB_FINGERPRINT, card, EVERYTHING, IMAGES } from './cards.ts';

const text = async (store: Parameters<typeof findFatVolumes>[0], path: string): Promise<string> =>
  new TextDecoder().decode(await (await findFatVolumes(store))[0]!.volume.read(path));

describe('what an image is', () => {
  it.each([
    ['bullseye', 'pi-files'],
    ['bookworm', 'pi-toml'],
    ['bookworm, started once', 'pi-files'],
    ['first trixie', 'pi-files'],
    ['trixie', 'pi-cloud-init'],
    ['ubuntu for pi', 'pi-cloud-init'],
    ['libreelec', 'pi-other'],
    ['grub only', 'unknown'],
  ] as const)('%s: %s', async (image, kind) => {
    const { store } = await card(IMAGES[image]);
    expect((await readCard(store))?.kind).toBe(kind);
  });

  it('a seed volume by its label, and a medium without FAT by nothing', async () => {
    expect((await readCard((await card({}, 'CIDATA', true)).store))?.kind).toBe('cloud-init');
    expect((await readCard((await card({}, 'IGNITION', true)).store))?.kind).toBe('ignition');
    const blank = {
      size: 1024 * 1024,
      read: async (_: number, length: number) => new Uint8Array(length),
      write: async () => {},
    };
    expect(await readCard(blank)).toBeUndefined();
    await expect(previewCard(blank, EVERYTHING)).rejects.toMatchObject({ code: 'NOT_CUSTOMISABLE' });
  });
});

/** What every way must bring about. */
const SAYS = [
  'Its host name will be rack7-b.',
  'Its user will be ansible, with a password.',
  `SSH lets in the key ${ANNA_FINGERPRINT} (anna@bench).`,
  `SSH lets in the key ${BOB_FINGERPRINT} (bob).`,
  'SSH will be on.',
  'eth0 will have the address 10.32.0.60/24, by way of 10.32.0.1, name servers 10.32.0.1 9.9.9.9.',
  'It will have language de_DE.UTF-8, time zone Europe/Berlin, keyboard de.',
];
const WIFI = 'It will join the wireless network "Bob\'s “café” 5 GHz \\ $HOME"';
const BOOT = [
  'Its console is on the serial pins, at 115200 baud.',
  'A Raspberry Pi 3 will be able to start from USB and network from then on.',
];

describe('everything, on every kind of image', () => {
  it.each([
    ['bullseye', ['cmdline.txt', 'config.txt', 'firstrun.sh', 'site/Grüße.txt', 'ssh']],
    ['bookworm', ['cmdline.txt', 'config.txt', 'custom.toml', 'firstrun.sh', 'site/Grüße.txt']],
    ['trixie', ['cmdline.txt', 'config.txt', 'meta-data', 'network-config', 'site/Grüße.txt', 'user-data']],
  ] as const)('%s', async (image, files) => {
    const { store } = await card(IMAGES[image]);
    const preview = await previewCard(store, EVERYTHING);
    expect(await text(store, 'cmdline.txt')).toBe(IMAGES[image]['cmdline.txt']);
    const done = await customiseCard(store, EVERYTHING);
    expect([...done.files].sort()).toEqual(files);
    expect(done.sentences).toEqual([...SAYS.slice(0, 5), `${WIFI}, country DE.`, ...SAYS.slice(5), ...BOOT]);
    // The preview promised what the card then said.
    expect(preview).toEqual(done);
    expect(done.cannot).toEqual([]);
    expect(await text(store, 'site/Grüße.txt')).toBe('hello\n');
    expect(await text(store, 'cmdline.txt')).toMatch(/^[^\n]*\bpanic=10\b[^\n]*\n$/);
    expect(await text(store, 'cmdline.txt')).not.toMatch(/\bquiet\b/);
    expect(configLines(await text(store, 'config.txt'))).toEqual([
      'dtparam=audio=on',
      'arm_boost=1',
      'enable_uart=1',
      'program_usb_boot_mode=1',
      'dtoverlay=disable-bt',
    ]);
  });

  it.each([
    ['CIDATA', ['meta-data', 'network-config', 'site/Grüße.txt', 'user-data'], ', country DE.', 'SSH will be on.'],
    ['IGNITION', ['ignition/config.ign', 'site/Grüße.txt'], '.', undefined],
  ])('a volume labelled %s', async (label, files, wifi, ssh) => {
    const { store } = await card({}, label, true);
    const done = await customiseCard(store, EVERYTHING);
    expect([...done.files].sort()).toEqual(files);
    expect(done.sentences).toEqual([...SAYS.slice(0, 4), ...(ssh ? [ssh] : []), `${WIFI}${wifi}`, ...SAYS.slice(5)]);
    expect(done.cannot).toEqual(['Boot settings are for Raspberry Pi images; this is none.']);
  });

  it('an image that takes no settings says so, and still takes files', async () => {
    const { store } = await card(IMAGES['grub only']);
    const done = await customiseCard(store, EVERYTHING);
    expect(done.files).toEqual(['site/Grüße.txt']);
    expect(done.sentences).toEqual([]);
    expect(done.cannot[0]).toMatch(/takes no host name/);
  });

  it('a second recipe replaces the first', async () => {
    for (const image of ['bullseye', 'bookworm', 'trixie'] as const) {
      const { store } = await card(IMAGES[image]);
      await customiseCard(store, EVERYTHING);
      const words = (await text(store, 'cmdline.txt')).split(' ').length;
      const done = await customiseCard(store, { ...EVERYTHING, hostname: 'rack7-c' });
      expect(done.intent.hostname).toBe('rack7-c');
      expect((await text(store, 'cmdline.txt')).split(' ')).toHaveLength(words);
    }
  });
});

describe('each way', () => {
  it('userconf.txt and ssh alone where that is enough', async () => {
    const { store } = await card(IMAGES.bullseye);
    const done = await customiseCard(store, {
      version: 1,
      user: { name: 'pi', passwordHash: '$6$a$b' },
      ssh: { enabled: true },
    });
    expect(done.files).toEqual(['userconf.txt', 'ssh']);
    expect(await text(store, 'userconf.txt')).toBe('pi:$6$a$b\n');
    expect(done.sentences).toEqual(['Its user will be pi, with a password.', 'SSH will be on.']);
  });

  it('a script nobody calls promises nothing', async () => {
    const { store } = await card(IMAGES.bullseye);
    await customiseCard(store, { version: 1, hostname: 'lost' });
    const { volume } = (await findFatVolumes(store))[0]!;
    await volume.write('cmdline.txt', new TextEncoder().encode('root=/dev/sda2\n'));
    expect((await readCard(store))?.intent.hostname).toBeUndefined();
  });

  it('Bookworm’s own repair of firstrun.sh keeps everything but the ending', async () => {
    const { store } = await card(IMAGES.bullseye);
    await customiseCard(store, EVERYTHING);
    const lines = (await text(store, 'firstrun.sh')).split('\n');
    // `sed -n '/rm.*firstrun\.sh$/q;p'`
    const cut = lines.findIndex(line => /rm.*firstrun\.sh$/.test(line));
    expect(lines.slice(cut)).toEqual(['rm -f /boot/firstrun.sh', 'exit 0', '']);
  });

  it('custom.toml holds what its reader knows, and nothing else', async () => {
    const { store } = await card(IMAGES.bookworm);
    await customiseCard(store, EVERYTHING);
    const values = tomlValues(await text(store, 'custom.toml'));
    expect(Object.keys(values).sort()).toEqual([
      'config_version',
      'locale.keymap',
      'locale.timezone',
      'ssh.authorized_keys',
      'ssh.enabled',
      'ssh.password_authentication',
      'system.hostname',
      'user.name',
      'user.password',
      'user.password_encrypted',
      'wlan.country',
      'wlan.password',
      'wlan.password_encrypted',
      'wlan.ssid',
    ]);
    expect(values['ssh.password_authentication']).toBe(false);
  });

  it('a user without sudo asks for it in words, and more of cloud-init is put over', async () => {
    const { store } = await card(IMAGES.trixie);
    await customiseCard(store, {
      version: 1,
      user: { name: 'pi', sshKeys: [ANNA] },
      cloudInit: { packages: ['htop'], runcmd: [['touch', '/x']] },
    });
    const data = await text(store, 'user-data');
    expect(data.startsWith('#cloud-config\n{')).toBe(true);
    const values = JSON.parse(data.slice(14)) as Record<string, unknown>;
    expect(values).toMatchObject({ user: { sudo: null, lock_passwd: true }, ssh_pwauth: false, packages: ['htop'] });
    expect(values.runcmd).toEqual([
      ['systemctl', 'enable', '--now', 'ssh'],
      ['touch', '/x'],
    ]);
    expect(await text(store, 'cmdline.txt')).toMatch(/ ds=nocloud;i=benchboot-[0-9a-f]{16}$/m);
  });

  it('secrets in clear are never written', async () => {
    const { store, bytes } = await card(IMAGES.bookworm);
    const before = bytes.slice();
    const recipe: Recipe = { version: 1, user: { name: 'pi', password: 'geheim' } };
    await expect(customiseCard(store, recipe)).rejects.toThrow(/sealed/);
    expect(Buffer.compare(bytes, before)).toBe(0);
  });

  it('a card that does not keep what was written is not called customised', async () => {
    const { store, bytes } = await card(IMAGES.bookworm);
    const lying = {
      ...store,
      write: async (offset: number, piece: Uint8Array) => {
        await store.write(offset, piece);
        const at = Buffer.from(bytes.buffer).indexOf('rack7-b');
        if (at >= 0) bytes[at] = 0x52;
      },
    };
    await expect(customiseCard(lying, EVERYTHING)).rejects.toMatchObject({ code: 'CUSTOMISE_LOST' });
  });

  it('takes files of this laptop, and a passport', async () => {
    const { store } = await card(IMAGES.bookworm);
    const passport = { image: 'pi.img.xz', sha256: 'a'.repeat(64), size: 1234, written: '2026-11-21T07:00:00.000Z' };
    await customiseCard(
      store,
      { version: 1, hostname: 'x', files: [{ path: 'a.bin', from: 'b.bin' }] },
      { load: async name => new TextEncoder().encode(name), passport },
    );
    expect(await text(store, 'a.bin')).toBe('b.bin');
    expect((await readCard(store))?.passport).toEqual({ ...passport, sentences: ['Its host name will be x.'] });
  });
});

describe('boot texts', () => {
  it.each([
    ['a=1 b', { add: ['a=2'] }, 'a=2 b\n'],
    ['a=1 b\nsecond line\n', { remove: ['a'] }, 'b\n'],
    ['console=tty1 root=x', { add: ['console=serial0,115200'] }, 'console=serial0,115200 console=tty1 root=x\n'],
    ['console=serial0,115200 root=x', { add: ['console=serial0,115200'] }, 'console=serial0,115200 root=x\n'],
    ['', { add: ['x'] }, 'x\n'],
    ['quiet splash quiet', { remove: ['quiet'] }, 'splash\n'],
  ])('cmdline %j with %j', (before, edit, after) => {
    expect(editCmdline(before, edit)).toBe(after);
  });

  it.each([
    ['a=1\n', ['a=2'], 'a=2\n'],
    ['#a=1\n', ['a=2'], '#a=1\na=2\n'],
    ['x=1\n[pi4]\na=1\n', ['a=2'], 'x=1\n[pi4]\na=1\n\n[all]\na=2\n'],
    ['x=1\n[pi4]\na=1\n[all]\n', ['a=2'], 'x=1\n[pi4]\na=1\n[all]\na=2\n'],
    ['dtoverlay=a\r\n', ['dtoverlay=b'], 'dtoverlay=a\r\ndtoverlay=b\r\n'],
    ['a=1', ['a=1'], 'a=1'],
    ['', ['a=1'], 'a=1\n'],
  ])('config %j with %j', (before, lines, after) => {
    expect(editConfig(before, lines)).toBe(after);
  });

  it('editing twice is editing once, and other lines stay', () => {
    const line = fc.constantFrom(
      'a=1',
      'a=2',
      'b=1',
      '#a=1',
      '[pi4]',
      '[all]',
      '',
      'dtoverlay=x',
      'dtoverlay=y',
      'include x',
    );
    fc.assert(
      fc.property(
        fc.array(line),
        fc.uniqueArray(fc.constantFrom('a=3', 'c=1', 'dtoverlay=z'), { minLength: 1 }),
        (before, add) => {
          const once = editConfig(before.join('\n'), add);
          expect(editConfig(once, add)).toBe(once);
          expect(configLines(once)).toEqual(expect.arrayContaining(add));
          for (const kept of before.filter(each => each !== '' && !each.startsWith('a=')))
            expect(once.split('\n')).toContain(kept);
        },
      ),
    );
  });
});

it('a foreign card may say anything: it is read as far as it is understood', () => {
  const deep = fc.letrec<{ value: unknown }>(tie => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('data:,%', 'x', null, 5, true, '/etc/hostname'),
      fc.array(tie('value'), { maxLength: 2 }),
      fc.dictionary(
        fc.constantFrom(
          'user',
          'network',
          'ethernets',
          'wifis',
          'wlan0',
          'routes',
          'access-points',
          'storage',
          'files',
          'links',
          'path',
          'contents',
          'source',
          'passwd',
          'users',
          'runcmd',
          'nameservers',
        ),
        tie('value'),
        { maxKeys: 3 },
      ),
    ),
  }));
  const text = fc.oneof(
    fc.string(),
    deep.value.map(value => JSON.stringify(value)),
    fc.constantFrom('[user]\nname = 5\n', "A='", '[wlan]\nssid = []\n'),
  );
  const texts = fc.record(Object.fromEntries(INTENT_FILES.map(name => [name, text])), { requiredKeys: [] });
  fc.assert(
    fc.property(texts, given => {
      for (const sentence of intentSentences(intentOf(given), () => undefined))
        expect(sentence).toMatch(/^[^\n\u001b]+\.$/);
    }),
    { numRuns: 500 },
  );
});

describe('what stands between quotes', () => {
  const odd = fc.string({ unit: fc.constantFrom(...'aB3 \'"\\$`!\n€#;=[]{}&') });

  it('a shell word is taken as it is', () => {
    expect(quoted("it's")).toBe("'it'\\''s'");
  });

  it('any network name comes back from every way', async () => {
    await fc.assert(
      fc.asyncProperty(
        odd.filter(name => name.length > 0 && name.length < 30),
        fc.constantFrom('bullseye', 'bookworm', 'trixie'),
        async (ssid, image) => {
          const { store } = await card(IMAGES[image as 'trixie']);
          const done = await customiseCard(store, { version: 1, wifi: { ssid, psk: 'a'.repeat(64) } });
          expect(done.intent.wifi).toEqual({ ssid, open: false });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('a passport says what it was given, on one line each', () => {
    fc.assert(
      fc.property(odd, fc.array(odd), (image, sentences) => {
        const back = readPassport(passportText({ image, written: 'now', sentences }));
        const flat = (text: string) => text.replace(/\s+/g, ' ').trim();
        expect(back?.sentences).toEqual(sentences.map(flat));
        expect(back?.image ?? '').toBe(flat(image));
      }),
    );
    expect(readPassport('Something else')).toBeUndefined();
  });
});
