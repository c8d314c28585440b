/** The form of a template: what of it is secret, and which files come with its script. Values in, values out. */
import {
  type CompanionFile,
  type FieldValues,
  fieldProblem,
  type TemplateField,
} from '../../../main/ipxe/script/index.ts';

/** Stands for the hash that a typed password becomes when the script is made. */
const HASHED_LATER = '$6$hashed-later';

/** Fields whose value is a password in clear, as a person types it; a hash is taken as it is. */
export const typedPasswords = (fields: readonly TemplateField[], values: FieldValues): readonly TemplateField[] =>
  fields.filter(
    field =>
      field.kind === 'password' && !!values[field.name] && fieldProblem(field, values[field.name]!) !== undefined,
  );

/** For looking only: nothing in clear is in what this makes. */
export const withoutPasswords = (fields: readonly TemplateField[], values: FieldValues): FieldValues => ({
  ...values,
  ...Object.fromEntries(typedPasswords(fields, values).map(({ name }) => [name, HASHED_LATER])),
});

/** Paths under which a machine will find the files that are about to be written. */
export const comingPaths = (files: readonly CompanionFile[], mac: string): readonly string[] =>
  files.map(({ asked }) => `/${asked.replaceAll('{mac}', mac.replaceAll(':', '-'))}`);
