/** A few lines of a terminal that are drawn again in place. Colours only where the terminal wants them. */
import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

const ESC = '\u001b[';

export interface Screen {
  draw(lines: readonly string[]): void;
  /** Leaves the last picture standing. */
  close(): void;
}

/** `width` cuts lines that would wrap: a wrapped line cannot be drawn over. */
export function liveScreen(out: NodeJS.WriteStream = process.stdout): Screen {
  let height = 0;
  out.write(`${ESC}?25l`);
  return {
    draw(lines) {
      const rows = Math.max(4, (out.rows ?? 24) - 1);
      const shown = lines.slice(0, rows).map(line => cutTo(line, out.columns ?? 80));
      const up = height > 0 ? `${ESC}${height}A\r` : '\r';
      out.write(`${up}${shown.map(line => `${line}${ESC}K`).join('\n')}\n${ESC}J`);
      height = shown.length;
    },
    close() {
      out.write(`${ESC}?25h`);
    },
  };
}

/** `text` in a style, or plain where the terminal has no colours or NO_COLOR is set. */
export function styled(style: Style, text: string): string {
  if (process.env.NO_COLOR || !process.stdout.hasColors?.()) return text;
  return styleText(style, text);
}

/** Cuts to `width` visible characters; colour sequences count nothing and all stay, so that none leaks into the next line. */
export function cutTo(line: string, width: number): string {
  const parts = line.split(/(\u001b\[[0-9;]*m)/);
  const isColour = (part: string) => part.startsWith('\u001b');
  const length = parts.reduce((sum, part) => sum + (isColour(part) ? 0 : part.length), 0);
  if (length <= width) return line;
  let room = width - 1; // the last one says that something is missing
  let out = '';
  for (const part of parts) {
    if (isColour(part)) out += part;
    else if (room >= 0) {
      out += part.length > room ? `${part.slice(0, room)}…` : part;
      room = part.length > room ? -1 : room - part.length;
    }
  }
  return out;
}

/** Breaks at spaces into lines of at most `width` characters; a longer word stands alone. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line];
}
