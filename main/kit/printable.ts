/**
 * Rule `untrusted-text`: what came from the wire is shown, never interpreted. Control characters (a terminal's escape
 * sequences begin with them) and direction overrides become a visible dot; the length is bounded.
 */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

export function printable(text: string, limit = 200): string {
  const shown = text.replace(UNSAFE, '\u00b7');
  return shown.length > limit ? `${shown.slice(0, limit - 1)}…` : shown;
}
