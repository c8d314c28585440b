/** A line across the window that says what is the matter and what can be done about it. */
import { IconAlertTriangle, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './Banner.module.css';

interface BannerProps {
  readonly tone: 'warn' | 'bad' | 'info';
  readonly title: string;
  readonly children?: ReactNode;
  /** Buttons, the coloured one last. */
  readonly actions?: ReactNode;
}

const ICONS = { warn: IconAlertTriangle, bad: IconCircleX, info: IconInfoCircle };

export function Banner({ tone, title, children, actions }: BannerProps) {
  const Icon = ICONS[tone];
  return (
    <section className={classes.root} data-tone={tone} role="alert">
      <Icon size={20} stroke={1.8} aria-hidden className={classes.icon} />
      <p className={classes.text}>
        <strong>{title}.</strong> {children}
      </p>
      {actions && <div className={classes.actions}>{actions}</div>}
    </section>
  );
}
