/** From a whole request to its answer and its event: content, index pages, reports, refusals. Knows no framing and no deadlines. */
import { read } from 'node:fs';
import { type Ipv4, type Mac, parseMac } from 'node-dhcpd-lite';
import type { Emit, TellProgress } from '../bench/events.ts';
import type { Content, FoundFile, NotFound } from '../content/content.ts';
import type { Clock } from '../host/host.ts';
import { printable } from '../kit/printable.ts';
import { ProgressPace } from '../kit/progress-pace.ts';
import { type Answer, answerWith, bytesResource, fileResource, type Resource } from './answer.ts';
import { httpDate } from './conditional.ts';
import type { Connection, Request, Responder } from './connection.ts';
import { HotFiles, SMALL_FILE } from './hot-files.ts';
import { INDEX_POLICY, indexPage } from './index-page.ts';
import { mediaType } from './media-types.ts';
import { readTarget } from './paths.ts';
import { REPORT_BODY_LIMIT, REPORT_PATH, readReport } from './report.ts';
import { FileShrank, type SendFile } from './send-file.ts';
import { fieldLines, type RequestHead, reason, responseHead } from './wire.ts';

export interface ServiceOptions {
  readonly clock: Clock;
  readonly content: Content;
  readonly macOf: (ip: Ipv4) => Mac | undefined;
  readonly emit: Emit;
  readonly progress?: TellProgress;
  readonly sendFile: SendFile;
}

/** What an event needs of a request, also of one that was not understood. */
interface Asked {
  readonly ip: Ipv4;
  readonly mac: Mac | undefined;
  readonly method: string;
  readonly path: string;
  readonly agent: string | undefined;
  readonly at: number;
  readonly keepAlive: boolean;
}

const NOTHING = Buffer.alloc(0);
/** Answers up to this many octets are put together in one buffer again and again and leave no garbage. */
const SCRATCH = 16 * 1024;
const LONGEST_SHOWN = 500;
const TEXT = 'text/plain; charset=utf-8';

export function createService(options: ServiceOptions): Responder {
  const { clock, content, macOf, emit, progress, sendFile } = options;
  const hot = new HotFiles();
  let scratch = Buffer.allocUnsafeSlow(SCRATCH);
  let dateSecond = 0;
  let date = '';

  /** The Date field changes once a second, requests come by the ten thousand. */
  function dateAt(now: number): string {
    const second = Math.floor(now / 1000);
    if (second !== dateSecond) {
      dateSecond = second;
      date = httpDate(now);
    }
    return date;
  }

  function asked(
    head: RequestHead | undefined,
    path: string,
    mac: Mac | undefined,
    request: Partial<Request>,
    ip: Ipv4,
  ) {
    return {
      ip,
      mac,
      method: printable(head?.method ?? '', 32),
      path: printable(path, LONGEST_SHOWN),
      agent: head?.fields.get('user-agent'),
      at: request.at ?? clock.now(),
      keepAlive: request.keepAlive ?? false,
    };
  }

  function done(of: Asked, status: number, bytes: number, aborted: boolean): void {
    emit({
      type: 'http.request',
      ip: of.ip,
      ...(of.mac === undefined ? undefined : { mac: of.mac }),
      method: of.method,
      path: of.path,
      status,
      bytes,
      seconds: (clock.now() - of.at) / 1000,
      ...(of.agent === undefined ? undefined : { agent: printable(of.agent) }),
      ...(aborted ? { aborted: true } : undefined),
    });
  }

  /** Head and body in one write, then the event. */
  function send(connection: Connection, of: Asked, status: number, lines: string, body: Uint8Array) {
    const head = responseHead(status, dateAt(clock.now()), lines, of.keepAlive);
    const length = head.length + body.length;
    const all = length <= SCRATCH ? scratch.subarray(0, length) : Buffer.allocUnsafeSlow(length);
    all.write(head, 0, 'latin1');
    all.set(body, head.length);
    const pending = connection.write(all);
    if (!pending) return done(of, status, body.length, false) as undefined;
    // The kernel has not taken it all: these octets stay in use.
    if (length <= SCRATCH) scratch = Buffer.allocUnsafeSlow(SCRATCH);
    return pending.then(
      () => done(of, status, body.length, false),
      () => done(of, status, 0, true),
    );
  }

  function sendWords(connection: Connection, of: Asked, status: number, words: string, lines = '') {
    const body = Buffer.from(`${reason(status)}. ${words}\n`);
    const fields = fieldLines([
      ['Content-Type', TEXT],
      ['Content-Length', String(body.length)],
      ['X-Content-Type-Options', 'nosniff'],
    ]);
    return send(connection, of, status, lines + fields, of.method === 'HEAD' ? NOTHING : body);
  }

  const sendBytes = (connection: Connection, of: Asked, head: RequestHead, resource: Resource, bytes: Uint8Array) => {
    const { status, lines, start, end } = answerWith(head, resource);
    return send(connection, of, status, lines, bytes.subarray(start, end));
  };

  async function sendFound(connection: Connection, of: Asked, head: RequestHead, path: string, file: FoundFile) {
    const resource = fileResource(file, mediaType(file.name));
    const answer = answerWith(head, resource);
    const octets = answer.end - answer.start;
    if (octets > SMALL_FILE || octets === 0) return sendPart(connection, of, answer, file);
    let bytes: Buffer;
    try {
      bytes = await readPart(file.fd, answer.start, answer.end);
    } catch (error) {
      const words = error instanceof FileShrank ? 'The file changed just now; ask again.' : 'The file cannot be read.';
      return sendWords(connection, of, 500, words);
    } finally {
      file.close();
    }
    if (octets === file.size) hot.keep(path, file, resource, bytes, clock.now());
    return send(connection, of, answer.status, answer.lines, bytes);
  }

  /** Straight from the file. Once the head is out, cutting the connection is the only way left to say that it went wrong. */
  async function sendPart(connection: Connection, of: Asked, answer: Answer, file: FoundFile): Promise<void> {
    let bytes = 0;
    let aborted = false;
    try {
      const head = responseHead(answer.status, dateAt(clock.now()), answer.lines, of.keepAlive);
      await connection.write(Buffer.from(head, 'latin1'));
      if (answer.end > answer.start) {
        const size = answer.end - answer.start;
        const pace = new ProgressPace(of.at);
        await sendFile(connection.socket, file.fd, answer.start, answer.end, octets => {
          bytes += octets;
          const now = clock.now();
          connection.progressed(now);
          if (bytes < size && pace.isDue(now))
            progress?.({
              via: 'http',
              ip: of.ip,
              ...(of.mac && { mac: of.mac }),
              file: of.path,
              bytes,
              size,
              startedAt: of.at,
            });
        });
      }
    } catch {
      aborted = true;
      connection.socket.destroy();
    } finally {
      file.close();
    }
    done(of, answer.status, bytes, aborted);
  }

  async function sendContent(connection: Connection, of: Asked, head: RequestHead, path: string, mac: Mac | undefined) {
    const found = await content.find({ name: path, via: 'http', ip: of.ip, mac });
    switch (found.kind) {
      case 'file':
        return sendFound(connection, of, head, path, found);
      case 'bytes': {
        const resource = bytesResource(found.bytes.length, found.mediaType ?? mediaType(found.name));
        return sendBytes(connection, of, head, resource, found.bytes);
      }
      case 'folder': {
        const page = Buffer.from(indexPage({ path, entries: found.entries }));
        const resource = bytesResource(page.length, 'text/html; charset=utf-8', [
          ['Content-Security-Policy', INDEX_POLICY],
          ['Referrer-Policy', 'no-referrer'],
        ]);
        return sendBytes(connection, of, head, resource, page);
      }
      case 'none':
        return sendWords(connection, of, WHY[found.why].status, WHY[found.why].words);
    }
  }

  function report(connection: Connection, of: Asked, request: Request, query: string) {
    const reading = readReport(query, request.body.toString());
    if (!reading.ok) return sendWords(connection, of, 400, reading.words);
    const mac = reading.mac ?? of.mac;
    emit({
      type: 'http.report',
      ip: of.ip,
      ...(mac === undefined ? undefined : { mac }),
      stage: reading.stage,
      ...(reading.message === undefined ? undefined : { message: reading.message }),
    });
    // An empty script lets iPXE say `chain --autofree …/report?stage=…` and go on; it keeps no image of it.
    if (of.agent?.startsWith('iPXE/')) {
      return sendBytes(connection, of, request.head, bytesResource(EMPTY_SCRIPT.length, TEXT), EMPTY_SCRIPT);
    }
    return send(connection, of, 204, '', NOTHING);
  }

  function respond(request: Request, connection: Connection): Promise<void> | undefined {
    const { head } = request;
    const target = readTarget(head.target);
    const known = macOf(connection.ip);
    if (!target.ok) {
      return sendWords(connection, asked(head, head.target, known, request, connection.ip), 400, target.words);
    }
    const { path, query } = target;
    const of = asked(head, path, known, request, connection.ip);
    const { method } = head;
    const reads = method === 'GET' || method === 'HEAD';
    if (path === REPORT_PATH) {
      if (method === 'GET' || method === 'POST') return report(connection, of, request, query);
      return sendWords(connection, of, 405, 'Reports come by GET or POST.', 'Allow: GET, POST\r\n');
    }
    if (!reads) return sendWords(connection, of, 405, 'Files can only be read here.', ALLOW);
    const kept = hot.get(path);
    if (kept) return sendBytes(connection, of, head, kept.resource, kept.bytes);
    // In proxy mode no lease tells who asks; the boot scripts say it themselves.
    return sendContent(connection, of, head, path, known ?? macIn(query));
  }

  /** A mistake of ours costs this one connection, and is said. */
  function failed(error: unknown, connection: Connection): undefined {
    connection.socket.destroy();
    emit({ type: 'notice', code: 'HTTP_FAILED', message: `HTTP: ${error instanceof Error ? error.message : error}` });
  }

  return {
    bodyLimit(head) {
      if (head.method !== 'POST' && (head.method === 'GET' || head.method === 'HEAD')) {
        return { is: 'refused', status: 400, words: 'A request for a file has no body.' };
      }
      const target = readTarget(head.target);
      if (head.method === 'POST' && target.ok && target.path === REPORT_PATH) return REPORT_BODY_LIMIT;
      return { is: 'refused', status: 405, words: 'Files can only be read here.' };
    },

    respond(request, connection) {
      try {
        return respond(request, connection)?.catch(error => failed(error, connection));
      } catch (error) {
        return failed(error, connection);
      }
    },

    refuse(refusal, head, connection) {
      const of = asked(head, head?.target ?? '', macOf(connection.ip), {}, connection.ip);
      return sendWords(connection, of, refusal.status, refusal.words, refusal.status === 405 ? ALLOW : '');
    },
  };
}

const ALLOW = 'Allow: GET, HEAD\r\n';
const EMPTY_SCRIPT = Buffer.from('#!ipxe\n');

const WHY: Readonly<Record<NotFound['why'], { readonly status: number; readonly words: string }>> = {
  missing: { status: 404, words: 'There is no such file here.' },
  // Not told apart from a missing one: what lies outside the root is nobody's business.
  'outside-root': { status: 404, words: 'There is no such file here.' },
  'not-a-regular-file': { status: 403, words: 'That is not a plain file.' },
  unreadable: { status: 403, words: 'That file cannot be read.' },
};

const macIn = (query: string): Mac | undefined =>
  query.includes('mac=') ? parseMac(new URLSearchParams(query).get('mac') ?? '') : undefined;

/** All octets from `start` to `end`. */
const readPart = (fd: number, start: number, end: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const buffer = Buffer.allocUnsafeSlow(end - start);
    read(fd, buffer, 0, buffer.length, start, (error, octets) => {
      if (error) reject(error);
      else if (octets < buffer.length) reject(new FileShrank());
      else resolve(buffer);
    });
  });
