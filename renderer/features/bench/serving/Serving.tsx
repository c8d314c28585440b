import type { BenchView } from '../../../../main/contract/views.ts';
export function Serving(_: { bench: BenchView }) {
  return null;
}
