/** Lines under the top bar for what must be known in every view: overridden safety rules, a lost engine, a bench that was cut off. */
import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { linkProblem } from '../engine/link-state.ts';
import { useCall, useLink, useValue } from '../engine/use-engine.tsx';
import { Banner } from '../ui/Banner.tsx';
import classes from './Frame.module.css';

export function Notices() {
  return (
    <div className={classes.notices}>
      <Overrides />
      <LinkNotice />
      <InterruptedNotice />
    </div>
  );
}

function Overrides() {
  const bench = useValue('bench');
  const forced = bench?.state === 'serving' || bench?.state === 'stopping' ? bench.plan.forced : [];
  if (forced.length === 0) return null;
  return (
    <div className={classes.override} role="alert">
      <IconAlertTriangle size={16} aria-hidden />
      Safety rule switched off until this bench stops: {forced.join(', ')}
    </div>
  );
}

function LinkNotice() {
  const { state, restartEngine, reopen } = useLink();
  const problem = linkProblem(state);
  if (!problem) return null;
  const { title, text, action } = problem;
  return (
    <Banner
      tone={state.engine.engine === 'restarting' ? 'warn' : 'bad'}
      title={title}
      actions={
        action === 'restart' ? (
          <Button onClick={restartEngine}>Restart the engine</Button>
        ) : action === 'retry' ? (
          <Button onClick={reopen}>Try now</Button>
        ) : undefined
      }
    >
      {text}
    </Banner>
  );
}

function InterruptedNotice() {
  const bench = useValue('bench');
  const { state } = useLink();
  const resume = useCall('bench.resume');
  const dismiss = useCall('bench.dismiss');
  if (bench?.state !== 'interrupted' || state.line !== 'up') return null;
  const { nic } = bench.plan;
  return (
    <Banner
      tone="warn"
      title={`Serving ${nic} was cut off`}
      actions={
        <>
          <Button variant="default" loading={dismiss.busy} onClick={() => void dismiss.call({})}>
            Leave it
          </Button>
          <Button loading={resume.busy} onClick={() => void resume.call({})}>
            Serve again
          </Button>
        </>
      }
    >
      {(resume.error ?? dismiss.error)?.message ??
        'The engine ended while it served. Its changes to this laptop are undone, and the devices are remembered.'}
    </Banner>
  );
}
