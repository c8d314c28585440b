/** A label for each finished card: on paper alone, in place of everything else on the page. */
import { Portal } from '@mantine/core';
import type { FlashJobView, JobTarget } from '../../../../main/contract/flash-views.ts';
import { bytesText } from '../../../../main/kit/quantity.ts';
import { shortTitle } from '../flash.state.ts';
import { fileName, labelSentences } from '../job.state.ts';
import classes from './Labels.module.css';

interface LabelsProps {
  readonly job: FlashJobView;
  readonly targets: readonly JobTarget[];
}

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

export function Labels({ job, targets }: LabelsProps) {
  return (
    <Portal>
      <div className={classes.sheet} aria-hidden>
        {targets.map(({ name, title, done, serial }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: one slot may have had several cards; the list only grows
          <div key={index} className={classes.label}>
            <strong className={classes.name}>{name ?? fileName(job.image ?? '')}</strong>
            {name && <span>{fileName(job.image ?? '')}</span>}
            <ul>
              {labelSentences(done?.customised ?? [], name).map(sentence => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
            <span className={classes.foot}>
              {DAY.format(job.ended ?? job.began)}, {done && bytesText(done.bytes)}
              {done?.verified ? ', read back' : ', not read back'}
            </span>
            {done?.sha256 && <span className={classes.foot}>SHA-256 {done.sha256.slice(0, 16)}</span>}
            <span className={classes.foot}>
              {shortTitle(title)}
              {serial && `, ${serial}`}
            </span>
          </div>
        ))}
      </div>
    </Portal>
  );
}
