/** How far a device is, as a bar of steps that fill from left to right; the active one moves. */
import { IconCheck } from '@tabler/icons-react';
import { memo } from 'react';
import type { DeviceView } from '../../../../main/contract/views.ts';
import { spanText } from '../../../../main/kit/duration.ts';
import { exactTime } from '../../../ui/format.ts';
import { type Step, stepsOf } from '../device.state.ts';
import classes from './StageTrack.module.css';

export const StageTrack = memo(function StageTrack({ device }: { device: DeviceView }) {
  return (
    <div className={classes.track}>
      {stepsOf(device).map(step => (
        <StepCell key={step.label} step={step} />
      ))}
    </div>
  );
});

const WORDS: Readonly<Record<Step['state'], string>> = {
  waiting: 'not yet',
  active: 'now',
  passed: 'done',
  skipped: 'not needed',
  up: 'reached',
};

function StepCell({ step: { label, state, fill, seconds, since } }: { step: Step }) {
  return (
    <div
      className={classes.step}
      data-state={state}
      data-moving={fill === undefined || undefined}
      title={`${label}: ${WORDS[state]}${since === undefined ? '' : `, since ${exactTime(since)}`}`}
    >
      <span className={classes.fill} style={{ width: `${(fill ?? 1) * 100}%` }} />
      <span className={classes.text}>
        {state === 'up' && <IconCheck size={14} stroke={2.4} aria-hidden />}
        <span>{label}</span>
        {seconds !== undefined && <span className={`${classes.seconds} numbers`}>{spanText(seconds)}</span>}
      </span>
    </div>
  );
}
