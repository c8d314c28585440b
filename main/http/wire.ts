/** HTTP/1.1 messages on the wire (RFC 9112): request heads to values, response heads to text. Knows no socket and no file. */

/** Longest request head in octets, request line and header fields together. */
export const HEAD_LIMIT = 8192;
/** Longest request target. */
export const TARGET_LIMIT = 4096;
/** Most header fields in one request. */
export const FIELD_LIMIT = 64;

export interface RequestHead {
  readonly method: string;
  /** As sent: origin-form, absolute-form, authority-form or `*`. */
  readonly target: string;
  /** HTTP/1.0 or HTTP/1.1. */
  readonly minor: 0 | 1;
  /** Names in lower case; values trimmed, Latin-1, repeated fields joined by a comma (RFC 9110 section 5.3). */
  readonly fields: ReadonlyMap<string, string>;
}

/** Why a request cannot be answered as asked; the connection is closed after saying so. */
export interface Refusal {
  readonly is: 'refused';
  readonly status: number;
  /** A few plain words for whoever wrote the client. */
  readonly words: string;
}

export type Parsed =
  | { readonly is: 'incomplete' }
  /** `end`: octets of the input that the head took, blank line included. */
  | { readonly is: 'request'; readonly head: RequestHead; readonly end: number }
  | Refusal;

const refused = (status: number, words: string): Refusal => ({ is: 'refused', status, words });
const INCOMPLETE: Parsed = { is: 'incomplete' };

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What a field value may not hold: controls but the tab (RFC 9110 section 5.5). */
const NOT_IN_VALUE = /[\x00-\x08\x0a-\x1f\x7f]/;
const BARE_LINE_FEED = /(^|[^\r])\n/;
/** Fields that may stand only once, because two would be read differently by two readers (RFC 9112 sections 3.2 and 6.3). */
const SINGLE = new Set(['host', 'content-length', 'transfer-encoding', 'range', 'if-range', 'expect']);

/** Without the empty lines that may stand before a request (RFC 9112 section 2.2); some clients end a body with one. */
export function skipEmptyLines(input: Buffer): Buffer {
  let start = 0;
  while (input[start] === 13 && input[start + 1] === 10) start += 2;
  return start === 0 ? input : input.subarray(start);
}

/**
 * Reads one request head from the start of `input`. Strict where a lenient reader could be led to see another message
 * than its neighbour: no bare line feeds, no folded fields, no space before the colon.
 */
export function parseRequest(input: Buffer): Parsed {
  const blank = input.indexOf('\r\n\r\n', 0, 'latin1');
  if (blank < 0 || blank > HEAD_LIMIT) {
    const text = input.toString('latin1', 0, Math.min(input.length, HEAD_LIMIT + 1));
    // Said at once, so that a client that ends lines with a bare LF does not wait for a time-out.
    if (BARE_LINE_FEED.test(text)) return refused(400, 'Lines must end with CR LF.');
    if (text.length > 0 && !/^[\x21-\x7e\r]/.test(text)) return refused(400, 'This is not HTTP.');
    if (text.length <= HEAD_LIMIT) return INCOMPLETE;
    return text.indexOf('\r\n') < 0
      ? refused(414, 'The address is too long.')
      : refused(431, 'The request header is too long.');
  }
  const head = parseHead(input.toString('latin1', 0, blank));
  return 'is' in head ? head : { is: 'request', head, end: blank + 4 };
}

function parseHead(text: string): RequestHead | Refusal {
  const lines = text.split('\r\n');
  const requestLine = /^(\S+) (\S+) HTTP\/(\d)\.(\d)$/.exec(lines[0]!);
  if (!requestLine || !TOKEN.test(requestLine[1]!)) return refused(400, 'The request line is not HTTP.');
  const [, method, target, major, minor] = requestLine as unknown as [string, string, string, string, string];
  if (major !== '1') return refused(505, 'Only HTTP/1.0 and HTTP/1.1 are spoken here.');
  if (target.length > TARGET_LIMIT) return refused(414, 'The address is too long.');
  if (lines.length - 1 > FIELD_LIMIT) return refused(431, 'The request has too many header fields.');
  const fields = new Map<string, string>();
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index]!;
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (colon < 1 || !TOKEN.test(name) || NOT_IN_VALUE.test(value)) return refused(400, 'A header field is malformed.');
    const known = fields.get(name);
    if (known === undefined) fields.set(name, value);
    else if (SINGLE.has(name)) return refused(400, 'A header field stands twice.');
    else fields.set(name, `${known}, ${value}`);
  }
  // Any HTTP/1.x above 1.1 is answered as 1.1 (RFC 9110 section 2.5).
  return { method, target, minor: minor === '0' ? 0 : 1, fields };
}

/** Octets of body that follow the head. Two ways to say the length, or an unknown one, is a refusal (RFC 9112 section 6.3). */
export function bodyLength(head: RequestHead): number | Refusal {
  const length = head.fields.get('content-length');
  if (head.fields.has('transfer-encoding')) {
    return length === undefined
      ? refused(411, 'Send the body with a Content-Length.')
      : refused(400, 'The request gives its length in two ways.');
  }
  if (length === undefined) return 0;
  return /^\d{1,15}$/.test(length) ? Number(length) : refused(400, 'The Content-Length is not a number.');
}

/**
 * The connection may serve another request afterwards (RFC 9112 section 9.3). HTTP/1.0 must ask for it.
 */
export function keepsAlive(head: RequestHead): boolean {
  const connection = head.fields.get('connection');
  if (connection === undefined) return head.minor === 1;
  const wishes = connection.toLowerCase().split(/[ \t]*,[ \t]*/);
  return !wishes.includes('close') && (head.minor === 1 || wishes.includes('keep-alive'));
}

const REASONS: Readonly<Record<number, string>> = {
  100: 'Continue',
  200: 'OK',
  204: 'No Content',
  206: 'Partial Content',
  304: 'Not Modified',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  416: 'Range Not Satisfiable',
  417: 'Expectation Failed',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  505: 'HTTP Version Not Supported',
};

export type Field = readonly [name: string, value: string];

/**
 * Field lines ready for a response head. An empty value is left out: `Server:` without one locks up OVMF
 * (tianocore/edk2#7443). A line break or a character beyond Latin-1 in a value throws: our own mistake, never a client's.
 */
export function fieldLines(fields: readonly Field[]): string {
  let lines = '';
  for (const [name, value] of fields) {
    if (value === '') continue;
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) throw new TypeError(`not a header value: ${JSON.stringify(value)}`);
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

/**
 * A whole response head. `lines` come from `fieldLines`; `date` is an HTTP-date. Connection is always said: HTTP/1.0
 * clients need it, and boot firmware differs in what it assumes without.
 */
export function responseHead(status: number, date: string, lines: string, keepAlive: boolean): string {
  return (
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Unknown'}\r\nServer: Benchboot\r\nDate: ${date}\r\n${lines}` +
    (keepAlive ? 'Connection: keep-alive\r\n\r\n' : 'Connection: close\r\n\r\n')
  );
}

export const CONTINUE = `HTTP/1.1 100 ${REASONS[100]}\r\n\r\n`;

/** The reason phrase as the first words of an error page. */
export const reason = (status: number): string => REASONS[status] ?? `Status ${status}`;
