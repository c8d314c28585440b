import { describe, expect, it } from 'vitest';
import { recogniseClient } from '../../src/index.ts';
import { captured } from '../kit/captures.ts';
import { request } from '../kit/packets.ts';

describe('recognised from real packets', () => {
  const cases: [string, string, object][] = [
    [
      'bios',
      'iPXE DISCOVER',
      {
        archs: [0],
        ipxe: true,
        bootClass: 'PXEClient',
        userClasses: ['iPXE'],
        clientId: '01525400be0001',
        uuid: '33221100554477668899aabbccddeeff',
      },
    ],
    [
      'uefi',
      'firmware DISCOVER',
      { archs: [7], ipxe: false, bootClass: 'PXEClient', clientId: undefined, serial: undefined },
    ],
    ['uefi', 'iPXE DISCOVER', { archs: [7], ipxe: true, vendorClass: 'PXEClient' }],
    ['uefi-http', 'firmware DISCOVER', { archs: [16], ipxe: false, bootClass: 'HTTPClient' }],
    [
      'u-boot-2025-pxe',
      'U-Boot DISCOVER',
      { archs: [22], bootClass: undefined, vendorClass: 'U-Boot.armv8', uuid: undefined },
    ],
    ['u-boot-2025-auto', 'U-Boot EFI DISCOVER', { archs: [11], bootClass: 'PXEClient' }],
    ['pi3-replay', 'firmware DISCOVER', { archs: [0], serial: undefined, uuid: '44444444444444444444444444444444' }],
    ['pi3-replay', 'firmware DISCOVER 2', { serial: 'e1ffda08' }],
    ['pi4-replay', 'firmware DISCOVER', { serial: '9ffefdef' }],
    ['pi4-replay', 'firmware REQUEST', { serial: '9ffefdef', bootClass: undefined }],
    ['pi5-replay', 'firmware DISCOVER', { serial: 'be512421' }],
    ['flaky-replay', 'client DISCOVER', { hostname: 'MixtileClusterBox', archs: [], bootClass: undefined }],
  ];
  it.each(cases)('%s: %s', (client, step, facts) => {
    expect(recogniseClient(captured(client, step))).toMatchObject(facts);
  });
});

describe('recognised from single options', () => {
  it('iPXE without its user class, by option 175 (Mellanox FlexBoot)', () => {
    expect(recogniseClient(request('DISCOVER', { raw: [[175, new Uint8Array(0)]] })).ipxe).toBe(true);
  });

  it('the relay agent', () => {
    expect(recogniseClient(request('DISCOVER', { giaddr: '10.0.0.7' })).relay).toBe('10.0.0.7');
    expect(recogniseClient(request('DISCOVER')).relay).toBeUndefined();
  });

  it('malformed facts count as absent', () => {
    const raw: [number, Uint8Array][] = [93, 97, 61, 77, 12].map(code => [code, new Uint8Array(0)]);
    expect(recogniseClient(request('DISCOVER', { raw }))).toMatchObject({
      archs: [],
      uuid: undefined,
      clientId: undefined,
      userClasses: [],
      hostname: undefined,
    });
  });
});
