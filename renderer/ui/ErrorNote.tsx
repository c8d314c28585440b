/** A failure, said plainly: the sentence, what can be done, and the exact text for whoever wants it. */
import { Button, Code, Collapse, CopyButton, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCircleX, IconShieldX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { ErrorView } from '../../main/contract/error-view.ts';
import classes from './ErrorNote.module.css';

interface ErrorNoteProps {
  readonly error: ErrorView;
  /** Offers to try again. */
  readonly retry?: (() => void) | undefined;
  /** Offers to take the note away. */
  readonly dismiss?: (() => void) | undefined;
  /** More ways out, the best one last. */
  readonly children?: ReactNode;
  /** Under all of it, e.g. what a way out asks. */
  readonly below?: ReactNode;
}

export function ErrorNote({ error, retry, dismiss, children, below }: ErrorNoteProps) {
  const [isOpen, { toggle }] = useDisclosure(false);
  const Icon = error.rule ? IconShieldX : IconCircleX;
  return (
    <div className={classes.root} role="alert">
      <Icon size={20} stroke={1.8} aria-hidden className={classes.icon} />
      <div className={classes.body}>
        {error.rule && <strong>Refused by the rule {error.rule}</strong>}
        <p className={classes.text}>{error.message}</p>
        <Group gap="xs" className={classes.actions}>
          {error.detail && (
            <Button variant="subtle" size="compact-sm" color="gray" onClick={toggle} aria-expanded={isOpen}>
              {isOpen ? 'Hide detail' : 'Show detail'}
            </Button>
          )}
          {dismiss && (
            <Button variant="subtle" size="compact-sm" color="gray" onClick={dismiss}>
              Dismiss
            </Button>
          )}
          {retry && (
            <Button variant="default" size="compact-sm" onClick={retry}>
              Try again
            </Button>
          )}
          {children}
        </Group>
        {error.detail && (
          <Collapse expanded={isOpen}>
            <Code block className={classes.detail}>
              {error.detail}
            </Code>
            <CopyButton value={error.detail}>
              {({ copied, copy }) => (
                <Button variant="subtle" size="compact-sm" color="gray" onClick={copy}>
                  {copied ? 'Copied' : 'Copy detail'}
                </Button>
              )}
            </CopyButton>
          </Collapse>
        )}
        {below}
      </div>
    </div>
  );
}
