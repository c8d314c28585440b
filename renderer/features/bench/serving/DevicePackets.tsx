/** The packets of a device: a list, the chosen one layer by layer, and its octets beside it. */
import { Button, Tooltip } from '@mantine/core';
import { IconDownload, IconRefresh, IconWaveSine } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import { base64Octets } from '../../../../main/contract/octets.ts';
import type { DeviceView, PacketRow } from '../../../../main/contract/views.ts';
import { useAnswer, useCall, useSession } from '../../../engine/use-engine.tsx';
import { CopyCsv } from '../../../ui/CopyCsv.tsx';
import { saveFile } from '../../../ui/copy.ts';
import { Empty } from '../../../ui/Empty.tsx';
import { ErrorNote } from '../../../ui/ErrorNote.tsx';
import { Loading } from '../../../ui/Loading.tsx';
import { Time } from '../../../ui/Time.tsx';
import { Cell, VirtualGrid } from '../../../ui/VirtualGrid.tsx';
import classes from './DeviceDrawer.module.css';
import { PacketDetails } from './PacketDetails.tsx';
import { withNewer } from './packets.state.ts';

const PAGE = 200;
const COLUMNS = '48px 88px 72px minmax(0, 1fr) 48px';
/** A busy device is asked about no more often than this. */
const REFRESH_MS = 1_000;

export function DevicePackets({ device }: { device: DeviceView }) {
  const { packets, error, loading, again, older, hasOlder } = usePackets(device);
  const [chosen, setChosen] = useState<number>();
  const capture = useCall('packets.capture');
  const open = chosen ?? packets?.[0]?.number;
  const save = async (): Promise<void> => {
    const file = await capture.call({ device: device.id });
    if (file) saveFile(file.name, base64Octets(file.base64), 'application/x-pcapng');
  };
  if (error) {
    return (
      <div className={classes.scroll}>
        <ErrorNote error={error} retry={again} />
      </div>
    );
  }
  if (!packets) return loading ? <Loading what="packets" rows={8} /> : null;
  if (packets.length === 0) {
    return (
      <Empty
        icon={IconWaveSine}
        title="No packets of it are kept"
        action={
          <Button variant="default" leftSection={<IconRefresh size={16} aria-hidden />} onClick={again}>
            Look again
          </Button>
        }
      >
        The latest packets of the wire are kept in memory while a bench is served.
      </Empty>
    );
  }
  return (
    <>
      <div className={classes.tools}>
        <span className="dim numbers">
          {packets.length} {packets.length === 1 ? 'packet' : 'packets'}, newest first
        </span>
        <span className={classes.spring} />
        {hasOlder && (
          <Button variant="subtle" color="gray" size="compact-sm" onClick={older}>
            Older ones
          </Button>
        )}
        <CopyCsv
          what="packets"
          header={['number', 'time', 'direction', 'source', 'destination', 'protocol', 'says', 'octets']}
          rows={() => packets.map(csvRow)}
        />
        <Tooltip label="Save its packets as a capture file that Wireshark opens">
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<IconDownload size={16} stroke={1.6} aria-hidden />}
            loading={capture.busy}
            onClick={() => void save()}
          >
            Save pcapng
          </Button>
        </Tooltip>
      </div>
      {capture.error && <ErrorNote error={capture.error} dismiss={capture.clear} />}
      <div className={classes.packets}>
        <VirtualGrid
          label={`Packets of ${device.name}`}
          count={packets.length}
          keyOf={index => packets[index]!.number}
          columns={COLUMNS}
          rowHeight={32}
          openKey={open}
          onOpen={index => setChosen(packets[index]!.number)}
          row={index => <PacketCells packet={packets[index]!} />}
        />
      </div>
      {open !== undefined && <PacketDetails number={open} />}
    </>
  );
}

function PacketCells({ packet }: { packet: PacketRow }) {
  const { number, at, outgoing, protocol, says, source, destination, length } = packet;
  return (
    <>
      <Cell className="dim numbers">{number}</Cell>
      <Cell className="dim">
        <Time at={at} />
      </Cell>
      <Cell className={outgoing ? classes.out : ''} title={`${source} to ${destination}`}>
        {outgoing ? '←' : '→'} {protocol}
      </Cell>
      <Cell title={`${source} to ${destination}: ${says}`}>{says}</Cell>
      <Cell className="dim numbers">{length}</Cell>
    </>
  );
}

const csvRow = ({ number, at, outgoing, source, destination, protocol, says, length }: PacketRow) => [
  number,
  new Date(at).toISOString(),
  outgoing ? 'sent' : 'received',
  source,
  destination,
  protocol,
  says,
  length,
];

function usePackets(device: DeviceView) {
  const session = useSession();
  const heard = useSlowly(device.lastSeen, REFRESH_MS);
  const newest = useAnswer('packets.list', { device: device.id, limit: PAGE }, [heard]);
  const [olderOnes, setOlderOnes] = useState<readonly PacketRow[]>([]);
  const [isAtStart, setAtStart] = useState(false);
  const packets = useMemo(() => newest.data && withNewer(olderOnes, newest.data), [newest.data, olderOnes]);
  const older = async (): Promise<void> => {
    const before = packets?.at(-1)?.number;
    if (before === undefined) return;
    const page = await session.call('packets.list', { device: device.id, before, limit: PAGE }).catch(() => []);
    setAtStart(page.length < PAGE);
    setOlderOnes([...(packets ?? []), ...page]);
  };
  return {
    ...newest,
    packets,
    older: () => void older(),
    hasOlder: !isAtStart && (packets?.length ?? 0) >= PAGE,
  };
}

/** A value that follows at intervals. */
function useSlowly<T>(value: T, ms: number): T {
  const [slow, setSlow] = useState(value);
  useEffect(() => {
    if (slow === value) return;
    const timer = setTimeout(() => setSlow(value), ms);
    return () => clearTimeout(timer);
  }, [slow, value, ms]);
  return slow;
}
