/** Text with `{{variables}}`. Pure; knows neither files nor where values come from. */

export type Rendering =
  | { readonly ok: true; readonly text: string }
  /** What stands between the braces of the first placeholder without a value, and its line, counted from 1. */
  | { readonly ok: false; readonly unknown: string; readonly line: number };

/** A placeholder, or one that a backslash makes plain text. Never spans lines. */
const PLACEHOLDER = /(\\?)\{\{([^{}\n]*)\}\}/g;

/**
 * Puts in the values. A placeholder without a value fails the whole text: an installer that gets no answer file stops and
 * says so, one that gets a wrong answer file installs a wrong system. `\{{…}}` stays as `{{…}}`, for texts that are
 * templates of something else (cloud-init's Jinja, Go formats). Values are put in as they are and not read again.
 */
export function render(template: string, lookUp: (variable: string) => string | undefined): Rendering {
  let failed: { unknown: string; line: number } | undefined;
  const text = template.replace(PLACEHOLDER, (whole, backslash: string, inner: string, offset: number) => {
    if (backslash !== '') return whole.slice(1);
    const variable = inner.trim();
    const value = lookUp(variable);
    if (value === undefined) {
      failed ??= { unknown: variable, line: template.slice(0, offset).split('\n').length };
      return '';
    }
    return value;
  });
  return failed ? { ok: false, ...failed } : { ok: true, text };
}
