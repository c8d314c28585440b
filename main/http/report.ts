/** `/report?mac=…&stage=…&message=…`: how a script or an installer marks its progress. Text to a value or to plain words. */
import { type Mac, parseMac } from 'node-dhcpd-lite';
import { printable } from '../kit/printable.ts';

export const REPORT_PATH = '/report';
/** Octets of a posted report at most; cloud-init's phone_home posts its host keys, about 2 KiB. */
export const REPORT_BODY_LIMIT = 16_384;
const LONGEST_STAGE = 64;
const LONGEST_MESSAGE = 500;

export type ReportReading =
  | { readonly ok: true; readonly mac: Mac | undefined; readonly stage: string; readonly message: string | undefined }
  | { readonly ok: false; readonly words: string };

const bad = (words: string): ReportReading => ({ ok: false, words });

/** `query` and `body` are form-encoded (`a=b&c=d`); a field in the body wins. Other fields are ignored. */
export function readReport(query: string, body: string): ReportReading {
  const fields = new URLSearchParams(query);
  for (const [name, value] of new URLSearchParams(body)) fields.set(name, value);
  const macText = fields.get('mac') ?? '';
  const mac = parseMac(macText);
  if (macText !== '' && !mac) return bad('The mac must look like 52:54:00:be:00:01.');
  const stage = readable(fields.get('stage') ?? '');
  if (stage === '') return bad('Say which stage: /report?stage=installer');
  if (stage.length > LONGEST_STAGE) return bad(`The stage must not be longer than ${LONGEST_STAGE} characters.`);
  // A long message is cut rather than refused: the first words of an error are what the operator needs.
  const message = readable(fields.get('message') ?? '');
  return { ok: true, mac, stage, message: message === '' ? undefined : printable(message, LONGEST_MESSAGE) };
}

const readable = (text: string): string => printable(text.replace(/\s+/g, ' ').trim(), Number.POSITIVE_INFINITY);
