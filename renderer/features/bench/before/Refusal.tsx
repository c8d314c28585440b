/** A safety rule said no: why, what would help, and the way past it for whoever knows better. */
import { Button, Checkbox, Collapse } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import type { ErrorView } from '../../../../main/contract/error-view.ts';
import { ErrorNote } from '../../../ui/ErrorNote.tsx';
import classes from './Refusal.module.css';

interface RefusalProps {
  readonly error: ErrorView;
  readonly onOverride: (rule: string) => void;
  /** Offers proxy mode as the way out. */
  readonly onProxy?: (() => void) | undefined;
}

export function Refusal({ error, onOverride, onProxy }: RefusalProps) {
  const [isOpen, { toggle }] = useDisclosure(false);
  const [isSure, setSure] = useState(false);
  const { rule, overridable } = error;
  return (
    <ErrorNote
      error={error}
      below={
        overridable &&
        rule && (
          <Collapse expanded={isOpen}>
            <div className={classes.override}>
              <Checkbox
                checked={isSure}
                onChange={event => setSure(event.currentTarget.checked)}
                label={`Switch the rule ${rule} off for this bench. A red line shows it until the bench stops; it is not remembered.`}
              />
              <Button
                variant="outline"
                color="red"
                size="compact-sm"
                disabled={!isSure}
                onClick={() => onOverride(rule)}
              >
                Override {rule}
              </Button>
            </div>
          </Collapse>
        )
      }
    >
      {overridable && (
        <Button variant="subtle" color="gray" size="compact-sm" onClick={toggle} aria-expanded={isOpen}>
          I know this network
        </Button>
      )}
      {onProxy && (
        <Button size="compact-sm" className={classes.wrapped} onClick={onProxy}>
          Offer boot files only (proxy)
        </Button>
      )}
    </ErrorNote>
  );
}
