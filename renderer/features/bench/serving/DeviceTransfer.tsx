/** The file that a device fetches now: how much of it, how fast, how long still. Nothing when it fetches none. */
import { Progress } from '@mantine/core';
import type { DeviceView } from '../../../../main/contract/views.ts';
import { useNow } from '../../../ui/use-now.ts';
import { fetchingOf } from '../device.state.ts';
import classes from './DeviceDrawer.module.css';

export function DeviceTransfer({ device }: { device: DeviceView }) {
  const fetching = fetchingOf(device, useNow());
  if (!fetching) return null;
  const { file, fill, share, amount, rate, left } = fetching;
  return (
    <section className={classes.transfer} aria-label="Fetching now">
      <div className={`${classes.transferred} numbers`}>
        <span className="mono cut" title={file}>
          {file}
        </span>
        <b>{share}</b>
      </div>
      <Progress value={100 * (fill ?? 0)} size="sm" aria-label={`Fetching ${file}`} />
      <span className="dim numbers">{[amount, rate, left].filter(Boolean).join(' · ')}</span>
    </section>
  );
}
