/** What is on the wire, heard without sending anything. */
import { Button } from '@mantine/core';
import {
  IconEar,
  IconHelpHexagon,
  IconNetwork,
  IconPlugConnectedX,
  type IconProps,
  IconRouter,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { NicView, WireView } from '../../../../main/contract/views.ts';
import { spanText } from '../../../../main/kit/duration.ts';
import { useCall } from '../../../engine/use-engine.tsx';
import { CopyCsv } from '../../../ui/CopyCsv.tsx';
import { Empty } from '../../../ui/Empty.tsx';
import { ErrorNote } from '../../../ui/ErrorNote.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import { Ago } from '../../../ui/Time.tsx';
import { useNow } from '../../../ui/use-now.ts';
import classes from './BeforeStart.module.css';

type StationView = WireView['stations'][number];

export function WirePanel({ nic, wire }: { nic: NicView; wire: WireView | undefined }) {
  const stations = wire?.stations ?? [];
  return (
    <Panel
      title="On the wire"
      aside={
        <>
          listening only
          {stations.length > 0 && (
            <CopyCsv
              what="stations"
              header={['macs', 'name', 'what', 'addresses', 'says']}
              rows={() => stations.map(csvRow)}
            />
          )}
        </>
      }
    >
      {wire?.error?.code === 'PERMISSION_MISSING' ? (
        <MayListen nic={nic} />
      ) : wire?.error ? (
        <ErrorNote error={wire.error} />
      ) : stations.length > 0 ? (
        <>
          {stations.map(station => (
            <StationRow key={station.macs.at(-1)} station={station} />
          ))}
          {wire && <Heard wire={wire} />}
        </>
      ) : nic.carrier ? (
        <Empty icon={IconEar} title="Nothing heard yet">
          Switch a board on: what it asks for shows here, before anything is served. {wire && <Listening wire={wire} />}
        </Empty>
      ) : (
        <Empty icon={IconPlugConnectedX} title="No cable">
          Connect a board, or the switch of your bench, to <span className="mono">{nic.name}</span>. You can start
          serving without it, too.
        </Empty>
      )}
    </Panel>
  );
}

/** Nobody is asked for a password because a window was opened; by this button, yes. */
function MayListen({ nic }: { nic: NicView }) {
  const watch = useCall('wire.watch');
  return (
    <Empty
      icon={IconEar}
      title="Not listening"
      action={
        <Button variant="default" loading={watch.busy} onClick={() => void watch.call({ nic: nic.name, ask: true })}>
          Listen
        </Button>
      }
    >
      Reading what is on the wire needs an administrator’s rights; you will be asked for the password.
    </Empty>
  );
}

const LOOKS: Readonly<Record<'serves' | 'asks' | 'neighbour' | 'other', readonly [ComponentType<IconProps>, string]>> =
  {
    serves: [IconRouter, 'warn'],
    asks: [IconHelpHexagon, 'ask'],
    neighbour: [IconNetwork, 'quiet'],
    other: [IconEar, 'quiet'],
  };

const lookOf = ({ serves, asking, neighbour }: StationView): keyof typeof LOOKS =>
  serves ? 'serves' : asking ? 'asks' : neighbour ? 'neighbour' : 'other';

function StationRow({ station }: { station: StationView }) {
  const [Icon, tone] = LOOKS[lookOf(station)];
  return (
    <div className={classes.station}>
      <span className={classes.stationIcon} data-tone={tone}>
        <Icon size={18} stroke={1.6} aria-hidden />
      </span>
      <div className={classes.portBody}>
        <Says station={station} />
        <span className={classes.seen}>
          heard <Ago at={station.lastSeen} />
        </span>
      </div>
    </div>
  );
}

/** The name stands out: that is how people call it. */
function Says({ station: { name, says } }: { station: StationView }) {
  const quoted = `"${name}"`;
  if (name === undefined || !says.startsWith(quoted)) return <p className={classes.says}>{says}</p>;
  return (
    <p className={classes.says}>
      <strong>{name}</strong>
      {says.slice(quoted.length)}
    </p>
  );
}

function Heard({ wire }: { wire: WireView }) {
  const now = useNow();
  return (
    <p className={`${classes.reason} numbers`}>
      {wire.frames} {wire.frames === 1 ? 'packet' : 'packets'} heard in{' '}
      {spanText(Math.max(0, (now - wire.since) / 1000))}, none sent.
    </p>
  );
}

function Listening({ wire }: { wire: WireView }) {
  const now = useNow();
  return <span className="numbers">Listening for {spanText(Math.max(0, (now - wire.since) / 1000))}.</span>;
}

const csvRow = ({ macs, name, what, addresses, says }: StationView) => [
  macs.join(' '),
  name,
  what,
  addresses.join(' '),
  says,
];
