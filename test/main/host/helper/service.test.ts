/** Both sides of the helper over a channel in memory, on a machine made of nothing. */
import { describe, expect, it } from 'vitest';
import { BenchError } from '../../../../main/errors.ts';
import { type Channel, Ears } from '../../../../main/host/helper/channel.ts';
import { type HelperClient, helperClient } from '../../../../main/host/helper/helper-client.ts';
import { greet } from '../../../../main/host/helper/messages.ts';
import { operations } from '../../../../main/host/helper/operations.ts';
import { type Service, serveEngine } from '../../../../main/host/helper/serve-engine.ts';
import { Refused } from '../../../../main/host/helper/start-helper.ts';
import type { Nics } from '../../../../main/host/host.ts';
import { memoryHost } from '../../../../main/host/memory/memory-host.ts';

const tokens = { helper: 'a1'.repeat(32), engine: 'b2'.repeat(32) };
const address = { address: '10.32.0.1', prefix: 24 };

/** Two ends; a message sent into one comes out of the other as a line, later. */
function channels(): readonly [Channel, Channel] {
  const ears = [new Ears(), new Ears()] as const;
  const end = (own: Ears, other: Ears): Channel => ({
    send: message => queueMicrotask(() => own.ended || other.ended || other.hear(JSON.stringify(message))),
    onLine: listener => own.onLine(listener),
    onEnd: listener => own.onEnd(listener),
    take: count => (count === 0 ? [] : undefined),
    keepAlive: () => {},
    close: () => {
      own.end();
      queueMicrotask(() => other.end());
    },
  });
  return [end(ears[0], ears[1]), end(ears[1], ears[0])];
}

function machine() {
  return memoryHost({ nics: [{ name: 'bench0', up: false, carrier: false }, { name: 'bench1' }] });
}

interface Helped {
  readonly nics: Nics;
  readonly client: HelperClient;
  readonly lost: string[];
  readonly services: Service[];
  /** The engine dies. */
  kill(): void;
}

function helped(nics: Nics = machine().nics): Helped {
  const lost: string[] = [];
  const services: Service[] = [];
  let engineEnd: Channel;
  const start = async (): Promise<Channel> => {
    const [engine, helper] = channels();
    engineEnd = engine;
    const perform = operations({ nics, run: async () => '', drives: undefined, passes: false, platform: 'darwin' });
    services.push(serveEngine({ channel: helper, tokens, perform, nics }));
    await new Promise<void>(resolve => engine.onLine(() => resolve()));
    engine.send(greet(tokens.engine));
    return engine;
  };
  const client = helperClient(start, error => lost.push(error.message));
  return { nics, client, lost, services, kill: () => engineEnd.close() };
}

const nicNamed = async (nics: Nics, name: string) => (await nics.list()).find(nic => nic.name === name)!;

describe('the helper', () => {
  it('changes a network port, and undoes it when the engine is gone', async () => {
    const { nics, client, kill, services } = helped();
    const before = await nics.list();
    await client.call('setUp', { nic: 'bench0', up: true }, 'x');
    await client.call('addAddress', { nic: 'bench0', ...address }, 'x');
    expect(await nicNamed(nics, 'bench0')).toMatchObject({ up: true, addresses: [address] });
    kill();
    expect(await services[0]!.ended).toEqual([]);
    expect(await nics.list()).toEqual(before);
  });

  it('leaves alone what was so before, and what the engine undid', async () => {
    const { nics, client, kill, services } = helped();
    await client.call('setUp', { nic: 'bench1', up: true }, 'x');
    await client.call('addAddress', { nic: 'bench1', ...address }, 'x');
    await client.call('removeAddress', { nic: 'bench1', ...address }, 'x');
    await nics.addAddress('bench1', address);
    kill();
    expect(await services[0]!.ended).toEqual([]);
    expect(await nicNamed(nics, 'bench1')).toMatchObject({ up: true, addresses: [address] });
  });

  it('says what could not be undone', async () => {
    const { nics } = machine();
    const stubborn: Nics = {
      list: () => nics.list(),
      watch: changed => nics.watch(changed),
      knownNetworks: () => nics.knownNetworks(),
      addAddress: (nic, one) => nics.addAddress(nic, one),
      removeAddress: () => Promise.reject(new Error('no')),
      setUp: (nic, up) => nics.setUp(nic, up),
    };
    const { client, kill, services } = helped(stubborn);
    await client.call('addAddress', { nic: 'bench1', ...address }, 'x');
    kill();
    expect(await services[0]!.ended).toEqual(['a change to bench1 could not be undone: no']);
  });

  it('never runs a command for a port that is not there', async () => {
    const { client } = helped();
    await expect(client.call('setUp', { nic: 'eth9', up: true }, 'x')).rejects.toMatchObject({ code: 'NIC_GONE' });
  });

  it('refuses to hand over what this system cannot', async () => {
    const { client } = helped();
    const socket = { nic: 'bench0', address: '0.0.0.0' };
    await expect(client.call('openUdp', { ...socket, port: 67 }, 'x')).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('darwin'),
    });
    await expect(client.call('openTcp', { ...socket, port: 80 }, 'x')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(client.call('openPacket', { nic: 'bench0' }, 'x')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it('ends with a stranger', async () => {
    const [engine, helper] = channels();
    const { nics } = machine();
    const perform = () => Promise.reject(new Error('never asked'));
    const service = serveEngine({ channel: helper, tokens, perform, nics });
    engine.send(greet(tokens.helper));
    expect(await service.ended).toEqual(['whoever listens there does not know the token']);
  });
});

describe('the engine', () => {
  it('starts one helper for many calls, and another after that is gone', async () => {
    const { client, services, lost, nics } = helped();
    expect(client.running).toBe(false);
    await Promise.all([
      client.call('setUp', { nic: 'bench0', up: true }, 'x'),
      client.call('addAddress', { nic: 'bench0', ...address }, 'x'),
    ]);
    expect([client.running, services.length]).toEqual([true, 1]);
    services[0]!.end();
    await services[0]!.ended;
    expect([client.running, lost.length]).toEqual([false, 1]);
    expect((await nicNamed(nics, 'bench0')).addresses).toEqual([]);
    await client.call('addAddress', { nic: 'bench0', ...address }, 'x');
    expect(services).toHaveLength(2);
  });

  it('hears of a refused password, each caller with its own sentence, and may ask again', async () => {
    let asked = 0;
    const client = helperClient(
      () => {
        asked++;
        return Promise.reject(new Refused('the password dialog was closed'));
      },
      () => {},
    );
    const both = await Promise.allSettled([
      client.call('setUp', { nic: 'bench0', up: true }, 'Switching bench0 on'),
      client.call('openPacket', { nic: 'bench0' }, 'Listening to bench0'),
    ]);
    expect(asked).toBe(1);
    expect(both).toMatchObject([
      {
        reason: {
          code: 'PERMISSION_REFUSED',
          exitCode: 3,
          message: expect.stringMatching(/^Switching bench0 on needs/),
        },
      },
      { reason: { code: 'PERMISSION_REFUSED', message: expect.stringContaining('the password dialog was closed') } },
    ]);
    await expect(client.call('openPacket', { nic: 'bench0' }, 'x')).rejects.toBeInstanceOf(BenchError);
    expect(asked).toBe(2);
  });

  it('calls that wait when the helper dies fail, and it is told once', async () => {
    const [engine] = channels();
    const lost: string[] = [];
    const client = helperClient(
      async () => engine,
      error => lost.push(error.code),
    );
    const calls = [client.call('setUp', { nic: 'a', up: true }, 'x'), client.call('openPacket', { nic: 'a' }, 'x')];
    setImmediate(() => engine.close());
    expect(await Promise.allSettled(calls)).toMatchObject([
      { reason: { code: 'HELPER_FAILED' } },
      { reason: { code: 'HELPER_FAILED' } },
    ]);
    expect(lost).toEqual(['HELPER_FAILED']);
  });

  it.each([
    ['nonsense', 'nonsense'],
    ['an answer nobody asked for', { id: 9, value: null, descriptors: 0 }],
    ['a value of another verb', { id: 1, value: { pid: 1, program: 'x' }, descriptors: 0 }],
    ['descriptors that did not come', { id: 1, value: null, descriptors: 1 }],
    ['more than the verb gives', { id: 1, value: null, descriptors: 2 }],
  ])('parts with a helper that says %s', async (_what, answer) => {
    const [engine, helper] = channels();
    const client = helperClient(
      async () => engine,
      () => {},
    );
    helper.onLine(() => helper.send(answer as object));
    const ended = new Promise<void>(resolve => helper.onEnd(resolve));
    const call = client.call('openUdp', { nic: 'a', address: '0.0.0.0', port: 67 }, 'x');
    await expect(call).rejects.toMatchObject({ code: 'HELPER_FAILED' });
    await ended;
    expect(client.running).toBe(false);
  });
});
