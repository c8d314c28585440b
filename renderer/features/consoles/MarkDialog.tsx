/** A line of the person's own in the log, such as "swapped the power supply". */
import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ErrorView } from '../../../main/contract/error-view.ts';
import type { ConsoleView } from '../../../main/contract/views.ts';
import { useSession, viewOf } from '../../engine/use-engine.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { Time } from '../../ui/Time.tsx';
import classes from './Dialogs.module.css';

export function MarkDialog({ console, onClose }: { console: ConsoleView; onClose: () => void }) {
  const session = useSession();
  const [error, setError] = useState<ErrorView>();
  const [text, setText] = useState('');
  const notes = console.markers.filter(({ kind }) => kind === 'note').slice(-5);
  const submit = async (): Promise<void> => {
    try {
      await session.call('console.mark', { id: console.id, text: text.trim() });
      onClose();
    } catch (thrown) {
      setError(viewOf(thrown));
    }
  };
  return (
    <Modal opened onClose={onClose} title="Write a mark into the log">
      <form
        className={classes.form}
        onSubmit={event => {
          event.preventDefault();
          if (text.trim() !== '') void submit();
        }}
      >
        <TextInput
          label="What happened"
          placeholder="Swapped the power supply"
          maxLength={500}
          value={text}
          data-autofocus
          onChange={event => setText(event.currentTarget.value)}
        />
        {notes.length > 0 && (
          <ul className={classes.files}>
            {notes.map(({ at, offset, text: says }) => (
              <li key={`${at} ${offset}`}>
                <span className="dim">
                  <Time at={at} />
                </span>
                {says}
              </li>
            ))}
          </ul>
        )}
        {error && <ErrorNote error={error} dismiss={() => setError(undefined)} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={text.trim() === ''}>
            Write
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
