/** Numbers and times as people read them. Pure. */

/** `1 Gb/s`, `100 Mb/s`; from megabit per second. */
export const speedText = (megabits: number): string =>
  megabits >= 1000 ? `${Number((megabits / 1000).toFixed(1))} Gb/s` : `${megabits} Mb/s`;

const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const EXACT = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'full',
  timeStyle: 'medium',
});

/** `14:03:22` today, `20 Nov, 14:03` before. */
export function timeText(at: number, now: number): string {
  return new Date(at).toDateString() === new Date(now).toDateString() ? TIME.format(at) : DAY.format(at);
}

/** For a tooltip: the whole date, and UTC with milliseconds. */
export const exactTime = (at: number): string => `${EXACT.format(at)} (${new Date(at).toISOString()})`;

/** `just now`, `40 s ago`, `3 min ago`, `2 h ago`. */
export function agoText(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 5) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}
