/** Checks a value against the part of JSON Schema (2020-12) that the bench file's schema uses. Knows no bench. */
import { type JsonValue, pointerTo } from '../kit/json-source.ts';

export interface Schema {
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly const?: JsonValue;
  readonly enum?: readonly JsonValue[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

export interface SchemaProblem {
  readonly pointer: string;
  /** `unknown`: a field the schema does not name. It is kept; the linter speaks of it. */
  readonly kind: 'wrong' | 'missing' | 'unknown';
  readonly message: string;
  /** For `unknown`: the names that are known there. */
  readonly known?: readonly string[];
}

const TYPE_NAMES: Readonly<Record<NonNullable<Schema['type']>, string>> = {
  object: 'an object { … }',
  array: 'a list [ … ]',
  string: 'a text in quotes',
  integer: 'a whole number',
  boolean: 'true or false',
};

function hasType(value: JsonValue, type: NonNullable<Schema['type']>): boolean {
  switch (type) {
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

const shown = (value: JsonValue): string => {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

/** The schema that `$ref` names, with what stands beside the reference over it. */
function resolve(schema: Schema, root: Schema): Schema {
  const name = schema.$ref?.replace('#/$defs/', '');
  const target = name === undefined ? undefined : root.$defs?.[name];
  return target ? { ...target, ...schema } : schema;
}

/** Every problem of `value`, in document order. */
export function checkSchema(value: JsonValue, schema: Schema, root: Schema = schema, pointer = ''): SchemaProblem[] {
  const rule = resolve(schema, root);
  const wants = rule.description ? ` (${rule.description.replace(/\.$/, '')})` : '';
  const wrong = (message: string): SchemaProblem[] => [{ pointer, kind: 'wrong', message: `${message}${wants}` }];
  if (rule.const !== undefined && value !== rule.const)
    return wrong(`must be ${shown(rule.const)}, not ${shown(value)}`);
  if (rule.enum && !rule.enum.includes(value))
    return wrong(`must be ${rule.enum.map(shown).join(' or ')}, not ${shown(value)}`);
  if (rule.anyOf && !rule.anyOf.some(each => checkSchema(value, each, root).length === 0))
    return wrong(`${shown(value)} does not fit`);
  if (rule.type && !hasType(value, rule.type)) return wrong(`must be ${TYPE_NAMES[rule.type]}, not ${shown(value)}`);
  if (typeof value === 'string') {
    if (rule.pattern && !new RegExp(rule.pattern).test(value)) return wrong(`${shown(value)} does not fit`);
    if (value.length < (rule.minLength ?? 0)) return wrong('must not be empty');
    if (value.length > (rule.maxLength ?? Number.POSITIVE_INFINITY))
      return wrong(`must have at most ${rule.maxLength} characters`);
  }
  if (typeof value === 'number' && (value < (rule.minimum ?? value) || value > (rule.maximum ?? value)))
    return wrong(`must be from ${rule.minimum} to ${rule.maximum}, not ${value}`);
  if (Array.isArray(value))
    return (value as readonly JsonValue[]).flatMap((item, index) =>
      rule.items ? checkSchema(item, rule.items, root, pointerTo(pointer, index)) : [],
    );
  if (typeof value !== 'object' || value === null) return [];
  return checkFields(value as Readonly<Record<string, JsonValue>>, rule, root, pointer);
}

function checkFields(
  value: Readonly<Record<string, JsonValue>>,
  rule: Schema,
  root: Schema,
  pointer: string,
): SchemaProblem[] {
  const known = Object.keys(rule.properties ?? {});
  const problems: SchemaProblem[] = (rule.required ?? [])
    .filter(name => !Object.hasOwn(value, name))
    .map(name => ({ pointer, kind: 'missing', message: `the field "${name}" is missing` }));
  for (const [name, field] of Object.entries(value)) {
    const here = pointerTo(pointer, name);
    const own = rule.properties && Object.hasOwn(rule.properties, name) ? rule.properties[name] : undefined;
    if (own) problems.push(...checkSchema(field, own, root, here));
    else if (typeof rule.additionalProperties === 'object')
      problems.push(...checkSchema(field, rule.additionalProperties, root, here));
    else if (rule.additionalProperties === false)
      problems.push({ pointer: here, kind: 'unknown', message: `"${name}" is not known here`, known });
  }
  return problems;
}
