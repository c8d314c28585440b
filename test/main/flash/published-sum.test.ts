/** The checksum that a publisher put beside an image. */
import { expect, it } from 'vitest';
import { sumIn } from '../../../main/flash/source/published-sum.ts';

const A = 'ab'.repeat(32);
const B = 'cd'.repeat(32);

it.each<[string, string, boolean, string | undefined]>([
  ['sha256sum', `${B}  other.img\n${A}  a.img\n`, false, A],
  ['binary mode', `${A} *a.img`, false, A],
  ['BSD', `SHA256 (a.img) = ${A.toUpperCase()}`, false, A],
  ['a path before the name', `${A}  ./images/a.img`, false, A],
  ['the sum alone', `${A}\n`, true, A],
  ['the sum alone in a list', `${A}\n`, false, undefined],
  ['a file of its own under the publisher’s name', `${A}  2025-a.img`, true, A],
  ['two sums, neither of it', `${A}  x\n${B}  y`, true, undefined],
  ['words', 'no sum here', true, undefined],
])('%s', (_name, text, alone, sum) => {
  expect(sumIn(text, 'a.img', alone)).toBe(sum);
});
