/** A state as an icon, a colour and a word: never one of them alone. */
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconInfoCircle,
  IconPlayerPause,
  type IconProps,
} from '@tabler/icons-react';
import type { ComponentType, ReactNode } from 'react';
import classes from './StatusWord.module.css';

/** Green is up or verified, amber waits or hints, red refused or failed. */
export type Tone = 'ok' | 'warn' | 'bad' | 'quiet' | 'info';

const ICONS: Readonly<Record<Tone, ComponentType<IconProps>>> = {
  ok: IconCircleCheck,
  warn: IconAlertTriangle,
  bad: IconCircleX,
  quiet: IconPlayerPause,
  info: IconInfoCircle,
};

interface StatusWordProps {
  readonly tone: Tone;
  readonly children: ReactNode;
  readonly icon?: ComponentType<IconProps> | undefined;
  readonly title?: string | undefined;
}

export function StatusWord({ tone, children, icon, title }: StatusWordProps) {
  const Icon = icon ?? ICONS[tone];
  return (
    <span className={classes.root} data-tone={tone} title={title}>
      <Icon size={16} stroke={1.8} aria-hidden />
      <span className="cut">{children}</span>
    </span>
  );
}
