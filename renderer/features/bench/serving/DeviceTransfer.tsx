/** The file that a device fetches now, or fetched last: how much of it, how fast, how long still. As high in every state. */
import { Progress } from '@mantine/core';
import type { DeviceView } from '../../../../main/contract/views.ts';
import { useNow } from '../../../ui/use-now.ts';
import { fetchingOf, transferText } from '../device.state.ts';
import classes from './DeviceDrawer.module.css';

export function DeviceTransfer({ device }: { device: DeviceView }) {
  const now = useNow();
  const { progress } = device;
  const fetching = fetchingOf(device, now);
  const fill = fetching ? fetching.fill : progress && !progress.stopped ? 1 : 0;
  return (
    <section className={classes.transfer} aria-label="Transfer">
      <div className={`${classes.transferred} numbers`}>
        <span className={progress ? 'mono cut' : 'dim'} title={progress?.file}>
          {progress?.file ?? 'Nothing fetched yet'}
        </span>
        <b>{fetching?.share}</b>
      </div>
      <Progress
        value={100 * (fill ?? 0)}
        size="sm"
        {...(!fetching && { color: 'var(--line-strong)' })}
        aria-label={progress ? `Transfer of ${progress.file}` : 'Transfer'}
      />
      <span className={`${classes.amount} dim numbers cut`}>{transferText(device, now)}</span>
    </section>
  );
}
