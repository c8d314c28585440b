/**
 * What the engine and its privileged helper say to each other: one JSON object a line, every field checked on arrival.
 * The verbs are all that the helper can do. A new right is a new verb: a row in `VERBS`, an
 * operation of the same name in `operations.ts`, and a caller in `elevated-host.ts`. Knows no socket and no process.
 */
import { parseIpv4 } from 'node-dhcpd-lite';
import * as v from 'valibot';
import { BenchError } from '../../errors.ts';

/** UDP ports a bench serves (DNS, DHCP, TFTP, PXE), asks from (68), or takes for one transfer (0: the kernel chooses). */
export const UDP_PORTS = [0, 53, 67, 68, 69, 4011] as const;

const MAX_RECEIVE_BUFFER = 16 * 1024 * 1024;

const text = (longest: number) => v.pipe(v.string(), v.maxLength(longest));
const whole = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const ipv4 = v.pipe(
  v.string(),
  v.check(address => parseIpv4(address) !== undefined, 'is no IPv4 address'),
);
/** A name of a network port: on Windows a sentence, never with what separates paths, words of a command or lines. */
const nic = v.pipe(text(256), v.regex(/^[^\s/\\'"`$;|&<>\p{C}-](?:[^/\\'"`$;|&<>\p{C}]*[^\s/\\'"`$;|&<>\p{C}])?$/u));
const addressing = v.strictObject({ nic, address: ipv4, prefix: whole(1, 32) });
const nothing = v.null();

/** The drive that was chosen, with every fact about it; one that is absent is left out. */
const drive = v.strictObject({
  /** No link and no way round: what the kernel calls it. */
  path: v.pipe(text(128), v.regex(/^\/dev\/[a-zA-Z0-9_-]+(?:\/[a-zA-Z0-9_-]+)*$/)),
  number: v.optional(v.pipe(v.string(), v.regex(/^\d{1,10}:\d{1,10}$/))),
  diskseq: v.optional(whole(0, Number.MAX_SAFE_INTEGER)),
  size: whole(0, Number.MAX_SAFE_INTEGER),
  sectorSize: whole(1, 65_536),
  serial: v.optional(text(256)),
  wwn: v.optional(text(256)),
  vendor: v.optional(text(256)),
  /** Of a loop device, its file. */
  model: v.optional(text(1024)),
  busPath: v.optional(text(256)),
});

/** Arguments, value and most descriptors of each verb. */
export const VERBS = {
  /** Binds a UDP socket to a network port, an address and a port; hands it over. */
  openUdp: {
    args: v.strictObject({
      nic,
      address: ipv4,
      port: v.picklist(UDP_PORTS),
      broadcast: v.optional(v.boolean()),
      receiveBuffer: v.optional(whole(1, MAX_RECEIVE_BUFFER)),
    }),
    value: nothing,
    descriptors: 1,
  },
  /** Binds a TCP socket to a network port, an address and a port; hands it over to be listened on. */
  openTcp: { args: v.strictObject({ nic, address: ipv4, port: whole(1, 65_535) }), value: nothing, descriptors: 1 },
  /** Opens the wire of a network port: the capturing and the sending socket, or none where it is no Ethernet. */
  openPacket: { args: v.strictObject({ nic }), value: nothing, descriptors: 2 },
  addAddress: { args: addressing, value: nothing, descriptors: 0 },
  removeAddress: { args: addressing, value: nothing, descriptors: 0 },
  setUp: { args: v.strictObject({ nic, up: v.boolean() }), value: nothing, descriptors: 0 },
  /** Opens a drive that nobody uses, alone when it is for writing, and hands it over. */
  openDrive: { args: v.strictObject({ drive, access: v.picklist(['read', 'write']) }), value: nothing, descriptors: 1 },
  /** Unmounts what is mounted from a drive that is not the system's. */
  unmountDrive: { args: v.strictObject({ drive }), value: nothing, descriptors: 0 },
  /** Who holds a local port. */
  holder: {
    args: v.strictObject({ protocol: v.picklist(['udp', 'tcp']), port: whole(1, 65_535) }),
    value: v.nullable(v.strictObject({ pid: whole(1, 2 ** 31 - 1), program: text(256) })),
    descriptors: 0,
  },
} as const;

export type Verb = keyof typeof VERBS;
export type Args<V extends Verb> = v.InferOutput<(typeof VERBS)[V]['args']>;
export type Value<V extends Verb> = v.InferOutput<(typeof VERBS)[V]['value']>;

export type Request = { [V in Verb]: { readonly id: number; readonly verb: V; readonly args: Args<V> } }[Verb];

/** A request, or why it is none; `id` is what it claims, 0 when it claims none. */
export type ParsedRequest =
  | { readonly request: Request }
  | { readonly refused: { readonly id: number; readonly why: string } };

const id = whole(1, 2 ** 31 - 1);
const envelope = v.strictObject({ id, verb: text(40), args: v.unknown() });

/** `line` is undefined for one that was too long. */
export function parseRequest(line: string | undefined): ParsedRequest {
  if (line === undefined) return { refused: { id: 0, why: 'the message is too long' } };
  const value = parseJson(line);
  const message = v.safeParse(envelope, value);
  if (!message.success) return { refused: { id: claimedId(value), why: 'the message is no request' } };
  const { id, verb } = message.output;
  if (!Object.hasOwn(VERBS, verb)) return { refused: { id, why: 'there is no such verb' } };
  const args = v.safeParse(VERBS[verb as Verb].args, message.output.args);
  if (args.success) return { request: { id, verb, args: args.output } as Request };
  const at = v.getDotPath(args.issues[0]) ?? 'the arguments';
  return { refused: { id, why: `${verb} does not take this as ${at}` } };
}

/* Answers --------------------------------------------------------------------------------------------------------- */

export type Answer =
  /** So many descriptors come with it. */
  | { readonly id: number; readonly value: unknown; readonly descriptors: number }
  | { readonly id: number; readonly error: SentError };

const sentence = text(1000);
const sentError = v.variant('code', [
  v.strictObject({
    code: v.literal('PORT_TAKEN'),
    data: v.strictObject({
      protocol: v.picklist(['UDP', 'TCP']),
      port: whole(0, 65_535),
      address: ipv4,
      holder: v.optional(sentence),
    }),
  }),
  v.strictObject({ code: v.literal('NIC_GONE'), data: v.strictObject({ nic: sentence }) }),
  v.strictObject({ code: v.literal('ADDRESS_MISSING'), data: v.strictObject({ address: ipv4, nic: sentence }) }),
  v.strictObject({ code: v.literal('PERMISSION_MISSING'), data: v.strictObject({ what: sentence, right: sentence }) }),
  v.strictObject({
    code: v.literal('SAFETY_REFUSED'),
    data: v.strictObject({
      rule: v.picklist(['never-the-system-disk', 'same-device']),
      because: sentence,
      instead: sentence,
      override: v.optional(sentence),
    }),
  }),
  v.strictObject({ code: v.literal('DRIVE_BUSY'), data: v.strictObject({ drive: sentence, by: sentence }) }),
  v.strictObject({
    code: v.picklist(['DRIVE_GONE', 'DRIVE_READ_ONLY', 'DRIVE_NO_MEDIUM']),
    data: v.strictObject({ drive: sentence }),
  }),
  v.strictObject({ code: v.literal('COMMAND_FAILED'), data: v.strictObject({ command: sentence, reason: sentence }) }),
  v.strictObject({ code: v.literal('UNSUPPORTED'), data: v.strictObject({ what: sentence, platform: sentence }) }),
  /** Anything else, a refused message among it. */
  v.strictObject({ code: v.literal('HELPER_FAILED'), data: v.strictObject({ reason: sentence }) }),
]);
export type SentError = v.InferOutput<typeof sentError>;

const answer = v.union([
  v.strictObject({ id: v.union([id, v.literal(0)]), error: sentError }),
  v.strictObject({ id, value: v.unknown(), descriptors: whole(0, 2) }),
]);

/** Undefined for what no helper says. */
export function parseAnswer(line: string | undefined): Answer | undefined {
  if (line === undefined) return undefined;
  const parsed = v.safeParse(answer, parseJson(line));
  return parsed.success ? parsed.output : undefined;
}

/** What the verb gives back, checked; undefined when it is something else. */
export function parseValue<V extends Verb>(verb: V, value: unknown): { readonly value: Value<V> } | undefined {
  const parsed = v.safeParse(VERBS[verb].value, value);
  return parsed.success ? { value: parsed.output as Value<V> } : undefined;
}

/** An error to be sent: as it is when it is one of those above, else as a sentence. */
export function sentErrorOf(error: unknown): SentError {
  if (error instanceof BenchError) {
    const parsed = v.safeParse(sentError, { code: error.code, data: error.data });
    if (parsed.success) return parsed.output;
  }
  const reason = (error instanceof Error ? error.message : String(error)).slice(0, 1000);
  return { code: 'HELPER_FAILED', data: { reason } };
}

export const benchErrorOf = ({ code, data }: SentError): BenchError => new BenchError(code, data as never);

/* Greeting -------------------------------------------------------------------------------------------------------- */

/** The two halves of a one-time token: the helper shows the first, the engine answers with the second. */
export interface Tokens {
  readonly helper: string;
  readonly engine: string;
}

const TOKENS = /^([0-9a-f]{64}) ([0-9a-f]{64})\n$/;

export const writeTokens = ({ helper, engine }: Tokens): string => `${helper} ${engine}\n`;

export function parseTokens(text: string): Tokens | undefined {
  const [, helper, engine] = TOKENS.exec(text) ?? [];
  return helper && engine ? { helper, engine } : undefined;
}

const greeting = v.strictObject({ benchboot: v.literal(1), token: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) });

export const greet = (token: string): v.InferOutput<typeof greeting> => ({ benchboot: 1, token });

/** The line shows that token, compared without telling by time how much of it was right. */
export function isGreeting(line: string | undefined, token: string): boolean {
  const parsed = v.safeParse(greeting, line === undefined ? undefined : parseJson(line));
  if (!parsed.success || parsed.output.token.length !== token.length) return false;
  let difference = 0;
  for (let at = 0; at < token.length; at++) difference |= token.charCodeAt(at) ^ parsed.output.token.charCodeAt(at);
  return difference === 0;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

function claimedId(value: unknown): number {
  const parsed = v.safeParse(v.object({ id }), value);
  return parsed.success ? parsed.output.id : 0;
}
