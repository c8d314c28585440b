/** What the linter found, under the editor: each with its line, its sentence and its fix. */
import { Button, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Finding, Fix } from '../../../main/ipxe/script/index.ts';
import { StatusWord } from '../../ui/StatusWord.tsx';
import classes from './Findings.module.css';

interface FindingsProps {
  readonly findings: readonly Finding[];
  /** Undefined: none. */
  readonly summary: string | undefined;
  readonly onLine: (line: number) => void;
  readonly onFix: (fix: Fix) => void;
  /** At the end of the line. */
  readonly children?: ReactNode;
}

/** Nobody reads more; the marks in the text are all there. */
const MOST_SHOWN = 100;

export function Findings({ findings, summary, onLine, onFix, children }: FindingsProps) {
  if (summary === undefined)
    return (
      <footer className={classes.bar}>
        <StatusWord tone="ok" icon={IconCircleCheck}>
          Nothing to say against it
        </StatusWord>
        <span className={classes.aside}>{children}</span>
      </footer>
    );
  const isBad = findings.some(({ severity }) => severity === 'error');
  return (
    <section className={classes.root} aria-label="Findings">
      <p className={classes.bar}>
        <StatusWord tone={isBad ? 'bad' : 'warn'}>{summary}</StatusWord>
        <span className={classes.aside}>{children}</span>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and the keyboard must be able to */}
      <ul className={classes.list} tabIndex={0}>
        {findings.slice(0, MOST_SHOWN).map(finding => (
          <li key={`${finding.rule} ${finding.offset} ${finding.message}`}>
            {finding.severity === 'error' ? (
              <IconCircleX size={16} stroke={1.8} className={classes.bad} aria-label="Error" />
            ) : (
              <IconAlertTriangle size={16} stroke={1.8} className={classes.warn} aria-label="Warning" />
            )}
            <UnstyledButton className={`${classes.line} numbers`} onClick={() => onLine(finding.line)}>
              Line {finding.line}
            </UnstyledButton>
            <span className={classes.text}>{finding.message}</span>
            {finding.fix && (
              <Button size="compact-xs" variant="light" onClick={() => onFix(finding.fix!)}>
                {finding.fix.title}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
