/** iPXE scripts: everything others use, in one place. No file here needs Node or a network, so a window may run it as well. */
export {
  COMMANDS,
  type CommandSpec,
  SETTING_TYPES,
  SETTINGS,
  TARGET_NAMES,
  TARGETS,
  type TargetName,
} from './commands.ts';
export { type Completion, completions } from './completions.ts';
export type { Device, DhcpValues } from './device.ts';
export { dryRun } from './dry-run.ts';
export type {
  DryRun,
  DryRunOptions,
  Ending,
  EndingKind,
  Fetched,
  FetchStep,
  MenuItem,
  MenuShown,
  Step,
} from './dry-run-result.ts';
export { type ErrorExplanation, explainError } from './error-codes.ts';
export { type Branch, dryRunAsking, explore } from './explore.ts';
export { type Highlight, type HighlightKind, highlight } from './highlight.ts';
export { type Finding, LINT_RULES, type LintOptions, lintScript } from './lint.ts';
export type { Fix, LintRule, Severity } from './lint-context.ts';
export { parseScript, printScript, type Script } from './parse.ts';
export {
  type CompanionFile,
  type FieldValues,
  fieldProblem,
  type LibraryEntry,
  type RenderContext,
  renderTemplate,
  TEMPLATES,
  type Template,
  type TemplateField,
  type TemplateResult,
} from './templates.ts';
export { applyEdits, decodeScript, type Edit, encodeScript, LARGEST_SCRIPT, type Position, type Span } from './text.ts';
export { decodePath, hostOf, pathOf, schemeOf } from './url.ts';
