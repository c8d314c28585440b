/** The line above every part of the flasher: where one is, and what is at work elsewhere. */
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconHistory,
  IconPencil,
  IconProgress,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { FlashJobView } from '../../../main/contract/flash-views.ts';
import { useTable } from '../../engine/use-engine.tsx';
import { routeHash } from '../../ui/route.ts';
import classes from './Flash.module.css';
import { shortTitle } from './flash.state.ts';
import { jobFraction, jobTitle, targetsText, verdictOf } from './job.state.ts';
import { countsText } from './queue.state.ts';

export function FlashHead({ current, children }: { current: string; children?: ReactNode }) {
  const jobs = [...useTable('flashJobs').values()].sort((a, b) => b.began - a.began);
  const shown = jobs.filter(({ state, id }) => state !== 'ended' || id === current || isFresh(jobs, id)).slice(0, 3);
  return (
    <nav className={classes.head} aria-label="Parts of the flasher">
      <Tab to={['flash']} isCurrent={current === 'write'} icon={<IconPencil size={16} stroke={1.6} aria-hidden />}>
        Write
      </Tab>
      {shown.map(job => (
        <Tab
          key={job.id}
          to={['flash', 'job', job.id]}
          isCurrent={current === job.id}
          title={`${jobTitle(job)}: ${verdictOf(job).text}`}
          icon={<TabIcon job={job} />}
        >
          <span className={classes.tabText}>{job.queue ? 'Queue' : shortTitle(targetsText(job))}</span>
          {job.state === 'ended' ? null : (
            <span className="numbers">
              {job.queue && job.queue.left === undefined
                ? countsText(job.queue)
                : `${Math.floor(jobFraction(job) * 100)} %`}
            </span>
          )}
        </Tab>
      ))}
      <Tab
        to={['flash', 'history']}
        isCurrent={current === 'history'}
        icon={<IconHistory size={16} stroke={1.6} aria-hidden />}
      >
        History
      </Tab>
      <div className={classes.headAside}>{children}</div>
    </nav>
  );
}

const TONES = {
  ok: IconCircleCheck,
  bad: IconCircleX,
  warn: IconAlertTriangle,
  info: IconProgress,
  quiet: IconProgress,
};

function TabIcon({ job }: { job: FlashJobView }) {
  const Icon = TONES[verdictOf(job).tone];
  return <Icon size={16} stroke={1.6} aria-hidden />;
}

/** The one that ended last stays at hand. */
const isFresh = (jobs: readonly { readonly id: string }[], id: string): boolean => jobs[0]?.id === id;

interface TabProps {
  readonly to: readonly [string, ...string[]];
  readonly isCurrent: boolean;
  readonly icon: ReactNode;
  readonly title?: string;
  readonly children: ReactNode;
}

const Tab = ({ to, isCurrent, icon, title, children }: TabProps) => (
  <a href={routeHash(...to)} className={classes.tab} aria-current={isCurrent ? 'page' : undefined} title={title}>
    {icon}
    {children}
  </a>
);
