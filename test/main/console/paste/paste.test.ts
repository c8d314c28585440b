import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Paste, type PasteOptions, type PasteReport } from '../../../../main/console/paste/paste.ts';

interface BoardOptions {
  /** Bytes of its receive buffer; default 16. */
  readonly buffer?: number;
  readonly prompt?: string;
  readonly echo?: boolean;
  /** Milliseconds that each line keeps it busy. */
  readonly work?: number;
  readonly lose?: (n: number) => boolean;
  readonly says?: string;
}

/** A board that reads a byte per millisecond from a receive buffer that drops what does not fit, and edits lines as shells do. */
class Board {
  readonly lines: string[] = [];
  dropped = 0;
  #buffer: number[] = [];
  #line = '';
  #busy = 0;
  readonly #options: BoardOptions;
  #read = 0;

  constructor(options: BoardOptions = {}) {
    this.#options = options;
  }

  receive(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.#buffer.length < (this.#options.buffer ?? 16)) this.#buffer.push(byte);
      else this.dropped++;
    }
  }

  /** One millisecond; what it prints. */
  turn(): string {
    if (this.#busy > 0) {
      this.#busy--;
      return this.#busy === 0 ? (this.#options.prompt ?? '') : '';
    }
    const byte = this.#buffer.shift();
    if (byte === undefined || this.#options.lose?.(this.#read++)) return '';
    const echo = this.#options.echo ?? true;
    if (byte === 0x15) {
      const wiped = '\b \b'.repeat(this.#line.length);
      this.#line = '';
      return wiped;
    }
    if (byte === 0x0d) {
      this.lines.push(Buffer.from(this.#line, 'latin1').toString());
      this.#line = '';
      this.#busy = (this.#options.work ?? 0) + 1;
      return echo ? `\r\n${this.#options.says ?? ''}` : '';
    }
    this.#line += String.fromCharCode(byte);
    return echo ? String.fromCharCode(byte) : '';
  }
}

function paste(text: string, board: Board, options?: PasteOptions): PasteReport {
  const machine = new Paste(text, options);
  let report: PasteReport | undefined;
  let now = 0;
  const perform = (effects: ReturnType<Paste['start']>) => {
    for (const effect of effects) {
      if (effect.do === 'send') board.receive(effect.bytes);
      else report = effect.report;
    }
  };
  perform(machine.start(now));
  while (!report && now < 1_000_000) {
    now++;
    const printed = board.turn();
    if (printed) perform(machine.push(Buffer.from(printed, 'latin1'), now));
    if (now >= machine.deadline) perform(machine.tick(now));
  }
  // What is still in the buffer is read as well.
  for (let i = 0; i < 100; i++) board.turn();
  return report!;
}

const script = (bytes: number): string => {
  let text = '';
  for (let i = 0; text.length < bytes; i++) text += `echo line ${i} "${'quoted '.repeat(i % 12)}" >> /tmp/x\n`;
  return text;
};

describe('paste with echo', () => {
  it('delivers 64 kB to a slow reader without loss', () => {
    const text = script(65_536);
    const board = new Board({ prompt: 'root@board:~# ' });
    const report = paste(text, board);
    expect(report).toMatchObject({ ok: true, again: 0, bytes: text.length });
    expect(board.dropped).toBe(0);
    expect(`${board.lines.join('\n')}\n`).toBe(text);
  });

  it.each<[string, ConstructorParameters<typeof Board>[0], PasteOptions]>([
    ['a prompt made of the same letters', { prompt: 'echo line 1 echo> ' }, {}],
    ['work after each line, with its prompt waited for', { prompt: '=> ', work: 500 }, { prompt: '=> ' }],
    ['messages of a kernel', { says: '[   12.0] usb 1-1: echo line new device\r\n' }, {}],
    ['colours', { prompt: '\u001b[1;32mroot\u001b[0m# ' }, {}],
    ['a buffer of one byte', { buffer: 1 }, { window: 1 }],
  ])('%s', (_name, options, paces) => {
    const text = script(3000);
    const board = new Board(options);
    expect(paste(text, board, paces)).toMatchObject({ ok: true, why: undefined });
    expect(`${board.lines.join('\n')}\n`).toBe(text);
  });

  it('types a line again when a letter was lost on the way, and never enters a damaged one', () => {
    const text = script(3000);
    const board = new Board({ lose: n => n % 211 === 100 });
    const report = paste(text, board);
    expect(report.ok).toBe(true);
    expect(report.again).toBeGreaterThan(5);
    expect(`${board.lines.join('\n')}\n`).toBe(text);
  });

  it('gives up on an end that shows nothing, without pressing Enter', () => {
    const board = new Board({ echo: false });
    const report = paste('rm -rf /tmp/x\n', board);
    expect(report).toMatchObject({ ok: false, lines: 0 });
    expect(report.why).toContain('without echo check');
    expect(board.lines).toEqual([]);
  });

  it('gives up when the prompt does not come back', () => {
    const report = paste('a\nb\n', new Board({ prompt: '# ' }), { prompt: '=> ' });
    expect(report).toMatchObject({ ok: false, why: '“=> ” did not come after line 1.' });
  });

  it.each<[string, string, string[]]>([
    ['no line end: nothing is entered', 'abc', []],
    ['CR LF', 'a\r\nb\r\n', ['a', 'b']],
    ['empty lines', '\n\na\n', ['', '', 'a']],
    ['nothing', '', []],
    ['tabs and blanks', '\ta  b \n', ['\ta  b ']],
    ['UTF-8', 'Grüße\n', ['Grüße']],
  ])('%s', (_name, text, lines) => {
    const board = new Board();
    expect(paste(text, board).ok).toBe(true);
    expect(board.lines).toEqual(lines);
  });

  it('types what it is given, whatever that is', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '#', 'ü', '\t'), maxLength: 30 });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.integer({ min: 1, max: 40 }), (lines, window) => {
        const board = new Board({ buffer: window, prompt: 'ab# ' });
        const text = lines.map(each => `${each}\n`).join('');
        expect(paste(text, board, { window }).ok).toBe(true);
        expect(board.lines).toEqual(lines);
      }),
      { numRuns: 100 },
    );
  });
});

describe('paste without echo', () => {
  it('keeps its pace', () => {
    const text = script(5000);
    const board = new Board({ echo: false });
    expect(paste(text, board, { echo: false, window: 8, delay: 10, lineDelay: 10 }).ok).toBe(true);
    expect(`${board.lines.join('\n')}\n`).toBe(text);
    expect(board.dropped).toBe(0);
  });
});
