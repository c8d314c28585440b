import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { elapsing } from '../../../main/cli/interruption.ts';

const DAY = 24 * 3600;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('temporary: --for', () => {
  it.each([1, DAY, 60 * DAY])('%i seconds are over after that time and not before', async seconds => {
    let over = false;
    void elapsing(seconds).elapsed.then(() => {
      over = true;
    });
    await vi.advanceTimersByTimeAsync(seconds * 1000 - 1);
    expect(over).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(over).toBe(true);
  });

  it('without a time never, and cancelled neither', async () => {
    const { cancel } = elapsing(60 * DAY);
    elapsing(undefined);
    await vi.advanceTimersByTimeAsync(30 * DAY * 1000);
    cancel();
    expect(vi.getTimerCount()).toBe(0);
  });
});
