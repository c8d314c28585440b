/** What was served last, and why it ended. */
import { Button } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import type { BenchView } from '../../../../main/contract/views.ts';
import { go } from '../../../ui/route.ts';
import { Time } from '../../../ui/Time.tsx';
import classes from './BeforeStart.module.css';

type Last = NonNullable<Extract<BenchView, { state: 'idle' }>['last']>;

export function LastBench({ last, hasDevices }: { last: Last; hasDevices: boolean }) {
  return (
    <div className={classes.last}>
      <IconHistory size={18} stroke={1.6} aria-hidden />
      <span className="cut">
        Served <span className="mono">{last.plan.nic}</span> until <Time at={last.endedAt} />: {last.reason}. This
        laptop is as it was.
      </span>
      {hasDevices && (
        <Button variant="subtle" size="compact-sm" onClick={() => go('bench', 'last')} ml="auto">
          Show its devices
        </Button>
      )}
    </div>
  );
}
