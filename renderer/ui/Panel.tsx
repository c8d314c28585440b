/** A surface with a title: the piece that views are put together from. */
import type { ReactNode } from 'react';
import classes from './Panel.module.css';

interface PanelProps {
  readonly title: ReactNode;
  /** Beside the title, small and quiet. */
  readonly aside?: ReactNode;
  /** Stays at the bottom when the rest scrolls. */
  readonly footer?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string | undefined;
}

export function Panel({ title, aside, footer, children, className }: PanelProps) {
  return (
    <section className={className ? `${classes.root} ${className}` : classes.root}>
      <header className={classes.header}>
        <h2 className={classes.title}>{title}</h2>
        {aside && <div className={classes.aside}>{aside}</div>}
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and the keyboard must be able to */}
      <div className={classes.body} tabIndex={0}>
        {children}
      </div>
      {footer && <footer className={classes.footer}>{footer}</footer>}
    </section>
  );
}
