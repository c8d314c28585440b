/** The packet list as it grows, and octets as packet tools print them. */
import { expect, it } from 'vitest';
import type { PacketRow } from '../../../../main/contract/views.ts';
import { hexLines, withNewer } from '../../../../renderer/features/bench/serving/packets.state.ts';

const rows = (...numbers: number[]) => numbers.map(number => ({ number }) as PacketRow);
const numbers = (list: readonly PacketRow[]) => list.map(({ number }) => number);

it('joins the newest page and the older ones, each packet once', () => {
  expect(numbers(withNewer(rows(), rows(3, 2, 1)))).toEqual([3, 2, 1]);
  expect(numbers(withNewer(rows(3, 2, 1), rows(5, 4, 3)))).toEqual([5, 4, 3, 2, 1]);
  expect(numbers(withNewer(rows(3, 2), []))).toEqual([3, 2]);
});

it('prints sixteen octets a line with their offset and text', () => {
  const hex = Buffer.from('Benchboot reads what it serves.\n').toString('hex');
  expect(hexLines(hex)).toEqual([
    '0000  42 65 6e 63 68 62 6f 6f  74 20 72 65 61 64 73 20  Benchboot reads ',
    '0010  77 68 61 74 20 69 74 20  73 65 72 76 65 73 2e 0a  what it serves..',
  ]);
  expect(hexLines('ff')).toEqual([`0000  ${'ff'.padEnd(48)}  .`]);
  expect(hexLines('')).toEqual([]);
});
