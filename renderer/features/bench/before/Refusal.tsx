/** A safety rule said no: why, what would help, and the way past it for whoever knows better. */
import { Button, Checkbox, Collapse } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconShieldX } from '@tabler/icons-react';
import { useState } from 'react';
import type { ErrorView } from '../../../../main/contract/error-view.ts';
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
    <div className={classes.root} role="alert">
      <IconShieldX size={20} stroke={1.8} aria-hidden className={classes.icon} />
      <div className={classes.body}>
        <strong>Refused by the rule {rule}</strong>
        <p className={classes.text}>{error.message}</p>
        <div className={classes.actions}>
          {onProxy && (
            <Button size="compact-sm" onClick={onProxy}>
              Offer boot files only (proxy)
            </Button>
          )}
          {overridable && (
            <Button variant="subtle" color="gray" size="compact-sm" onClick={toggle} aria-expanded={isOpen}>
              I know this network
            </Button>
          )}
        </div>
        {overridable && rule && (
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
        )}
      </div>
    </div>
  );
}
