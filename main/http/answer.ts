/** What to answer: a resource and a request to status, fields and the octets to send. Pure; knows no socket and no file. */
import { fileEtag, httpDate, precondition, rangeApplies, type Validators } from './conditional.ts';
import { readRange } from './range.ts';
import { type Field, fieldLines, type RequestHead } from './wire.ts';

/** Something with a body, described once and answered from many times. */
export interface Resource extends Validators {
  readonly size: number;
  /** Field lines of every answer about it, ready to send. */
  readonly lines: string;
}

export interface Answer {
  readonly status: number;
  readonly lines: string;
  /** Octets of the resource to send: none when `start` equals `end`. */
  readonly start: number;
  readonly end: number;
}

/** A person reloads after changing a file and must see the change; an ETag makes asking again cheap. */
const ALWAYS: readonly Field[] = [
  ['Accept-Ranges', 'bytes'],
  ['Cache-Control', 'no-cache'],
  ['X-Content-Type-Options', 'nosniff'],
];

export function fileResource(
  file: { readonly ino: number; readonly size: number; readonly mtimeMs: number },
  mediaType: string,
): Resource {
  const etag = fileEtag(file);
  const lines = fieldLines([
    ['Content-Type', mediaType],
    ['Last-Modified', httpDate(file.mtimeMs)],
    ['ETag', etag],
    ...ALWAYS,
  ]);
  return { size: file.size, mtimeMs: file.mtimeMs, etag, lines };
}

/** Text made for this request: no validators, it may differ the next time. */
export function bytesResource(size: number, mediaType: string, fields: readonly Field[] = []): Resource {
  return { size, lines: fieldLines([['Content-Type', mediaType], ...ALWAYS, ...fields]) };
}

/** For GET and HEAD. */
export function answerWith(head: RequestHead, resource: Resource): Answer {
  const { method, fields } = head;
  const { size, lines } = resource;
  switch (precondition(method, fields, resource)) {
    case 'not-modified':
      return { status: 304, lines, start: 0, end: 0 };
    case 'failed':
      return { status: 412, lines: 'Content-Length: 0\r\n', start: 0, end: 0 };
    case 'proceed': {
      // Range means something for GET alone (RFC 9110 section 14.2).
      const ranged = method === 'GET' && fields.has('range') && rangeApplies(fields, resource);
      const range = readRange(ranged ? fields.get('range') : undefined, size);
      if (range.is === 'unsatisfiable') {
        return { status: 416, lines: `Content-Range: bytes */${size}\r\nContent-Length: 0\r\n`, start: 0, end: 0 };
      }
      const { start, end } = range.is === 'part' ? range : { start: 0, end: size };
      const length = `${lines}Content-Length: ${end - start}\r\n`;
      return {
        status: range.is === 'part' ? 206 : 200,
        lines: range.is === 'part' ? `${length}Content-Range: bytes ${start}-${end - 1}/${size}\r\n` : length,
        start,
        end: method === 'HEAD' ? start : end,
      };
    }
  }
}
