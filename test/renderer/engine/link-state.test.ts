/** How the window stands with the engine, and what it tells a person about it. */
import { describe, expect, it } from 'vitest';
import {
  FIRST_LINK,
  type LinkEvent,
  linkProblem,
  nextLink,
  retryAfterMs,
} from '../../../renderer/engine/link-state.ts';

const told = (...events: LinkEvent[]) => events.reduce(nextLink, FIRST_LINK);
const gone: LinkEvent = {
  type: 'engine',
  engine: { engine: 'gone', reason: 'It was ended by SIGKILL.', restarts: 1 },
  at: 5,
};

describe('the line to the engine', () => {
  it('is up with the first views, and says nothing', () => {
    const state = told({ type: 'up' });
    expect(state).toMatchObject({ line: 'up', failures: 0 });
    expect(linkProblem(state)).toBeUndefined();
  });

  it('says nothing of one short break, and plainly what is the matter when it lasts', () => {
    const once = told({ type: 'up' }, { type: 'closed', at: 9 }, { type: 'retrying' });
    expect(once).toMatchObject({ line: 'down', failures: 1, lastUp: 9 });
    expect(linkProblem(once)).toBeUndefined();
    const twice = nextLink(once, { type: 'closed', at: 12 });
    expect(twice.lastUp).toBe(9);
    expect(linkProblem(twice)).toMatchObject({ title: 'Benchboot does not answer', action: 'retry' });
    expect(nextLink(twice, { type: 'up' })).toMatchObject({ line: 'up', failures: 0 });
  });

  it('says so when there never was one', () => {
    const state = told({ type: 'closed', at: 1 }, { type: 'retrying' }, { type: 'closed', at: 2 });
    expect(linkProblem(state)).toMatchObject({ title: 'No answer from Benchboot', action: 'retry' });
  });

  it('offers to restart an engine that is gone, with the reason', () => {
    const state = told({ type: 'up' }, gone);
    expect(state.line).toBe('down');
    expect(linkProblem(state)?.text).toContain('It was ended by SIGKILL.');
    expect(linkProblem(state)?.action).toBe('restart');
  });

  it('offers nothing while the engine is being started again', () => {
    const state = told({ type: 'up' }, { ...gone, engine: { engine: 'restarting', restarts: 1 } } as LinkEvent);
    expect(linkProblem(state)).toMatchObject({ action: undefined });
    expect(linkProblem(nextLink(state, { type: 'up' }))).toBeUndefined();
  });

  it('stays as it is when a view comes on a line that is up', () => {
    const up = told({ type: 'up' });
    expect(nextLink(up, { type: 'up' })).toBe(up);
  });

  it('tries again soon, then at a pace that costs nothing', () => {
    expect([1, 2, 3, 4, 5, 6, 20].map(retryAfterMs)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
  });
});
