/** One device opened beside the list: its story, its packets, what it gets and why, what people noted about it. */
import { ActionIcon, CopyButton, Tabs, Tooltip, UnstyledButton } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { Suspense } from 'react';
import { useDeviceConsole } from '../../../engine/device-console.ts';
import { useRow } from '../../../engine/use-engine.tsx';
import { Empty } from '../../../ui/Empty.tsx';
import { go } from '../../../ui/route.ts';
import { useSlots } from '../../../ui/slots.ts';
import { Ago } from '../../../ui/Time.tsx';
import classes from './DeviceDrawer.module.css';
import { DeviceNotes } from './DeviceNotes.tsx';
import { DevicePackets } from './DevicePackets.tsx';
import { KindBadge } from './DeviceRow.tsx';
import { DeviceStory } from './DeviceStory.tsx';
import { DeviceTransfer } from './DeviceTransfer.tsx';
import { DeviceWhy } from './DeviceWhy.tsx';

const TABS = [
  ['story', 'Story'],
  ['packets', 'Packets'],
  ['why', 'What it gets and why'],
  ['console', 'Console'],
  ['notes', 'Notes'],
] as const;
type Tab = (typeof TABS)[number][0];

const isTab = (name: string | undefined): name is Tab => TABS.some(([id]) => id === name);

interface DeviceDrawerProps {
  readonly id: string;
  readonly tab: string | undefined;
  readonly onClose: () => void;
}

export function DeviceDrawer({ id, tab, onClose }: DeviceDrawerProps) {
  const device = useRow('devices', id);
  const { Console } = useSlots();
  const consoleId = useDeviceConsole(device);
  const hasConsole = Console !== undefined && consoleId !== undefined;
  const shown: Tab = isTab(tab) && (tab !== 'console' || hasConsole) ? tab : 'story';
  return (
    <aside className={classes.root} aria-label={`Device ${device?.name ?? id}`}>
      <header className={classes.header}>
        {device && <KindBadge device={device} />}
        <h2 className={`${classes.name} cut`}>{device?.name ?? id}</h2>
        {device?.client && <span className="dim cut">{device.client}</span>}
        <span className={classes.spring} />
        <Tooltip label="Close (Esc)">
          <ActionIcon onClick={onClose} aria-label="Close">
            <IconX size={18} stroke={1.8} />
          </ActionIcon>
        </Tooltip>
      </header>
      {device && (
        <dl className={classes.facts}>
          <Fact label="Address" value={device.ip} />
          <Fact label={device.macs.length > 1 ? `MAC (1 of ${device.macs.length})` : 'MAC'} value={device.mac} />
          <div>
            <dt>Boots seen</dt>
            <dd className="numbers">{device.boots}</dd>
          </div>
          <div>
            <dt>Last heard</dt>
            <dd>
              <Ago at={device.lastSeen} />
            </dd>
          </div>
        </dl>
      )}
      {device && <DeviceTransfer device={device} />}
      {device ? (
        <Tabs
          value={shown}
          onChange={value => value && go('bench', 'device', id, value)}
          keepMounted={false}
          classNames={{ root: classes.tabs ?? '', panel: classes.panel ?? '' }}
        >
          <Tabs.List className={classes.tabList}>
            {TABS.map(
              ([value, label]) =>
                (value !== 'console' || hasConsole) && (
                  <Tabs.Tab key={value} value={value}>
                    {label}
                  </Tabs.Tab>
                ),
            )}
          </Tabs.List>
          <Tabs.Panel value="story">
            <DeviceStory device={device} />
          </Tabs.Panel>
          <Tabs.Panel value="packets">
            <DevicePackets device={device} />
          </Tabs.Panel>
          <Tabs.Panel value="why">
            <DeviceWhy device={device} />
          </Tabs.Panel>
          {hasConsole && (
            <Tabs.Panel value="console">
              <Suspense fallback={null}>
                <Console id={consoleId} />
              </Suspense>
            </Tabs.Panel>
          )}
          <Tabs.Panel value="notes">
            <DeviceNotes device={device} />
          </Tabs.Panel>
        </Tabs>
      ) : (
        <Empty icon={IconX} title="This device is not on the bench any more">
          It was silent for longest when more devices came than are kept, or another bench is served now.
        </Empty>
      )}
    </aside>
  );
}

function Fact({ label, value }: { label: string; value: string | undefined }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className="mono">
        {value === undefined ? (
          '–'
        ) : (
          <CopyButton value={value}>
            {({ copied, copy }) => (
              <Tooltip label={copied ? 'Copied' : 'Copy'}>
                <UnstyledButton className={classes.copied} onClick={copy}>
                  {value}
                </UnstyledButton>
              </Tooltip>
            )}
          </CopyButton>
        )}
      </dd>
    </div>
  );
}
