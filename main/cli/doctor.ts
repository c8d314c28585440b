/** `benchboot doctor`: can this laptop serve a bench, and if not, what is in the way. */

import { localEngine } from '../local-engine.ts';
import { command } from './command.ts';
import { styled } from './screen.ts';

const MARKS = {
  ok: ['green', 'ok  '],
  warning: ['yellow', 'note'],
  failed: ['red', 'FAIL'],
  'no-right': ['red', 'root'],
} as const;

export const doctor = command({
  words: 'doctor',
  summary: 'self-test: rights, ports, firewall, and a round trip through our own servers',
  details: 'Exit code 0 when a bench can be served, 3 when only a right is missing, 1 otherwise.',
  flags: {},
  async run(_values, _operands, output) {
    const findings = await localEngine().examine();
    for (const finding of findings) {
      output.record({ type: 'doctor.finding', ...finding });
      const [style, mark] = MARKS[finding.result];
      output.line(`${styled(style, mark)}  ${finding.check.padEnd(9)} ${finding.message}`);
    }
    if (findings.some(({ result }) => result === 'failed')) return 1;
    return findings.some(({ result }) => result === 'no-right') ? 3 : 0;
  },
});
