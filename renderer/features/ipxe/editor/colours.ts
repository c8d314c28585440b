/** Colours a script in the editor: each piece gets the class of what it is. */
import { type Extension, RangeSetBuilder } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { type HighlightKind, highlight, parseScript } from '../../../../main/ipxe/script/index.ts';

const MARKS = new Map<HighlightKind, Decoration>();
const markOf = (kind: HighlightKind): Decoration => {
  const mark = MARKS.get(kind) ?? Decoration.mark({ class: `ipxe-${kind}` });
  MARKS.set(kind, mark);
  return mark;
};

function decorate(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const { from, to } = { from: view.visibleRanges[0]?.from ?? 0, to: view.visibleRanges.at(-1)?.to ?? 0 };
  for (const { kind, offset, length } of highlight(parseScript(view.state.doc.toString()))) {
    if (offset > to) break;
    if (kind !== 'text' && offset + length >= from) builder.add(offset, offset + length, markOf(kind));
  }
  return builder.finish();
}

const colouring = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = decorate(view);
    }
    update({ docChanged, viewportChanged, view }: ViewUpdate): void {
      if (docChanged || viewportChanged) this.decorations = decorate(view);
    }
  },
  { decorations: plugin => plugin.decorations },
);

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--surface)', color: 'var(--text)', fontSize: '13px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--mantine-font-family-monospace)',
    lineHeight: '20px',
    fontVariantLigatures: 'none',
  },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--dim)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 8px 0 12px', minWidth: '36px' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--code-line)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--code-selection)',
  },
  '.cm-searchMatch': { backgroundColor: 'var(--warn-soft)', outline: '1px solid var(--warn-line)' },
  '.cm-searchMatch-selected': { backgroundColor: 'var(--warn-line)' },
  '.cm-panels': { backgroundColor: 'var(--surface-2)', color: 'var(--text)', borderColor: 'var(--line)' },
  '.cm-panels .cm-textfield': {
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
    border: '1px solid var(--line-strong)',
    borderRadius: '5px',
    fontSize: '13px',
  },
  '.cm-panels .cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
    border: '1px solid var(--line-strong)',
    borderRadius: '5px',
    fontSize: '13px',
  },
  '.cm-panels label': { fontSize: '13px' },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
    border: '1px solid var(--line-strong)',
    borderRadius: '7px',
    boxShadow: 'var(--shadow-over)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--mantine-font-family-monospace)',
    maxHeight: '240px',
  },
  '.cm-tooltip-autocomplete ul li': { padding: '3px 8px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--mantine-color-accent-7)',
    color: '#ffffff',
  },
  '.cm-completionDetail': {
    fontStyle: 'normal',
    color: 'var(--dim)',
    marginLeft: '12px',
    fontFamily: 'var(--mantine-font-family)',
  },
  'li[aria-selected] .cm-completionDetail': { color: '#ffffff' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-diagnostic': { padding: '6px 10px', maxWidth: '460px', fontFamily: 'var(--mantine-font-family)' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad-fill)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--warn-fill)' },
  '.cm-diagnosticAction': {
    backgroundColor: 'var(--accent)',
    color: '#ffffff',
    borderRadius: '4px',
    padding: '2px 8px',
  },
  '.ipxe-magic, .ipxe-comment': { color: 'var(--dim)', fontStyle: 'italic' },
  '.ipxe-command': { color: 'var(--code-command)', fontWeight: '600' },
  '.ipxe-unknown': { color: 'var(--bad)' },
  '.ipxe-label': { color: 'var(--code-label)', fontWeight: '600' },
  '.ipxe-option': { color: 'var(--code-option)' },
  '.ipxe-setting': { color: 'var(--code-setting)' },
  '.ipxe-url': { color: 'var(--code-url)' },
  '.ipxe-operator, .ipxe-continuation': { color: 'var(--dim)', fontWeight: '600' },
  '.ipxe-unseen': { color: 'var(--dim)', textDecoration: 'line-through' },
});

export const colours: Extension = [colouring, look];
