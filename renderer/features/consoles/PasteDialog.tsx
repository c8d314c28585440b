/** Several lines are asked about before they are pasted: a shell would run each of them. */
import { Button, Checkbox, Group, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ConsoleView } from '../../../main/contract/views.ts';
import { useSession } from '../../engine/use-engine.tsx';
import { countText, linesOf, pasteOutcome, tabName } from './consoles.state.ts';
import classes from './Dialogs.module.css';
import { work } from './work.ts';

interface PasteDialogProps {
  readonly console: ConsoleView;
  /** Undefined: closed. */
  readonly text: string | undefined;
  /** Consoles besides this one that get what is typed. */
  readonly others: number;
  readonly onClose: () => void;
  readonly onAtOnce: (text: string) => void;
}

const SHOWN = 4_000;

export function PasteDialog({ console, text, others, onClose, onAtOnce }: PasteDialogProps) {
  const session = useSession();
  const [echo, setEcho] = useState(true);
  const [prompt, setPrompt] = useState('');
  if (text === undefined) return null;
  const lines = linesOf(text);
  const atOnce = (): void => {
    onAtOnce(text);
    onClose();
  };
  const paced = (): void => {
    const { id } = console;
    work(console, session.call('console.paste', { id, text, echo, ...(prompt && { prompt }) }), pasteOutcome);
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={`Paste ${countText(lines)} lines into ${tabName(console)}?`} size="lg">
      <form
        className={classes.form}
        onSubmit={event => {
          event.preventDefault();
          paced();
        }}
      >
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and the keyboard must be able to */}
        <pre className={`${classes.preview} mono`} tabIndex={0}>
          {text.slice(0, SHOWN)}
          {text.length > SHOWN && '\n…'}
        </pre>
        <p className="dim">
          Line by line is slower and loses nothing: each line waits until the board has taken the one before.
        </p>
        <Checkbox
          label="The board shows what is typed, so compare it"
          checked={echo}
          onChange={event => setEcho(event.currentTarget.checked)}
        />
        <TextInput
          label="Wait for this prompt before each line"
          placeholder="none, e.g. => "
          classNames={{ input: 'mono' }}
          value={prompt}
          onChange={event => setPrompt(event.currentTarget.value)}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="default" onClick={atOnce}>
            {others > 0 ? `Paste at once into all ${others + 1}` : 'Paste at once'}
          </Button>
          <Button type="submit" data-autofocus>
            Paste line by line
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
