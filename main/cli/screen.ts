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

/** Cuts to `width` visible characters; colour sequences count nothing. */
function cutTo(line: string, width: number): string {
  let visible = 0;
  let out = '';
  for (const part of line.split(/(\u001b\[[0-9;]*m)/)) {
    if (part.startsWith('\u001b')) {
      out += part;
      continue;
    }
    const room = width - visible;
    out += part.length > room ? `${part.slice(0, Math.max(0, room - 1))}…` : part;
    visible += Math.min(part.length, room);
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
