/** What a device was given and why, in sentences. */
import { IconArrowRight, IconHelp } from '@tabler/icons-react';
import type { DeviceView } from '../../../../main/contract/views.ts';
import { useAnswer } from '../../../engine/use-engine.tsx';
import { Empty } from '../../../ui/Empty.tsx';
import { ErrorNote } from '../../../ui/ErrorNote.tsx';
import { Loading } from '../../../ui/Loading.tsx';
import classes from './DeviceDrawer.module.css';

export function DeviceWhy({ device }: { device: DeviceView }) {
  const { data, error, again } = useAnswer('devices.explain', { device: device.id }, [device.stage, device.ip]);
  if (error)
    return (
      <div className={classes.scroll}>
        <ErrorNote error={error} retry={again} />
      </div>
    );
  if (!data) return <Loading what="the reasons" />;
  if (data.length === 0)
    return (
      <Empty icon={IconHelp} title="Nothing was given yet">
        As soon as it asks, this says what it got and which rule decided so.
      </Empty>
    );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and the keyboard must be able to
    <div className={classes.scroll} tabIndex={0}>
      <ul className={classes.reasons}>
        {data.map(reason => (
          <li key={reason}>
            <IconArrowRight size={16} stroke={1.8} aria-hidden />
            <span>{reason}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
