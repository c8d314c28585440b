import { describe, expect, it, vi } from 'vitest';
import { watchPresence } from '../../../main/host/node/presence.ts';

function ports(index: Record<string, number | undefined>) {
  const presence = watchPresence({ deviceIndex: device => index[device] });
  const gone: string[] = [];
  return { index, presence, gone, watch: (nic: string, name = nic) => presence.watch(nic, () => gone.push(name)) };
}

describe('presence of a port', () => {
  it('is looked up now and then, and its end is told once to everybody', () => {
    vi.useFakeTimers();
    const { index, gone, watch } = ports({ bench0: 5, office0: 6 });
    watch('bench0', 'one');
    watch('bench0', 'two');
    watch('office0');
    vi.advanceTimersByTime(5000);
    expect(gone).toEqual([]);
    index.bench0 = undefined;
    vi.advanceTimersByTime(5000);
    expect(gone).toEqual(['one', 'two']);
    expect(vi.getTimerCount()).toBe(1);
    vi.useRealTimers();
  });

  it('an adapter that came back under its old name is another one', () => {
    const { index, presence, gone, watch } = ports({ bench0: 5 });
    watch('bench0')();
    watch('bench0', 'again');
    index.bench0 = 7;
    presence.look('bench0');
    presence.look('bench0');
    expect(gone).toEqual(['again']);
    watch('bench0', 'new');
    presence.look('bench0');
    expect(gone).toEqual(['again']);
  });

  it('a port that was not there to begin with is gone', async () => {
    const { gone, watch } = ports({});
    watch('bench0');
    await Promise.resolve();
    expect(gone).toEqual(['bench0']);
  });
});
