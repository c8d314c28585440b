/** The engine's process kept: restarted once by itself, then by a person. */
import { describe, expect, it } from 'vitest';
import { EngineKeeper, type EngineProcess, type EngineState } from '../../../main/app/keeper.ts';

function kept({ failing = () => false }: { failing?: (start: number) => boolean } = {}) {
  const states: EngineState[] = [];
  const engines: { die(reason: string): void; stopped: boolean }[] = [];
  const keeper = new EngineKeeper({
    async spawn(): Promise<EngineProcess> {
      if (failing(engines.length)) throw new Error('The engine could not start.');
      let exited: (reason: string) => void = () => {};
      const engine = { die: (reason: string) => exited(reason), stopped: false };
      engines.push(engine);
      return {
        onExit: listener => {
          exited = listener;
        },
        async stop() {
          engine.stopped = true;
          exited('It ended with code 0.');
        },
      };
    },
    changed: state => states.push(state),
  });
  return { keeper, states, engines };
}
const settled = () => new Promise<void>(resolve => setImmediate(resolve));

describe('an engine that dies', () => {
  it('is started again once, and that is told', async () => {
    const { keeper, states, engines } = kept();
    await keeper.start();
    engines[0]!.die('It was ended by SIGKILL.');
    await settled();
    expect(states).toEqual([
      { engine: 'running', restarts: 0 },
      { engine: 'restarting', reason: 'It was ended by SIGKILL.', restarts: 1 },
      { engine: 'running', reason: 'It was ended by SIGKILL.', restarts: 1 },
    ]);
    expect(keeper.process).toBeDefined();
  });

  it('twice is left to a person, who gets it back with one more spare', async () => {
    const { keeper, engines } = kept();
    await keeper.start();
    for (const engine of [0, 1]) {
      engines[engine]!.die('It ended with code 1.');
      await settled();
    }
    expect(keeper.state).toEqual({ engine: 'gone', reason: 'It ended with code 1.', restarts: 1 });
    expect(keeper.process).toBeUndefined();
    await keeper.restart();
    expect(keeper.state).toMatchObject({ engine: 'running', restarts: 2 });
    engines[2]!.die('It ended with code 1.');
    await settled();
    expect(keeper.state).toMatchObject({ engine: 'running', restarts: 3 });
  });

  it('and cannot start again is gone, with the reason', async () => {
    const { keeper, engines } = kept({ failing: start => start === 1 });
    await keeper.start();
    engines[0]!.die('It was ended by SIGSEGV.');
    await settled();
    expect(keeper.state).toEqual({ engine: 'gone', reason: 'The engine could not start.', restarts: 1 });
  });
});

describe('the keeper', () => {
  it('that cannot start the first engine says so', async () => {
    await expect(kept({ failing: () => true }).keeper.start()).rejects.toThrow('The engine could not start.');
  });

  it('starts no second engine beside one that runs', async () => {
    const { keeper, engines } = kept();
    await keeper.start();
    await keeper.restart();
    expect(engines).toHaveLength(1);
  });

  it('that is closed stops the engine and starts none', async () => {
    const { keeper, engines } = kept();
    await keeper.start();
    await keeper.close();
    await settled();
    expect(engines.map(({ stopped }) => stopped)).toEqual([true]);
    await keeper.restart();
    expect(engines).toHaveLength(1);
  });
});
