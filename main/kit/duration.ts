/** Durations as people write them: `90s`, `10m`, `2h`, `1d`, or plain seconds. */
const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds, at least 1, or undefined when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9})([smhd]?)$/.exec(text.trim());
  if (!match) return undefined;
  const seconds = Number(match[1]) * UNITS[(match[2] || 's') as keyof typeof UNITS];
  return seconds >= 1 && seconds < 0xffffffff ? seconds : undefined;
}

/** The local time of day, `14:03:09`, of an ISO time. */
export function timeOfDay(iso: string): string {
  const at = new Date(iso);
  return clockText(at.getHours() * 3600 + at.getMinutes() * 60 + at.getSeconds());
}

/** `00:12:31`, for counters that run. */
export function clockText(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** `0.2 s`, `12 s`, `4 min 12 s`, `10 min`, `2 h 5 min`: a length of time as a colleague would say it. */
export function spanText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return whole < 3600 ? parts(whole, 60, 'min', 's') : parts(Math.round(whole / 60), 60, 'h', 'min');
}

function parts(value: number, size: number, large: string, small: string): string {
  const rest = value % size;
  return `${Math.floor(value / size)} ${large}${rest > 0 ? ` ${rest} ${small}` : ''}`;
}
