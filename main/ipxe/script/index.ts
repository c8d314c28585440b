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
export {
  type DryRun,
  type DryRunOptions,
  dryRun,
  type Ending,
  type Fetched,
  type FetchStep,
  type MenuItem,
  type MenuShown,
  type Step,
} from './dry-run.ts';
export { type ErrorExplanation, explainError } from './error-codes.ts';
export { type Branch, dryRunAsking, explore } from './explore.ts';
export { type Highlight, type HighlightKind, highlight } from './highlight.ts';
export { type Finding, type Fix, LINT_RULES, type LintOptions, lintScript, type Severity } from './lint.ts';
export { parseScript, printScript, type Script } from './parse.ts';
export { renderTemplate, TEMPLATES, type Template, type TemplateField } from './templates.ts';
export { applyEdits, decodeScript, type Edit, encodeScript, LARGEST_SCRIPT, type Position, type Span } from './text.ts';
