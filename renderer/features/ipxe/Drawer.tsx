/** What lies over the right part of the view until it is closed. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef } from 'react';
import classes from './Drawer.module.css';

interface DrawerProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly footer?: ReactNode;
}

export function Drawer({ title, onClose, children, footer }: DrawerProps) {
  const root = useRef<HTMLElement>(null);
  useEffect(() => root.current?.focus(), []);
  return (
    <aside
      ref={root}
      className={classes.root}
      aria-label={title}
      tabIndex={-1}
      onKeyDown={event => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <header className={classes.header}>
        <h2 className={classes.title}>{title}</h2>
        <Tooltip label="Close (Esc)">
          <ActionIcon onClick={onClose} aria-label="Close">
            <IconX size={18} stroke={1.8} />
          </ActionIcon>
        </Tooltip>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and the keyboard must be able to */}
      <div className={classes.body} tabIndex={0}>
        {children}
      </div>
      {footer && <footer className={classes.footer}>{footer}</footer>}
    </aside>
  );
}
