import { describe, expect, it } from 'vitest';
import { answerWith, bytesResource, fileResource } from '../../../main/http/answer.ts';

const file = fileResource({ ino: 7, size: 100, mtimeMs: Date.UTC(2026, 10, 20) }, 'application/efi');
const text = bytesResource(10, 'text/plain; charset=utf-8');
const ask = (method: string, fields: Record<string, string> = {}, of = file) =>
  answerWith({ method, target: '/', minor: 1, fields: new Map(Object.entries(fields)) }, of);

describe('answers about a file of 100 octets', () => {
  const cases: [what: string, method: string, fields: Record<string, string>, expected: object, lines: string[]][] = [
    ['GET', 'GET', {}, { status: 200, start: 0, end: 100 }, ['Content-Length: 100', 'Content-Type: application/efi']],
    ['HEAD tells the length', 'HEAD', {}, { status: 200, start: 0, end: 0 }, ['Content-Length: 100']],
    [
      'a part',
      'GET',
      { range: 'bytes=10-19' },
      { status: 206, start: 10, end: 20 },
      ['Content-Range: bytes 10-19/100', 'Content-Length: 10'],
    ],
    ['the end', 'GET', { range: 'bytes=-5' }, { status: 206, start: 95, end: 100 }, ['Content-Range: bytes 95-99/100']],
    [
      'beyond the end',
      'GET',
      { range: 'bytes=100-' },
      { status: 416, start: 0, end: 0 },
      ['Content-Range: bytes */100', 'Content-Length: 0'],
    ],
    ['several parts', 'GET', { range: 'bytes=0-1,3-4' }, { status: 200, end: 100 }, ['Content-Length: 100']],
    ['HEAD ignores Range', 'HEAD', { range: 'bytes=10-19' }, { status: 200 }, ['Content-Length: 100']],
    ['a part of an older version', 'GET', { range: 'bytes=10-', 'if-range': '"old"' }, { status: 200, end: 100 }, []],
    ['unchanged', 'GET', { 'if-none-match': file.etag! }, { status: 304, start: 0, end: 0 }, [`ETag: ${file.etag}`]],
    ['unchanged goes before Range', 'GET', { 'if-none-match': file.etag!, range: 'bytes=100-' }, { status: 304 }, []],
    [
      'changed under a client that must not mix',
      'GET',
      { 'if-match': '"old"' },
      { status: 412 },
      ['Content-Length: 0'],
    ],
  ];
  it.each(cases)('%s', (_, method, fields, expected, lines) => {
    const answer = ask(method, fields);
    expect(answer).toMatchObject(expected);
    for (const line of lines) expect(answer.lines.split('\r\n')).toContain(line);
  });

  it('a 304 has no length, which some clients would wait for', () => {
    expect(ask('GET', { 'if-none-match': file.etag! }).lines).not.toContain('Content-Length');
  });
});

describe('answers about text made on the spot', () => {
  it('has no validators, since the next one may differ', () => {
    expect(text.lines).not.toMatch(/ETag|Last-Modified/);
    expect(
      ask('GET', { 'if-none-match': '"x"', 'if-modified-since': 'Fri, 20 Nov 2026 12:00:00 GMT' }, text).status,
    ).toBe(200);
  });
  it('takes ranges all the same', () => {
    expect(ask('GET', { range: 'bytes=2-3' }, text)).toMatchObject({ status: 206, start: 2, end: 4 });
    expect(ask('GET', { range: 'bytes=2-3', 'if-range': '"x"' }, text)).toMatchObject({ status: 200, end: 10 });
  });
});
