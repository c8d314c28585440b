/** The terminal of one console: what it shows, what is typed and pasted into it, search, and the column of times. */
import { ActionIcon, TextInput, Tooltip } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconX } from '@tabler/icons-react';
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { ErrorView } from '../../../main/contract/error-view.ts';
import type { ConsoleView } from '../../../main/contract/views.ts';
import { useSession } from '../../engine/use-engine.tsx';
import { copyText } from '../../ui/copy.ts';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import classes from './ConsoleTerminal.module.css';
import { countText, linesOf, PASTE_ASKS_AT, tabName } from './consoles.state.ts';
import { useLooks, useTypesTo, zoom } from './looks.ts';
import { PasteDialog } from './PasteDialog.tsx';
import { base64Of, type Found, type TerminalHandle, useTerminal } from './use-terminal.ts';

/** What buttons elsewhere do with a terminal. */
export interface TerminalControl {
  readonly find: () => void;
  readonly paste: () => void;
  readonly copy: () => void;
  readonly clear: () => void;
  readonly focus: () => void;
}

interface ConsoleTerminalProps {
  readonly console: ConsoleView;
  readonly control?: RefObject<TerminalControl | null>;
  /** Takes the keyboard when it comes. */
  readonly autoFocus?: boolean;
}

export function ConsoleTerminal({ console, control, autoFocus = false }: ConsoleTerminalProps) {
  const { id } = console;
  const session = useSession();
  const place = useRef<HTMLDivElement>(null);
  const { fontSize, times } = useLooks();
  const all = useTypesTo();
  const typesTo = useMemo(() => (all.has(id) ? [...all] : [id]), [all, id]);
  const [asked, setAsked] = useState<string>();
  const [refused, setRefused] = useState<ErrorView>();
  const [skipped, setSkipped] = useState(0);
  const [isFinding, setFinding] = useState(false);
  const [found, setFound] = useState<Found>({ index: 0, count: 0 });

  const send = (text: string): void => {
    for (const to of typesTo)
      session.call('console.write', { id: to, base64: base64Of(text) }).catch(() => setRefused(NOT_TYPED));
  };
  const takePaste = (text: string): void => {
    if (linesOf(text) >= PASTE_ASKS_AT) setAsked(text);
    else send(text.replace(/\r?\n$/, '\r'));
  };
  const handle = useTerminal(
    {
      id,
      fontSize,
      typesTo,
      onPaste: takePaste,
      onRefused: setRefused,
      onSkipped: octets => setSkipped(before => before + octets),
      onFound: setFound,
      onKey: event => act(event),
    },
    place,
  );

  const own: TerminalControl = {
    find: () => {
      setFinding(true);
      handle?.readAll();
    },
    paste: () =>
      void navigator.clipboard
        .readText()
        .then(takePaste)
        .catch(() => setRefused(NO_CLIPBOARD)),
    copy: () => {
      const text = handle?.terminal.getSelection();
      if (text) void copyText(text, 'what is selected');
    },
    clear: () => handle?.clear(),
    focus: () => handle?.terminal.focus(),
  };
  if (control) control.current = own;

  function act(event: KeyboardEvent): boolean {
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (event.key === 'Escape' && event.shiftKey) place.current?.closest<HTMLElement>('[data-pane]')?.focus();
    else if (command && event.shiftKey && key === 'f') own.find();
    else if (command && event.shiftKey && key === 'c') own.copy();
    else if (command && (event.key === '+' || event.key === '=')) zoom(1);
    else if (command && event.key === '-') zoom(-1);
    // The browser pastes: `takePaste` gets it.
    else if (command && event.shiftKey && key === 'v') return true;
    // Consoles by number, as everywhere.
    else return event.altKey && /^[0-9]$/.test(event.key);
    event.preventDefault();
    return true;
  }

  useEffect(() => {
    // A tab that is being given a name keeps the keyboard.
    if (autoFocus && !isFinding && !document.activeElement?.matches('li input')) handle?.terminal.focus();
  }, [handle, autoFocus, isFinding]);

  const isShared = typesTo.length > 1;
  return (
    <div className={classes.root} data-shared={isShared || undefined}>
      {isFinding && (
        <FindBar
          handle={handle}
          found={found}
          onClose={() => {
            handle?.endSearch();
            setFinding(false);
            handle?.terminal.focus();
          }}
        />
      )}
      <div className={classes.black}>
        {times && <TimesColumn handle={handle} />}
        <section
          ref={place}
          className={`${classes.place} mono`}
          data-terminal={id}
          aria-label={`Terminal of ${tabName(console)}`}
        />
      </div>
      {skipped > 0 && (
        <p className={classes.skipped} role="status">
          This window did not keep up and left out {countText(skipped)} octets. The log has all of it
          {console.log && (
            <>
              : <span className="mono">{console.log.text}</span>
            </>
          )}
        </p>
      )}
      {refused && (
        <div className={classes.note}>
          <ErrorNote error={refused} dismiss={() => setRefused(undefined)} />
        </div>
      )}
      <PasteDialog
        console={console}
        text={asked}
        others={typesTo.length - 1}
        onClose={() => {
          setAsked(undefined);
          handle?.terminal.focus();
        }}
        onAtOnce={text => send(text.replaceAll(/\r\n|\n/g, '\r'))}
      />
    </div>
  );
}

const NOT_TYPED: ErrorView = {
  code: 'CONSOLE_CLOSED',
  message: 'A console did not take what was pasted: look at its state below.',
};
const NO_CLIPBOARD: ErrorView = {
  code: 'GONE',
  message: 'The browser does not let this page read the clipboard. Click into the terminal and press Ctrl+Shift+V.',
};

function FindBar({
  handle,
  found,
  onClose,
}: {
  handle: TerminalHandle | undefined;
  found: Found;
  onClose: () => void;
}) {
  const [text, setText] = useState('');
  // biome-ignore lint/correctness/useExhaustiveDependencies: typing searches by itself, below
  useEffect(() => {
    // Another terminal, which holds more of the output.
    if (text !== '') handle?.search(text, 'before');
  }, [handle]);
  return (
    <search className={classes.find}>
      <TextInput
        size="xs"
        aria-label="Find in the scrollback"
        placeholder="Find in the scrollback"
        value={text}
        data-autofocus
        autoFocus
        onChange={event => {
          setText(event.currentTarget.value);
          handle?.search(event.currentTarget.value, 'before');
        }}
        onKeyDown={event => {
          if (event.key === 'Enter') handle?.search(text, event.shiftKey ? 'next' : 'before');
          if (event.key === 'Escape') {
            event.stopPropagation();
            onClose();
          }
        }}
      />
      <span className={`${classes.count} numbers`} role="status">
        {text === '' ? '' : found.count === 0 ? 'not there' : `${found.index} of ${found.count}`}
      </span>
      <Tooltip label="Further up (Enter)">
        <ActionIcon aria-label="Find further up" onClick={() => handle?.search(text, 'before')}>
          <IconArrowUp size={16} stroke={1.8} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Further down (Shift+Enter)">
        <ActionIcon aria-label="Find further down" onClick={() => handle?.search(text, 'next')}>
          <IconArrowDown size={16} stroke={1.8} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Close (Esc)">
        <ActionIcon aria-label="Close the search" onClick={onClose}>
          <IconX size={16} stroke={1.8} />
        </ActionIcon>
      </Tooltip>
    </search>
  );
}

const CLOCK = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

/** Beside the text and no part of it, so that what is copied is what the device printed. */
function TimesColumn({ handle }: { handle: TerminalHandle | undefined }) {
  const column = useRef<HTMLPreElement>(null);
  useEffect(() => {
    const element = column.current;
    if (!handle || !element) return;
    const { terminal, times } = handle;
    let frame: number | undefined;
    const draw = (): void => {
      frame = undefined;
      const { active } = terminal.buffer;
      const height = (terminal.element?.querySelector('.xterm-screen')?.clientHeight ?? 0) / terminal.rows;
      element.style.lineHeight = `${height}px`;
      const last = active.baseY + active.cursorY;
      const rows = Array.from({ length: terminal.rows }, (_, row) => {
        const line = active.viewportY + row;
        const at = active.type === 'normal' && line <= last ? times.of(line) : undefined;
        return at === undefined ? '' : CLOCK.format(at);
      });
      element.textContent = rows.join('\n');
    };
    const soon = (): void => {
      frame ??= requestAnimationFrame(draw);
    };
    const stops = [terminal.onRender(soon), terminal.onScroll(soon)];
    soon();
    return () => {
      for (const stop of stops) stop.dispose();
      if (frame !== undefined) cancelAnimationFrame(frame);
    };
  }, [handle]);
  return <pre ref={column} className={`${classes.times} mono`} aria-hidden />;
}
