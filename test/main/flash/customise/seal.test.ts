import { describe, expect, it } from 'vitest';
import { sealRecipe, sha512Crypt, sshFingerprint, wifiKey } from '../../../../main/flash/customise/seal.ts';
import { ANNA, ANNA_FINGERPRINT, BOB, BOB_FINGERPRINT } from './cards.ts';

describe('secrets', () => {
  // The first two from U. Drepper's specification, the others made by OpenSSL 3.
  it.each([
    [
      'Hello world!',
      'saltstring',
      undefined,
      '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
    ],
    [
      'Hello world!',
      'saltstringsaltstring',
      10_000,
      '$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.',
    ],
    [
      'a very much longer text to encrypt.  This one even stretches over more than one line.',
      'short',
      undefined,
      '$6$short$KjlDsSXzcmdId0XRkZ2N959qqEyfp1L1Y5MED7Or76fLEGmTzQXXrrDxlJl0.rWuQU.i.mv./YimTiJORAoES/',
    ],
    [
      'ünïcode pässwörd',
      'ABCDEFGH01234567',
      undefined,
      '$6$ABCDEFGH01234567$f.SAlZCFTRsR9JNgWDiXTf5eLLeFb4eu.XdImOm/CBTXGOFNYUGgrnEwRa3nvY4HXw1N7dpT/xHhW.CWr73Yx/',
    ],
  ])('the password %s', (password, salt, rounds, hash) => {
    expect(sha512Crypt(password, salt, rounds)).toBe(hash);
  });

  // IEEE 802.11i, H.4.3.
  it.each([
    ['IEEE', 'password', 'f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e'],
    ['ThisIsASSID', 'ThisIsAPassword', '0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af'],
    [
      'ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ',
      'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'becb93866bb8c3832cb777c2f559807c8c59afcb6eae734885001300a981cc62',
    ],
    [
      'x',
      'F42C6FC52DF0EBEF9EBB4B90B38A5F902E83FE1B135A70E23AED762E9710A12E',
      'f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e',
    ],
  ])('the key of the network %s', (ssid, passphrase, key) => {
    expect(wifiKey(ssid, passphrase)).toBe(key);
  });

  it('fingerprints are those ssh-keygen shows', () => {
    expect(sshFingerprint(ANNA)).toBe(ANNA_FINGERPRINT);
    expect(sshFingerprint(`from="10.0.0.0/8",no-pty ${BOB}`)).toBe(BOB_FINGERPRINT);
    expect(sshFingerprint('hello')).toBeUndefined();
  });

  it('sealing leaves nothing in clear, and no salt is used twice', () => {
    let next = 0;
    const random = (length: number) => Uint8Array.from({ length }, () => next++);
    const recipe = {
      version: 1,
      user: { name: 'pi', password: 'geheim', sshKeys: [ANNA] },
      wifi: { ssid: 'lab', passphrase: 'very secret', country: 'DE' },
    } as const;
    const sealed = sealRecipe(recipe, random);
    expect(JSON.stringify(sealed)).not.toMatch(/geheim|very secret/);
    expect(sealed.user).toEqual({
      name: 'pi',
      sshKeys: [ANNA],
      passwordHash: expect.stringMatching(/^\$6\$.{16}\$.{86}$/),
    });
    expect(sealed.wifi).toEqual({ ssid: 'lab', country: 'DE', psk: wifiKey('lab', 'very secret') });
    expect(sealRecipe(recipe, random).user?.passwordHash).not.toBe(sealed.user?.passwordHash);
    expect(sealRecipe(sealed, random)).toEqual(sealed);
  });
});
