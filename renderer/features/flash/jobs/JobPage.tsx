/** One job: how far each card is, and afterwards what is on it and what to do about those that failed. */
import { Button } from '@mantine/core';
import { IconDeviceSdCard, IconFlag, IconHandStop, IconPencil, IconPrinter, IconTrash } from '@tabler/icons-react';
import type { FlashJobView } from '../../../../main/contract/flash-views.ts';
import { clockText, spanText } from '../../../../main/kit/duration.ts';
import { bytesText } from '../../../../main/kit/quantity.ts';
import { useAnswer, useCall, useRow, useValue } from '../../../engine/use-engine.tsx';
import { Banner } from '../../../ui/Banner.tsx';
import { CopyCsv } from '../../../ui/CopyCsv.tsx';
import { Empty } from '../../../ui/Empty.tsx';
import { ErrorNote } from '../../../ui/ErrorNote.tsx';
import { go } from '../../../ui/route.ts';
import { StatusWord } from '../../../ui/StatusWord.tsx';
import { useNow } from '../../../ui/use-now.ts';
import flash from '../Flash.module.css';
import { FlashHead } from '../FlashHead.tsx';
import { endText, jobFraction, jobTitle, leftSeconds, paceText, verdictOf } from '../job.state.ts';
import { countsText } from '../queue.state.ts';
import classes from './Job.module.css';
import { Labels } from './Labels.tsx';
import { QueueStrip } from './QueueStrip.tsx';
import { TargetRow } from './TargetRow.tsx';

export function JobPage({ id }: { id: string }) {
  const job = useRow('flashJobs', id);
  return (
    <>
      <FlashHead current={id} />
      {job ? (
        <KnownJob job={job} />
      ) : (
        <div className={flash.empty}>
          <Empty
            icon={IconPencil}
            title="This job is over"
            action={<Button onClick={() => go('flash', 'history')}>Open the history</Button>}
          >
            What was written to which card stands in the history.
          </Empty>
        </div>
      )}
    </>
  );
}

function KnownJob({ job }: { job: FlashJobView }) {
  const cancel = useCall('flash.cancel');
  const finish = useCall('flash.finish');
  const dismiss = useCall('flash.dismiss');
  const verdict = verdictOf(job);
  const isOver = job.state === 'ended';
  const left = leftSeconds(job);
  const error = cancel.error ?? finish.error ?? dismiss.error;
  const good = job.targets.filter(({ state }) => state === 'done');
  const top = Math.max(1, ...job.targets.flatMap(({ writing, verifying }) => [...writing, ...verifying]));
  return (
    <div className={classes.root}>
      <header className={classes.head}>
        <div className={classes.headText}>
          <h1 className={`${classes.title} cut`}>{jobTitle(job)}</h1>
          <div className={classes.verdict}>
            <StatusWord tone={verdict.tone}>{verdict.text}</StatusWord>
            {job.queue && <span className="dim numbers">{countsText(job.queue)}</span>}
            {!isOver && job.fetching && <span className="dim numbers">{fetchText(job)}</span>}
          </div>
        </div>
        {isOver ? (
          <div className={classes.actions}>
            {job.kind === 'flash' && (
              <CopyCsv what="cards" header={CSV_HEADER} rows={() => job.targets.map(target => csvRow(job, target))} />
            )}
            {job.kind === 'flash' && good.length > 0 && (
              <Button
                variant="default"
                leftSection={<IconPrinter size={16} stroke={1.6} />}
                onClick={() => window.print()}
              >
                Print labels
              </Button>
            )}
            <Button
              variant="default"
              leftSection={<IconTrash size={16} stroke={1.6} />}
              loading={dismiss.busy}
              onClick={() => {
                go('flash');
                void dismiss.call({ job: job.id });
              }}
            >
              Put away
            </Button>
            <Button leftSection={<IconPencil size={16} stroke={1.6} />} onClick={() => go('flash')}>
              Write more
            </Button>
          </div>
        ) : (
          <div className={classes.actions}>
            {!job.queue && <Clock began={job.began} left={left} />}
            {job.queue && (
              <Button
                variant="default"
                leftSection={<IconFlag size={16} stroke={1.6} />}
                disabled={job.queue.state === 'ending' || job.state === 'stopping'}
                loading={finish.busy}
                onClick={() => void finish.call({ job: job.id })}
              >
                {isAtWork(job) ? 'End after these cards' : 'End the queue'}
              </Button>
            )}
            {(!job.queue || isAtWork(job)) && (
              <Button
                variant="default"
                leftSection={<IconHandStop size={16} stroke={1.6} />}
                disabled={job.state === 'stopping'}
                loading={cancel.busy}
                onClick={() => void cancel.call({ job: job.id })}
              >
                {job.state === 'stopping' ? 'Stopping' : 'Stop'}
              </Button>
            )}
          </div>
        )}
      </header>
      {!isOver && (!job.queue || job.queue.left !== undefined) && (
        <div
          className={classes.bar}
          role="progressbar"
          aria-label="The whole job"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.floor(jobFraction(job) * 100)}
        >
          <div style={{ width: `${jobFraction(job) * 100}%` }} />
        </div>
      )}
      {job.notices.map(text => (
        <Banner key={text} tone="warn" title="To know">
          {text}
        </Banner>
      ))}
      {isOver && good.length > 0 && job.kind === 'flash' && <NextStep image={job.image!} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and the keyboard must be able to */}
      <div className={classes.body} tabIndex={0}>
        {error && <ErrorNote error={error} />}
        {job.error && (
          <ErrorNote error={job.error}>
            <Button size="compact-sm" variant="default" onClick={() => go('flash')}>
              Back to the choice
            </Button>
          </ErrorNote>
        )}
        {job.found && <Found job={job} />}
        {job.queue && <QueueStrip queue={job.queue} isOver={isOver} />}
        {job.facts && <Facts job={job} />}
        {!(isOver && job.kind !== 'flash') && (
          <ul className={classes.targets} aria-label="Cards">
            {shownTargets(job).map(([key, target]) => (
              <TargetRow key={key} target={target} job={job} top={top} />
            ))}
          </ul>
        )}
        {job.queue && job.targets.length === 0 && !isOver && (
          <Empty icon={IconDeviceSdCard} title="Plug in a card">
            It is written and read back by itself. Take it out when its line says that it is ready, and plug in the next
            one.
          </Empty>
        )}
      </div>
      {isOver && good.length > 0 && job.kind === 'flash' && <Labels job={job} targets={good} />}
    </div>
  );
}

const isAtWork = ({ targets }: FlashJobView): boolean =>
  targets.some(({ state }) => state === 'running' || state === 'waiting');

/** In a queue the card that came last stands first; in one slot there are many, one after the other. */
function shownTargets({
  targets,
  queue,
}: FlashJobView): readonly (readonly [string, FlashJobView['targets'][number]])[] {
  const before = new Map<string, number>();
  const keyed = targets.map(target => {
    const count = (before.get(target.device) ?? 0) + 1;
    before.set(target.device, count);
    return [`${target.device} ${count}`, target] as const;
  });
  return queue ? keyed.reverse() : keyed;
}

function fetchText({ fetching }: FlashJobView): string {
  if (!fetching) return '';
  const { bytes, total } = fetching;
  const amount = total === undefined ? bytesText(bytes) : `${bytesText(bytes)} of ${bytesText(total)}`;
  return [amount, paceText(fetching)].filter(Boolean).join(', ');
}

function Clock({ began, left }: { began: number; left: number | undefined }) {
  const now = useNow();
  return (
    <span className={`${classes.clock} numbers`}>
      <strong>
        {left === undefined
          ? clockText(Math.max(0, now - began) / 1000)
          : `${spanText(Math.max(1, Math.round(left)))} left`}
      </strong>
    </span>
  );
}

/** A stick with iPXE is half of the way: the machine starts from it and then loads over the network. */
function NextStep({ image }: { image: string }) {
  const bench = useValue('bench');
  const { data } = useAnswer('images.inspect', { image });
  if (data?.setUp?.kind !== 'ipxe') return null;
  const isServing = bench?.state === 'serving';
  return (
    <Banner
      tone="info"
      title="Now start a machine from it"
      actions={
        <Button size="compact-sm" variant="default" onClick={() => go('bench')}>
          {isServing ? 'See the bench' : 'Go to the bench'}
        </Button>
      }
    >
      Choose the stick in its boot menu (often F12, F11, F9 or Esc), with Secure Boot turned off.{' '}
      {!isServing && 'What its script loads from this bench is there once the bench serves; now it does not.'}
    </Banner>
  );
}

function Facts({ job: { facts, verify } }: { job: FlashJobView }) {
  const { size, mapped, matched, format } = facts!;
  const parts = [
    format !== 'raw' && `unpacked from ${format}`,
    size !== undefined && bytesText(size),
    mapped !== undefined && `of which ${bytesText(mapped)} hold something`,
    matched === 'file' && 'the checksum matches the file',
    matched === 'content' && 'the checksum matches the image inside',
    verify ? 'everything is read back' : 'nothing is read back',
  ].filter(Boolean);
  return <p className={classes.facts}>{capital(parts.join(', '))}.</p>;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function Found({ job }: { job: FlashJobView }) {
  const { good, sentences } = job.found!;
  return (
    <div className={classes.found} data-good={good || undefined}>
      {sentences.map(sentence => (
        <p key={sentence}>{sentence}</p>
      ))}
    </div>
  );
}

const CSV_HEADER = ['Card', 'Device', 'Serial', 'Name', 'Result', 'Image', 'SHA-256', 'What happened'];
const csvRow = (job: FlashJobView, target: FlashJobView['targets'][number]) => [
  target.title,
  target.device,
  target.serial,
  target.name,
  target.state,
  job.image,
  target.done?.sha256,
  endText(target),
];
