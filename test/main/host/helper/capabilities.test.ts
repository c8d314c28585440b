import { describe, expect, it } from 'vitest';
import { hasBenchRights } from '../../../../main/host/helper/capabilities.ts';

/** Lines of `/proc/self/status`. */
const status = (uid: number, effective: string, ambient = '0000000000000000') =>
  `Name:\tnode\nUid:\t1000\t${uid}\t1000\t1000\nCapInh:\t0000000000000000\nCapPrm:\t${effective}\nCapEff:\t${effective}\nCapBnd:\t000001ffffffffff\nCapAmb:\t${ambient}\n`;

const ALL = '000001ffffffffff';
/** CAP_NET_BIND_SERVICE, CAP_NET_ADMIN, CAP_NET_RAW. */
const NET = '0000000000003400';

describe('rights of a bench', () => {
  it.each([
    ['root', status(0, ALL), true],
    ['root of a container without them', status(0, '00000000a80405fb'), false],
    ['a user', status(1000, '0000000000000000'), false],
    ['a user with all three, which programs inherit', status(1000, NET, NET), true],
    ['a user whose programs do not inherit them', status(1000, NET), false],
    ['a user with low ports alone', status(1000, '0000000000000400', '0000000000000400'), false],
    ['a system that does not tell', '', false],
  ])('%s', (_who, text, expected) => {
    expect(hasBenchRights(text)).toBe(expected);
  });
});
