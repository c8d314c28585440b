/** The gallery of script templates, and how one becomes a script. Pure: values of a form in, text out. */
import { LIBRARY_MENU, RETRY_WRAPPER, STATIC_LINUX } from './template-general.ts';
import {
  type CompanionFile,
  type FieldValues,
  fieldProblem,
  type RenderContext,
  type Template,
} from './template-parts.ts';
import { ALMALINUX, ALPINE, DEBIAN, UBUNTU } from './template-systems.ts';

export type {
  CompanionFile,
  FieldValues,
  LibraryEntry,
  RenderContext,
  Template,
  TemplateField,
} from './template-parts.ts';
export { fieldProblem } from './template-parts.ts';

export const TEMPLATES: readonly Template[] = [
  ALMALINUX,
  ALPINE,
  DEBIAN,
  UBUNTU,
  STATIC_LINUX,
  LIBRARY_MENU,
  RETRY_WRAPPER,
];

export type TemplateResult =
  | {
      readonly ok: true;
      readonly text: string;
      readonly files: readonly CompanionFile[];
      readonly advice: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly { readonly field: string; readonly message: string }[] };

/** What is left out takes its default. */
export function renderTemplate(
  template: Template,
  given: FieldValues = {},
  context: RenderContext = {},
): TemplateResult {
  const values = Object.fromEntries(
    template.fields.map(field => [
      field.name,
      (Object.hasOwn(given, field.name) ? given[field.name]! : field.default).trim(),
    ]),
  );
  const problems = template.fields.flatMap(field => {
    const message = fieldProblem(field, values[field.name]!);
    return message === undefined ? [] : [{ field: field.name, message }];
  });
  if (problems.length > 0) return { ok: false, problems };
  const text = `${template.script(values, context).join('\n')}\n`;
  return { ok: true, text, files: template.files?.(values) ?? [], advice: template.advice?.(values) ?? [] };
}
