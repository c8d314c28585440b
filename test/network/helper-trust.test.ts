/** Whom the helper and its engine believe: users and processes as the kernel names them, tokens, and only whole requests. */
import { execFile, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenForUser } from '../../main/host/helper/descriptor-channel.linux.ts';
import { HELPER_FILE } from '../../main/host/helper/helper-file.ts';
import { type MeetingPlace, makeMeetingPlace, socketPath } from '../../main/host/helper/meeting-place.ts';
import { greet, isGreeting } from '../../main/host/helper/messages.ts';
import { startHelper } from '../../main/host/helper/start-helper.ts';

const run = promisify(execFile);
const NOBODY = 65_534;

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs the helper to its end. */
function helper(folder: string, uid: number | string = 0, pid = process.pid): Promise<Ended> {
  const child = spawn(process.execPath, [HELPER_FILE, folder, String(uid), String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', text => {
    stderr += text;
  });
  return new Promise(resolve => child.once('close', code => resolve({ code, stderr })));
}

/** A place where the test itself is the engine. */
async function meet(): Promise<MeetingPlace & { readonly server: Server; readonly came: Promise<Socket> }> {
  const place = makeMeetingPlace();
  const server = createServer();
  const came = new Promise<Socket>(resolve => server.once('connection', resolve));
  await new Promise<void>(resolve => server.listen(socketPath(place.folder), resolve));
  onTestFinished(() => {
    server.close();
    place.remove();
  });
  return { ...place, server, came };
}

/** A greeted helper: lines are sent raw, answers come one by one. */
async function talk() {
  const place = await meet();
  const ended = helper(place.folder);
  const socket = await place.came;
  onTestFinished(() => void socket.destroy());
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const answer = async () => (await lines.next()).value as string;
  expect(isGreeting(await answer(), place.tokens.helper)).toBe(true);
  socket.write(`${JSON.stringify(greet(place.tokens.engine))}\n`);
  return { socket, ended, answer: async () => JSON.parse(await answer()) as unknown };
}

const refused = (id: number, reason: string) => ({
  id,
  error: { code: 'HELPER_FAILED', data: { reason: expect.stringContaining(reason) } },
});
const holder = (id: number) => JSON.stringify({ id, verb: 'holder', args: { protocol: 'udp', port: 4011 } });

describe('the helper', () => {
  it('refuses what is no request of its list, and stays as it was', async () => {
    const { socket, ended, answer } = await talk();
    const args = { nic: 'lo', address: '127.0.0.1' };
    for (const [line, id, reason] of [
      ['x'.repeat(1024 * 1024), 0, 'too long'],
      ['\u0000\u0001\u0002', 0, 'no request'],
      ['{"id":1,"verb":"holder"', 0, 'no request'],
      [JSON.stringify({ id: 2, verb: 'exec', args: { file: '/bin/sh' } }), 2, 'no such verb'],
      [JSON.stringify({ id: 3, verb: 'openDrive', args: { path: '/dev/sda' } }), 3, 'openDrive does not take'],
      [JSON.stringify({ id: 4, verb: 'openUdp', args: { ...args, port: 161 } }), 4, 'as port'],
      [
        JSON.stringify({ id: 5, verb: 'addAddress', args: { nic: '--help', address: '10.0.0.1', prefix: 24 } }),
        5,
        'as nic',
      ],
      [JSON.stringify({ id: 6, verb: 'holder', args: { protocol: 'udp', port: 1, more: true } }), 6, 'holder'],
    ] as const) {
      socket.write(`${line}\n`);
      expect(await answer()).toEqual(refused(id, reason));
    }
    socket.write(Buffer.from([0xff, 0xfe, 10]));
    expect(await answer()).toEqual(refused(0, 'too long'));
    socket.write(`${holder(7)}\n`);
    expect(await answer()).toEqual({ id: 7, value: null, descriptors: 0 });
    socket.end();
    expect(await ended).toEqual({ code: 0, stderr: '' });
  });

  it('refuses more at once than it keeps waiting, and answers the rest', async () => {
    const { socket, answer } = await talk();
    const flood = Array.from({ length: 150 }, (_, i) => holder(i + 1));
    socket.write(`${flood.join('\n')}\n`);
    const answers = await Promise.all(flood.map(() => answer()));
    const ids = answers.map(one => (one as { id: number }).id).sort((a, b) => a - b);
    expect(ids).toEqual(flood.map((_, i) => i + 1));
    expect(answers.some(one => JSON.stringify(one).includes('too many requests'))).toBe(true);
    expect(answers.some(one => JSON.stringify(one).includes('"descriptors":0'))).toBe(true);
  });

  it('says goodbye to an engine that does not know the token, before it does anything', async () => {
    const place = await meet();
    const ended = helper(place.folder);
    const socket = await place.came;
    const closed = new Promise(resolve => socket.once('close', resolve));
    socket.resume().write(`${JSON.stringify(greet(place.tokens.helper))}\n${holder(1)}\n`);
    expect(await ended).toMatchObject({ code: 1, stderr: expect.stringContaining('does not know the token') });
    await closed;
  });

  it('says nothing to a process that did not start it', async () => {
    const place = await meet();
    const said: Buffer[] = [];
    void place.came.then(socket => socket.on('data', bytes => said.push(bytes)));
    const { code, stderr } = await helper(place.folder, 0, 1);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`process ${process.pid} of user 0 listens there`)]);
    expect(said).toEqual([]);
  });

  it("says nothing to another user's process", async () => {
    const place = await meet();
    const said: Buffer[] = [];
    void place.came.then(socket => socket.on('data', bytes => said.push(bytes)));
    chownSync(`${place.folder}/tokens`, NOBODY, NOBODY);
    chownSync(place.folder, NOBODY, NOBODY);
    const { code, stderr } = await helper(place.folder, NOBODY);
    expect([code, stderr]).toEqual([1, expect.stringContaining('of user 0 listens there')]);
    expect(said).toEqual([]);
  });

  it.each<readonly [string, (place: MeetingPlace) => void, string]>([
    ['is open to others', ({ folder }) => chmodSync(folder, 0o755), 'not a folder of user 0 alone'],
    ["is another user's", ({ folder }) => chownSync(folder, NOBODY, NOBODY), 'not a folder of user 0 alone'],
    ['has no engine in it', () => {}, 'ECONNREFUSED'],
  ])('does not enter a folder that %s', async (what, spoil, message) => {
    const place = await meet();
    if (what.includes('no engine')) await run('python3', ['-c', LEAVE_SOCKET, socketPath(place.folder)]);
    spoil(place);
    expect(await helper(place.folder)).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
  });

  it.each([[[]], [['/tmp']], [['/tmp', 'root', '1']], [['/tmp', '0', '1', 'more']], [['/tmp', '-1', '1']]])(
    'is started by Benchboot alone: %j',
    async args => {
      await expect(run(process.execPath, [HELPER_FILE, ...args])).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining('Benchboot starts this program itself'),
      });
    },
  );
});

/** Binds a socket there and leaves without listening. */
const LEAVE_SOCKET = 'import os, socket, sys; os.unlink(sys.argv[1]); socket.socket(socket.AF_UNIX).bind(sys.argv[1])';

/** Connects there, says something, and tells what came back until it was closed. */
const INTRUDER = [
  process.execPath,
  '-e',
  `const [path, text] = process.argv.slice(1);
  let octets = 0;
  require('node:net').connect(path, function () { this.write(text); })
    .on('data', bytes => { octets += bytes.length; })
    .on('error', () => {})
    .on('close', () => console.log('closed after ' + octets + ' octets'));`,
] as const;

describe('the engine', () => {
  it.each([
    [0, ['hello']],
    [NOBODY, []],
  ])('hears the administrator alone: user %i', async (uid, expected) => {
    const place = makeMeetingPlace();
    const path = socketPath(place.folder);
    const meeting = listenForUser(path, 0);
    onTestFinished(() => {
      meeting.close();
      place.remove();
    });
    chmodSync(place.folder, 0o755);
    chmodSync(path, 0o777);
    const heard: unknown[] = [];
    meeting.onCandidate(channel =>
      channel.onLine(line => {
        heard.push(line);
        channel.close();
      }),
    );
    await run('setpriv', ['--reuid', `${uid}`, '--regid', `${uid}`, '--clear-groups', ...INTRUDER, path, 'hello\n']);
    expect(heard).toEqual(expected);
  });

  it('shows out whoever does not know the token, and goes with the one who does', async () => {
    const said: string[] = [];
    const channel = await startHelper({
      helperEntry: HELPER_FILE,
      async elevate(command) {
        const folder = command.at(-3)!;
        const [intruder, ...words] = INTRUDER;
        const hello = `${JSON.stringify(greet('00'.repeat(32)))}\n`;
        said.push((await run(intruder, [...words, socketPath(folder), hello])).stdout);
        const [file = '', ...args] = command;
        return run(file, args).then(
          () => ({ output: '' }),
          (error: { stderr: string }) => ({ output: error.stderr }),
        );
      },
    });
    expect(said).toEqual(['closed after 0 octets\n']);
    const answer = new Promise(resolve => channel.onLine(resolve));
    channel.send({ id: 1, verb: 'holder', args: { protocol: 'udp', port: 4011 } });
    expect(await answer).toBe('{"id":1,"value":null,"descriptors":0}');
    channel.close();
  });

  it('leaves no folder behind, whatever came of it', async () => {
    const folders: string[] = [];
    const start = (output: string, refused?: string) =>
      startHelper({
        helperEntry: HELPER_FILE,
        elevate: async command => {
          folders.push(command.at(-3)!);
          expect(existsSync(folders.at(-1)!)).toBe(true);
          return { output, refused };
        },
      });
    await expect(start('a\nthe reason\n')).rejects.toMatchObject({
      code: 'HELPER_FAILED',
      data: { reason: 'the reason' },
    });
    await expect(start('', 'the password dialog was closed')).rejects.toThrow('the password dialog was closed');
    expect(folders.map(folder => existsSync(folder))).toEqual([false, false]);
  });
});
