/** What may be typed next, each with a line of help. */
import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  type Completion as EditorCompletion,
} from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import { type Completion, completions, type TargetName } from '../../../../main/ipxe/script/index.ts';

const KINDS: Readonly<Record<Completion['kind'], string>> = {
  command: 'keyword',
  option: 'property',
  setting: 'variable',
  type: 'type',
  label: 'constant',
  operator: 'text',
};

const shown = ({ label, kind, help }: Completion): EditorCompletion => ({ label, type: KINDS[kind], detail: help });

/** `target`: asked each time, because another machine may be chosen meanwhile. */
export function completing(target: () => TargetName): Extension {
  const source = ({ state, pos, explicit }: CompletionContext): CompletionResult | null => {
    const { from, options } = completions(state.doc.toString(), pos, target());
    // Nothing typed: it would stand in the way.
    if (
      options.length === 0 ||
      (!explicit && from === pos && !/\$\{$|:$/.test(state.sliceDoc(Math.max(0, pos - 2), pos)))
    )
      return null;
    return { from, options: options.map(shown), validFor: /^[\w./:-]*$/ };
  };
  return autocompletion({ override: [source], icons: false, maxRenderedOptions: 60 });
}
