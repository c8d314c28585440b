/** The line of an open console: changed in place, without closing the port. */
import { Button, Group, Modal } from '@mantine/core';
import { useState } from 'react';
import type { ErrorView } from '../../../main/contract/error-view.ts';
import type { ConsoleView } from '../../../main/contract/views.ts';
import { useSession, viewOf } from '../../engine/use-engine.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { readRate, tabName } from './consoles.state.ts';
import classes from './Dialogs.module.css';
import { type LineChoice, LineFields } from './LineFields.tsx';
import { RateField } from './RateField.tsx';

interface LineDialogProps {
  readonly console: ConsoleView;
  readonly line: NonNullable<ConsoleView['line']>;
  readonly onClose: () => void;
}

export function LineDialog({ console, line, onClose }: LineDialogProps) {
  const { dataBits, parity, stopBits, flowControl } = line;
  const [rate, setRate] = useState(String(line.baudRate));
  const [choice, setChoice] = useState<LineChoice>({ dataBits, parity, stopBits, flowControl });
  const session = useSession();
  const [error, setError] = useState<ErrorView>();
  const [isBusy, setBusy] = useState(false);
  const baudRate = readRate(rate);
  const submit = async (): Promise<void> => {
    setBusy(true);
    try {
      await session.call('console.line', { id: console.id, settings: { ...choice, baudRate: baudRate! } });
      onClose();
    } catch (thrown) {
      setError(viewOf(thrown));
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={`Line of ${tabName(console)}`}>
      <form
        className={classes.form}
        onSubmit={event => {
          event.preventDefault();
          if (baudRate !== undefined) void submit();
        }}
      >
        <RateField value={rate} onChange={setRate} isValid={baudRate !== undefined} isFirst />
        <LineFields value={choice} onChange={setChoice} />
        {error && <ErrorNote error={error} dismiss={() => setError(undefined)} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={baudRate === undefined} loading={isBusy}>
            Change
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
