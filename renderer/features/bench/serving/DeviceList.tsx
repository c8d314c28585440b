/** The devices, in the order in which they came. Only the seen ones are drawn. */
import { CloseButton, SegmentedControl, TextInput } from '@mantine/core';
import { IconPower, IconSearch, IconSearchOff } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { DeviceView, PlanView } from '../../../../main/contract/views.ts';
import { useTable } from '../../../engine/use-engine.tsx';
import { CopyCsv } from '../../../ui/CopyCsv.tsx';
import { Empty } from '../../../ui/Empty.tsx';
import { go } from '../../../ui/route.ts';
import { HeadCell, VirtualGrid } from '../../../ui/VirtualGrid.tsx';
import { byArrival, DEVICE_FILTERS, type DeviceFilter, isIn, matches } from '../device.state.ts';
import { DeviceRow } from './DeviceRow.tsx';
import classes from './Serving.module.css';

interface DeviceListProps {
  readonly plan: PlanView | undefined;
  readonly opened: string | undefined;
  readonly isServing: boolean;
}

const COLUMNS = 'minmax(180px, 1.2fr) 104px minmax(240px, 2.3fr) minmax(160px, 1.4fr)';

const FILTER_WORDS: Readonly<Record<DeviceFilter, string>> = {
  all: 'All',
  hints: 'With hints',
  booting: 'Booting',
  up: 'Up',
};

export function DeviceList({ plan, opened, isServing }: DeviceListProps) {
  const table = useTable('devices');
  const [filter, setFilter] = useState<DeviceFilter>('all');
  const [search, setSearch] = useState('');
  const devices = useMemo(() => [...table.values()].sort(byArrival), [table]);
  const shown = devices.filter(device => isIn(device, filter) && matches(device, search));
  if (devices.length === 0) return <NobodyYet plan={plan} isServing={isServing} />;
  return (
    <div className={classes.list}>
      <div className={classes.tools}>
        <SegmentedControl
          size="sm"
          aria-label="Which devices"
          value={filter}
          onChange={value => setFilter(value as DeviceFilter)}
          data={DEVICE_FILTERS.map(value => ({
            value,
            label: (
              <span className="numbers">
                {FILTER_WORDS[value]} {devices.filter(device => isIn(device, value)).length}
              </span>
            ),
          }))}
        />
        <TextInput
          className={classes.search}
          aria-label="Find a device"
          placeholder="Find a device"
          leftSection={<IconSearch size={16} stroke={1.6} />}
          rightSection={search && <CloseButton size="sm" aria-label="Clear" onClick={() => setSearch('')} />}
          value={search}
          onChange={event => setSearch(event.currentTarget.value)}
        />
        <span style={{ flex: 1 }} />
        <CopyCsv
          what="devices"
          header={['name', 'address', 'mac', 'kind', 'stage', 'boots', 'hint', 'first seen', 'last seen']}
          rows={() => shown.map(csvRow)}
        />
      </div>
      {shown.length === 0 ? (
        <Empty icon={IconSearchOff} title="No device like that">
          {devices.length} {devices.length === 1 ? 'device is' : 'devices are'} on this bench, and none of them fits
          what you chose above.
        </Empty>
      ) : (
        <VirtualGrid
          label="Devices"
          count={shown.length}
          keyOf={index => shown[index]!.id}
          row={index => <DeviceRow id={shown[index]!.id} />}
          columns={COLUMNS}
          openKey={opened}
          onOpen={index => go('bench', 'device', shown[index]!.id)}
          header={
            <>
              <HeadCell>Device</HeadCell>
              <HeadCell>Address</HeadCell>
              <HeadCell>From power-on to up</HeadCell>
              <HeadCell>Now</HeadCell>
            </>
          }
        />
      )}
    </div>
  );
}

function NobodyYet({ plan, isServing }: { plan: PlanView | undefined; isServing: boolean }) {
  return (
    <div className={classes.list}>
      <Empty icon={IconPower} title={isServing ? 'Switch a board on' : 'No device came'}>
        {isServing && (
          <>
            Every device that asks for something on <span className="mono">{plan?.nic}</span> shows here with its first
            packet. Set it to boot from the network if it does not do so by itself.
          </>
        )}
        {plan && (
          <dl className={classes.boards}>
            {plan.boots.map(({ board, gets }) => (
              <BootPair key={board} board={board} gets={gets} />
            ))}
          </dl>
        )}
      </Empty>
    </div>
  );
}

const BootPair = ({ board, gets }: { board: string; gets: string }) => (
  <>
    <dt>{board}</dt>
    <dd>{gets}</dd>
  </>
);

const csvRow = ({ name, ip, mac, client, stage, boots, hint, firstSeen, lastSeen }: DeviceView) => [
  name,
  ip,
  mac,
  client,
  stage,
  boots,
  hint?.text,
  new Date(firstSeen).toISOString(),
  new Date(lastSeen).toISOString(),
];
