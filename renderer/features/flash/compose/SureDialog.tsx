/** The question before something is erased that is more than an everyday card; what is no everyday target is typed. */
import { Button, Group, Modal, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import classes from './Compose.module.css';

interface SureDialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  /** What a person types; empty: the button is enough. */
  readonly wanted: string;
  readonly button: string;
  readonly onClose: () => void;
  readonly onSure: () => void;
  readonly children: ReactNode;
}

export function SureDialog({ title, isOpen, wanted, button, onClose, onSure, children }: SureDialogProps) {
  const [typed, setTyped] = useState('');
  const isSure = typed.trim() === wanted;
  return (
    <Modal opened={isOpen} onClose={onClose} title={title}>
      <form
        className={classes.stack}
        onSubmit={event => {
          event.preventDefault();
          if (!isSure) return;
          setTyped('');
          onSure();
        }}
      >
        {children}
        {wanted !== '' && (
          <TextInput
            label={
              <>
                Type <span className="mono">{wanted}</span> to erase it
              </>
            }
            value={typed}
            onChange={event => setTyped(event.currentTarget.value)}
            classNames={{ input: 'mono' }}
            spellCheck={false}
            autoComplete="off"
            data-autofocus
          />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color="red" disabled={!isSure}>
            {button}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
