/** The editor of a script: colours, completion, marks for what the linter found, find and undo. Knows no engine. */
import { closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { type RefObject, useEffect, useImperativeHandle, useRef } from 'react';
import type { Finding, Fix, TargetName } from '../../../../main/ipxe/script/index.ts';
import { colours } from './colours.ts';
import { completing } from './completion.ts';
import classes from './ScriptEditor.module.css';

export interface ScriptEditorHandle {
  /** Puts the caret into the line, 1 is the first, and shows it. */
  goTo(line: number): void;
  /** Makes a fix that was found in `text`; does nothing when other text stands there by now. */
  fix(fix: Fix, text: string): void;
  focus(): void;
}

interface ScriptEditorProps {
  readonly label: string;
  /** What it begins with; later values replace the text only where it cannot be typed in. */
  readonly text: string;
  readonly readOnly?: boolean;
  readonly onChange?: (text: string) => void;
  /** Findings in `of`, which may be behind what is typed. */
  readonly findings: readonly Finding[];
  readonly findingsOf: string;
  readonly target: TargetName;
  readonly handle?: RefObject<ScriptEditorHandle | null>;
}

export function ScriptEditor(props: ScriptEditorProps) {
  const { label, text, readOnly = false, onChange, findings, findingsOf, target, handle } = props;
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef({ onChange, target });
  latest.current = { onChange, target };

  // biome-ignore lint/correctness/useExhaustiveDependencies: the first text; what is typed afterwards is the editor's own
  useEffect(() => {
    const access = new Compartment();
    const editor = new EditorView({
      parent: place.current!,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          highlightActiveLineGutter(),
          history(),
          drawSelection(),
          highlightActiveLine(),
          highlightSelectionMatches(),
          closeBrackets(),
          lintGutter(),
          completing(() => latest.current.target),
          colours,
          // Tab leaves the editor, as everywhere else.
          keymap.of([
            ...closeBracketsKeymap,
            ...completionKeymap,
            ...searchKeymap,
            ...historyKeymap,
            ...lintKeymap,
            ...defaultKeymap,
          ]),
          access.of([EditorState.readOnly.of(readOnly), EditorView.editable.of(true)]),
          EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
          EditorView.updateListener.of(update => {
            if (update.docChanged) latest.current.onChange?.(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      view.current = undefined;
      editor.destroy();
    };
  }, [label, readOnly]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || !readOnly || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text, readOnly]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() !== findingsOf) return;
    editor.dispatch(
      setDiagnostics(
        editor.state,
        findings.map(finding => diagnosticOf(finding, findingsOf, editor.state.doc.length)),
      ),
    );
  }, [findings, findingsOf]);

  useImperativeHandle(
    handle,
    () => ({
      goTo(line) {
        const editor = view.current;
        if (!editor) return;
        const { from } = editor.state.doc.line(Math.max(1, Math.min(line, editor.state.doc.lines)));
        editor.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
        editor.focus();
      },
      fix(fix, of) {
        if (view.current) makeFix(view.current, fix, of);
      },
      focus: () => view.current?.focus(),
    }),
    [],
  );

  return <div ref={place} className={classes.root} data-read-only={readOnly || undefined} />;
}

function diagnosticOf({ offset, length, severity, message, fix }: Finding, of: string, most: number): Diagnostic {
  const from = Math.min(offset, most);
  return {
    from,
    to: Math.min(from + length, most),
    severity,
    message,
    ...(fix && { actions: [{ name: fix.title, apply: editor => makeFix(editor, fix, of) }] }),
  };
}

function makeFix(editor: EditorView, fix: Fix, of: string): void {
  if (editor.state.doc.toString() !== of) return;
  editor.dispatch({
    changes: fix.edits.map(({ offset, length, text }) => ({ from: offset, to: offset + length, insert: text })),
    userEvent: 'input.fix',
  });
}
