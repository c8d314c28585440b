/** A script while it is edited: its line ends, its name, whether it is saved. Values in, values out. */
import type { ScriptTexts } from '../../../main/contract/views.ts';
import type { Finding } from '../../../main/ipxe/script/index.ts';

/** Editors count every line end as one character; which kind it was comes back when the text leaves. */
export interface EditorText {
  readonly text: string;
  readonly crlf: boolean;
}

export function toEditor(text: string): EditorText {
  return { text: text.replace(/\r\n?/g, '\n'), crlf: /\r\n/.test(text) && !/(?<!\r)\n|\r(?!\n)/.test(text) };
}

export const fromEditor = ({ text, crlf }: EditorText): string => (crlf ? text.replaceAll('\n', '\r\n') : text);

/** What the editor begins with: what was typed last, else what is saved. Undefined: there is no such script. */
export function firstText({ saved, draft }: ScriptTexts): EditorText | undefined {
  const text = draft ?? saved?.text;
  return text === undefined ? undefined : toEditor(text);
}

/** Of a new script, from what it is about: `almalinux`, then `almalinux 2`. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const lower = new Set(taken.map(name => name.toLowerCase()));
  const plain =
    wanted
      .replace(/\.ipxe$/i, '')
      .replace(/[^\p{L}\p{N}_ .()+-]+/gu, '-')
      .replace(/^[^\p{L}\p{N}]+|[ .]+$/gu, '')
      .slice(0, 60) || 'script';
  for (let number = 1; ; number++) {
    const name = number === 1 ? plain : `${plain} ${number}`;
    if (!lower.has(name.toLowerCase())) return name;
  }
}

/** What is wrong with a name, as a sentence. */
export function nameProblem(name: string, taken: readonly string[]): string | undefined {
  if (name === '') return 'A script needs a name.';
  if (!/^[\p{L}\p{N}][\p{L}\p{N}_ .()+-]{0,79}$/u.test(name) || /[ .]$/.test(name))
    return 'Letters, digits, blanks and . _ ( ) + - make a name; it begins with a letter or digit.';
  if (/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name))
    return 'Windows knows a device by this name; take another one.';
  return taken.some(other => other.toLowerCase() === name.toLowerCase())
    ? 'There is a script of this name.'
    : undefined;
}

/** `2 errors, 1 warning`; undefined: none. */
export function findingsText(findings: readonly Finding[]): string | undefined {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  const count = (n: number, what: string): string[] => (n === 0 ? [] : [`${n} ${what}${n === 1 ? '' : 's'}`]);
  return [...count(errors, 'error'), ...count(warnings, 'warning')].join(', ') || undefined;
}

export const NEW_SCRIPT = `#!ipxe
dhcp || goto failed
echo \${netX/mac} has \${netX/ip}
shell

:failed
echo No address. https://ipxe.org/\${errno:hexraw}
sleep 5
shell
`;
