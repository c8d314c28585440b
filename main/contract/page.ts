/**
 * The page that a window loads: what it may do, said in headers. Whoever serves `dist/renderer` (browser mode, the shell,
 * tests) answers with these, so that all of them are equally strict.
 */

/** Stands in `index.html` where a nonce belongs (the build's `html.cspNonce`). */
const NONCE_PLACEHOLDER = 'benchboot-nonce';

/** `html` with the nonce of this one answer. */
export const pageWithNonce = (html: string, nonce: string): string => html.replaceAll(NONCE_PLACEHOLDER, nonce);

/**
 * Headers of every file of the page. `nonce`: at least 16 random octets, base64, anew for each answer that carries HTML.
 * Scripts come from files alone. Styles come from files, and from `<style>` elements that our own scripts make (Mantine's
 * variables, the editor, the terminal), which the nonce lets pass; a style in markup that came from outside stays dead.
 */
export const pageHeaders = (nonce: string): Readonly<Record<string, string>> => ({
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
});
