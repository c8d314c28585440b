/** The bench file: its types, and text to a typed file or problems with their places. Reads no disk. */
import schema from '../../resources/bench.schema.json' with { type: 'json' };
import type { BootTarget } from '../boot/architectures.ts';
import type { BootWish } from '../boot/plan.ts';
import { type JsonSource, parseJson } from '../kit/json-source.ts';
import { checkSchema, type Schema } from './json-schema.ts';

/** Fields have their meaning in `resources/bench.schema.json`; what that does not name is kept as it was. */
export interface BenchFile {
  readonly version: 1;
  readonly name?: string;
  readonly notes?: string;
  readonly port?: PortMatch;
  readonly mode?: 'dhcp' | 'proxy';
  readonly identity?: 'mac' | 'client-id';
  readonly addressing?: Addressing;
  readonly root?: string;
  readonly httpPort?: number;
  readonly services?: { readonly tftp?: boolean; readonly http?: boolean; readonly dns?: boolean };
  readonly boot?: Partial<Readonly<Record<BootTarget | 'ipxe' | 'u-boot', BootWish>>>;
  readonly hosts?: readonly BenchHost[];
  readonly vars?: Vars;
  readonly consoles?: readonly BenchConsole[];
}

export interface PortMatch {
  readonly mac?: string;
  readonly busPath?: string;
  readonly description?: string;
}

export interface Addressing {
  readonly address?: string;
  readonly range?: string;
  readonly lease?: string;
  readonly gateway?: string;
  readonly dns?: readonly string[];
  readonly domain?: string;
}

export interface BenchHost {
  readonly mac?: string;
  readonly serial?: string;
  readonly uuid?: string;
  readonly clientId?: string;
  readonly name?: string;
  readonly address?: string;
  readonly boot?: BootWish;
  readonly vars?: Vars;
  readonly notes?: string;
}

export interface BenchConsole {
  readonly name?: string;
  readonly port: string;
  readonly baud?: number;
  readonly host?: string;
}

export type Vars = Readonly<Record<string, string>>;

/** A problem or a remark, at its place in the text. */
export interface BenchRemark {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  /** JSON pointer of the value; '' for the whole file. */
  readonly pointer: string;
  readonly message: string;
}

export type BenchFileResult =
  | { readonly ok: true; readonly file: BenchFile; readonly source: JsonSource }
  | { readonly ok: false; readonly problems: readonly BenchRemark[] };

export const BENCH_SCHEMA = schema as unknown as Schema;

/** Field names for people: `hosts[2].address`. */
export function pointerText(pointer: string): string {
  const parts = pointer
    .split('/')
    .slice(1)
    .map(part => part.replace(/~1/g, '/').replace(/~0/g, '~'));
  return parts.map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}

/** Never throws. `path` is only named in the problems. Fields that the schema does not know are kept, for the linter. */
export function parseBenchFile(text: string, path: string): BenchFileResult {
  const parsed = parseJson(text);
  if (!parsed.ok) return { ok: false, problems: [{ path, ...parsed.place, pointer: '', message: parsed.problem }] };
  const { source } = parsed;
  const problems = checkSchema(source.value, BENCH_SCHEMA)
    .filter(problem => problem.kind !== 'unknown')
    .map(({ pointer, message }) => ({
      path,
      ...source.locate(pointer),
      pointer,
      message: pointer === '' ? message : `${pointerText(pointer)}: ${message}`,
    }));
  const repeated = source.repeated.map(pointer => ({
    path,
    ...source.locate(pointer, 'name'),
    pointer,
    message: `${pointerText(pointer)}: this name stands here twice; keep one of them`,
  }));
  if (problems.length + repeated.length > 0) return { ok: false, problems: [...problems, ...repeated] };
  return { ok: true, file: source.value as unknown as BenchFile, source };
}

/** `bench.json:4:12: message`, as compilers write it and editors jump to. */
export function remarkText(remark: BenchRemark): string {
  return `${remark.path}:${remark.line}:${remark.column}: ${remark.message}`;
}

/** The text of a bench file; unknown fields included. */
export function formatBenchFile(file: BenchFile): string {
  return `${JSON.stringify(file, null, 2)}\n`;
}
