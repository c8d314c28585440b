/** While serving: the devices, one of them opened beside the list, and the event log below. */
import { Button } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconArrowLeft } from '@tabler/icons-react';
import type { BenchView } from '../../../../main/contract/views.ts';
import { go, useRoute } from '../../../ui/route.ts';
import { planOf } from '../bench.state.ts';
import { DeviceDrawer } from './DeviceDrawer.tsx';
import { DeviceList } from './DeviceList.tsx';
import { EventLog } from './EventLog.tsx';
import classes from './Serving.module.css';

export function Serving({ bench }: { bench: Exclude<BenchView, { state: 'starting' }> }) {
  const [part, device, tab] = useRoute().rest;
  const opened = part === 'device' ? device : undefined;
  const isOver = bench.state === 'idle';
  const close = (): void => go('bench', ...(isOver ? ['last'] : []));
  useHotkeys([['Escape', () => opened !== undefined && close()]], ['INPUT', 'TEXTAREA']);
  return (
    <div className={classes.root}>
      {isOver && (
        <div className={classes.over}>
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconArrowLeft size={16} aria-hidden />}
            onClick={() => go('bench')}
          >
            Back to the plan
          </Button>
          <span className="dim">The devices of the last bench</span>
        </div>
      )}
      <div className={classes.main} data-open={opened !== undefined || undefined}>
        <DeviceList plan={planOf(bench)} opened={opened} isServing={bench.state === 'serving'} />
        {opened !== undefined && <DeviceDrawer key={opened} id={opened} tab={tab} onClose={close} />}
      </div>
      <EventLog />
    </div>
  );
}
