/** What happened to a device from its first packet on: the stages above, every event below. */
import { IconBulb } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { DeviceView, LoggedEvent } from '../../../../main/contract/views.ts';
import { useLog } from '../../../engine/use-engine.tsx';
import { CopyCsv } from '../../../ui/CopyCsv.tsx';
import { Empty } from '../../../ui/Empty.tsx';
import { Time } from '../../../ui/Time.tsx';
import { Cell, VirtualGrid } from '../../../ui/VirtualGrid.tsx';
import { eventsOf } from '../bench.state.ts';
import { eventText } from '../event-text.ts';
import classes from './DeviceDrawer.module.css';
import log from './EventLog.module.css';
import { StageTrack } from './StageTrack.tsx';

export function DeviceStory({ device }: { device: DeviceView }) {
  const events = useLog('events');
  const own = useMemo(() => eventsOf(device, events), [device, events]);
  return (
    <>
      {device.hint && device.stage !== 'up' && (
        <div className={classes.hint}>
          <IconBulb size={20} stroke={1.6} aria-hidden />
          <p>{device.hint.text}</p>
        </div>
      )}
      <div className={classes.steps}>
        <StageTrack device={device} />
        <CopyCsv what="events" header={['number', 'time', 'type', 'kind', 'what']} rows={() => own.map(csvRow)} />
      </div>
      {own.length === 0 ? (
        <Empty icon={IconBulb} title="Its events are not kept any more">
          The log keeps the latest ones of the whole bench.
        </Empty>
      ) : (
        <VirtualGrid
          className={log.grid}
          label={`Events of ${device.name}`}
          count={own.length}
          keyOf={index => own[index]!.n}
          columns="88px 64px minmax(0, 1fr)"
          rowHeight={32}
          follow
          row={index => {
            const event = own[index]!;
            const { kind, tone, text } = eventText(event);
            return (
              <>
                <Cell className="dim">
                  <Time at={Date.parse(event.t)} />
                </Cell>
                <Cell className={log.kind}>{kind}</Cell>
                <Cell className={log.text} title={text}>
                  <span data-tone={tone}>{text}</span>
                </Cell>
              </>
            );
          }}
        />
      )}
    </>
  );
}

const csvRow = (event: LoggedEvent) => {
  const { kind, text } = eventText(event);
  return [event.n, event.t, event.type, kind, text];
};
