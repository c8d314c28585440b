/** What the settings say about themselves. */
import { expect, it } from 'vitest';
import type { Finding, Settings } from '../../../../main/contract/views.ts';
import { rememberedText, verdictOf } from '../../../../renderer/features/settings/settings.state.ts';

const settings = (more: Partial<Settings>): Settings => ({ theme: 'system', nic: undefined, wish: {}, ...more });

it('tells what the next bench starts with, or that nothing is remembered', () => {
  expect(rememberedText(settings({}))).toBeUndefined();
  expect(rememberedText(settings({ wish: { address: '', range: undefined } }))).toBeUndefined();
  expect(rememberedText(settings({ nic: 'usb0', wish: { address: '10.9.0.1/24', tftp: false } }))).toBe(
    'port usb0, address 10.9.0.1/24, TFTP off',
  );
});

it('sums the self-test up by its worst finding', () => {
  const findings = (...results: Finding['result'][]) =>
    results.map((result): Finding => ({ check: 'dhcp', result, message: '' }));
  expect(verdictOf(findings('ok', 'ok')).tone).toBe('ok');
  expect(verdictOf(findings('ok', 'no-right'))).toEqual({
    tone: 'warn',
    text: 'This laptop can serve, with one thing to know.',
  });
  expect(verdictOf(findings('warning', 'failed', 'ok'))).toMatchObject({
    tone: 'bad',
    text: expect.stringContaining('1 of 3'),
  });
});
