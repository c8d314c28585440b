/** One card of a job: its way as a graph of rates, then its end as a sentence and what was read back from it. */
import { Code, CopyButton, UnstyledButton } from '@mantine/core';
import { IconClock } from '@tabler/icons-react';
import type { FlashJobView, JobTarget } from '../../../../main/contract/flash-views.ts';
import { bytesText } from '../../../../main/kit/quantity.ts';
import { StatusWord, type Tone } from '../../../ui/StatusWord.tsx';
import { shortTitle, slotText } from '../flash.state.ts';
import { afterText, endText, paceText, phaseText, targetFraction } from '../job.state.ts';
import classes from './Job.module.css';
import { RateGraph } from './RateGraph.tsx';

const STATES: Readonly<Record<JobTarget['state'], { readonly tone: Tone; readonly word: string }>> = {
  waiting: { tone: 'quiet', word: 'Waiting' },
  running: { tone: 'info', word: 'At work' },
  done: { tone: 'ok', word: 'Ready' },
  failed: { tone: 'bad', word: 'Failed' },
  cancelled: { tone: 'warn', word: 'Stopped' },
};

export function TargetRow({ target, job, top }: { target: JobTarget; job: FlashJobView; top: number }) {
  const { state, progress, done } = target;
  const { tone, word } = STATES[state];
  const isAtWork = state === 'running' || state === 'waiting';
  return (
    <li className={classes.target} data-state={state}>
      <div className={classes.who}>
        <strong className="cut">{target.name ?? shortTitle(target.title)}</strong>
        {target.name && <span className={`${classes.small} cut`}>{shortTitle(target.title)}</span>}
        <span className={`${classes.small} cut`} title={target.serial && `serial ${target.serial}`}>
          <span className="mono">{target.device}</span>
          {target.slot && `, slot ${slotText(target.slot)}`}
          {target.row !== undefined && `, row ${target.row}`}
        </span>
      </div>
      <div className={classes.way}>
        {isAtWork ? (
          <RateGraph target={target} verify={job.verify} top={top} />
        ) : (
          <>
            <p className={classes.end}>{endText(target)}</p>
            {afterText(target) && <p className={classes.after}>{afterText(target)}</p>}
            {done?.customised && done.customised.length > 0 && (
              <>
                <p className={classes.small}>Read back from the card:</p>
                <ul className={classes.sentences}>
                  {done.customised.map(sentence => (
                    <li key={sentence}>{sentence}</li>
                  ))}
                </ul>
              </>
            )}
            {done?.sha256 && <Sum sha256={done.sha256} />}
          </>
        )}
      </div>
      <div className={classes.state}>
        {isAtWork && progress ? (
          <>
            <strong className="numbers">{Math.floor(targetFraction(target, job.verify) * 100)} %</strong>
            <span className="cut">{phaseText(progress.phase)}</span>
            <span className={`${classes.small} numbers`}>
              {paceText(progress) || (progress.bytes > 0 ? bytesText(progress.bytes) : '')}
            </span>
          </>
        ) : (
          <StatusWord tone={tone} icon={state === 'waiting' ? IconClock : undefined}>
            {word}
          </StatusWord>
        )}
      </div>
    </li>
  );
}

const Sum = ({ sha256 }: { sha256: string }) => (
  <CopyButton value={sha256}>
    {({ copied, copy }) => (
      <UnstyledButton className={classes.sum} onClick={copy} title={`SHA-256 of the image: ${sha256}`}>
        <Code>{copied ? 'copied' : `SHA-256 ${sha256.slice(0, 16)}…`}</Code>
      </UnstyledButton>
    )}
  </CopyButton>
);
