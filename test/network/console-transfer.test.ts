/** Files, pastes and scripts over a console, before Debian's own programs at the other end of a pty. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Consoles, createConsoles } from '../../main/console/consoles.ts';
import { READY_MADE } from '../../main/console/expect/ready-made.ts';
import { runScript } from '../../main/console/expect/run-script.ts';
import { pasteText } from '../../main/console/paste/paste-text.ts';
import type { Session } from '../../main/console/session.ts';
import { sendFiles } from '../../main/console/transfer/send-files.ts';
import { nodeClock } from '../../main/host/node/clock.ts';
import { nodeSerialPorts } from '../../main/host/node/serial-ports.ts';
import { Program } from '../lab/program.ts';

const top = mkdtempSync(join(tmpdir(), 'benchboot-transfer-'));
afterAll(() => rmSync(top, { recursive: true }));

let folder = '';
let consoles: Consoles;
let programs: Program[] = [];
let count = 0;

beforeEach(() => {
  folder = join(top, String(++count));
  mkdirSync(join(folder, 'board'), { recursive: true });
  consoles = createConsoles({
    host: { clock: nodeClock, serialPorts: nodeSerialPorts(process.platform) },
    stateFolder: folder,
  });
  programs = [];
});
afterEach(async () => {
  await consoles.close();
  for (const program of programs) await program.stop();
});

/** A program at the far end of a pty, in a folder of its own. `tty`: it has a terminal, as on a board, and no bare pipe. */
async function board(command: string, tty = false): Promise<{ session: Session; program: Program }> {
  const link = join(folder, 'tty');
  const address = `EXEC:'${command}'${tty ? ',pty,setsid,ctty,stderr' : ''}`;
  const program = new Program(['socat', `PTY,link=${link},rawer,wait-slave`, address], {
    name: command,
    log: join(folder, 'socat.log'),
    env: { LC_ALL: 'C', PWD: join(folder, 'board') },
  });
  programs.push(program);
  for (let i = 0; i < 2000 && !isThere(link); i++) await new Promise(resolve => setTimeout(resolve, 10));
  const session = consoles.open({ target: link });
  await new Promise<void>(resolve => {
    const look = () => session.state.phase === 'open' && resolve();
    session.onState(look);
    look();
  });
  return { session, program };
}

const isThere = (path: string): boolean => {
  try {
    return statSync(path).isCharacterDevice();
  } catch {
    return false;
  }
};
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

function file(name: string, bytes: Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  utimesSync(path, 1_700_000_000, 1_700_000_000);
  return path;
}
const inBoard = (name: string): string => join(folder, 'board', name);
const shell = (command: string): string => `sh -c "cd ${join(folder, 'board')} && ${command}"`;

function shellProgram(): string {
  const path = join(folder, 'shell');
  writeFileSync(path, "#!/bin/sh\nPS1='board# ' exec dash -i\n", { mode: 0o755 });
  return path;
}

describe('files to lrzsz', () => {
  it.each([128, 1024] as const)('XMODEM with blocks of %i', async blocks => {
    const bytes = randomBytes(40_001);
    const { session } = await board(shell('exec rx -b got.bin'));
    const paths = [file('kernel.img', bytes)];
    const progress: number[] = [];
    const report = await sendFiles(session, {
      protocol: 'xmodem',
      paths,
      blocks,
      clock: nodeClock,
      progress: each => progress.push(each.bytes),
    });
    expect(report).toMatchObject({ ok: true, sent: ['kernel.img'] });
    expect(readFileSync(inBoard('got.bin')).subarray(0, bytes.length).equals(bytes)).toBe(true);
    expect(progress.at(-1)).toBe(bytes.length);
  });

  it('YMODEM: a batch, with names, sizes and times', async () => {
    const paths = [
      file('Image', randomBytes(300_000)),
      file('empty', Buffer.alloc(0)),
      file('board.dtb', randomBytes(4097)),
    ];
    const { session, program } = await board(shell('exec rb -b'));
    const report = await sendFiles(session, { protocol: 'ymodem', paths, clock: nodeClock });
    expect(report).toMatchObject({ ok: true, sent: ['Image', 'empty', 'board.dtb'] });
    await program.ended;
    for (const path of paths) expect(sha256(inBoard(path.split('/').at(-1)!))).toBe(sha256(path));
    expect(statSync(inBoard('Image')).mtimeMs).toBe(1_700_000_000_000);
  });

  it('ZMODEM: a batch', async () => {
    const paths = [
      file('Image', randomBytes(3_000_000)),
      file('empty', Buffer.alloc(0)),
      file('ctl', Buffer.from(Array.from({ length: 1024 }, (_, i) => i & 255))),
    ];
    const { session, program } = await board(shell('exec rz -b -e'));
    const report = await sendFiles(session, { protocol: 'zmodem', paths, clock: nodeClock });
    expect(report).toMatchObject({ ok: true, sent: ['Image', 'empty', 'ctl'] });
    await program.ended;
    for (const path of paths) expect(sha256(inBoard(path.split('/').at(-1)!))).toBe(sha256(path));
  });

  it('a person stops it in mid-transfer; nobody else may write meanwhile', async () => {
    const path = file('Image', randomBytes(2_000_000));
    const { session, program } = await board(shell('exec rb -b'));
    const stop = new AbortController();
    let meanwhile: Promise<unknown> | undefined;
    const sending = sendFiles(session, {
      protocol: 'ymodem',
      paths: [path],
      clock: nodeClock,
      signal: stop.signal,
      progress: each => {
        meanwhile ??= session.write(Buffer.from('x')).catch((error: { code: string }) => error.code);
        if (each.bytes > 50_000) stop.abort();
      },
    });
    expect(await sending).toMatchObject({ ok: false, why: 'It was stopped.', sent: [] });
    expect(await meanwhile).toBe('CONSOLE_CLAIMED');
    // The receiver was told, so it ends as well, and the line with it.
    expect((await program.ended).code).not.toBeNull();
    await expect.poll(() => session.state.phase).not.toBe('open');
  });

  it('a file that is not there is told before anything is sent', async () => {
    const { session } = await board('cat');
    const options = { protocol: 'ymodem', paths: [join(folder, 'none')], clock: nodeClock } as const;
    await expect(sendFiles(session, options)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    expect(session.counters.sent).toBe(0);
  });
});

describe('at a shell', () => {
  it('a script runs a command and reads its answer, then 64 kB are pasted into a file', async () => {
    const { session } = await board(shellProgram(), true);
    const script = {
      name: 'uname',
      steps: [
        { send: '\r', wait: 'board# ', within: 20 },
        { send: 'echo answer=$((6*7))\r', wait: { regex: 'answer=(\\d+)' } },
        { wait: 'board# ' },
      ],
    };
    const report = await runScript(session, script, { clock: nodeClock });
    expect(report, JSON.stringify(report)).toMatchObject({ ok: true });

    const lines: string[] = [];
    for (let i = 0; lines.join('\n').length < 65_536; i++)
      lines.push(`line ${i} of a file: "quotes", $dollars & tails ${'.'.repeat(i % 40)}`);
    const text = `cat > ${inBoard('pasted')} <<'END'\n${lines.join('\n')}\nEND\n`;
    const pasted = await pasteText(session, text, { clock: nodeClock, lineDelay: 1, window: 256 });
    expect(pasted).toMatchObject({ ok: true, lines: lines.length + 2 });
    await expect.poll(() => readFileSync(inBoard('pasted'), 'utf8')).toBe(`${lines.join('\n')}\n`);
  });

  it('the ready-made log-in knows a shell that waits', async () => {
    const { session } = await board(shellProgram(), true);
    const logIn = READY_MADE.find(script => script.name === 'log-in')!;
    const report = await runScript(session, logIn, { clock: nodeClock, values: { password: 'x' } });
    expect(report).toMatchObject({ ok: true, script: 'log-in' });
  });
});
