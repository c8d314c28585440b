/** The event log below the devices: folded to one line, or open with filters. */
import { Chip, CloseButton, TextInput, Tooltip, UnstyledButton } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconChevronDown, IconChevronUp, IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { LoggedEvent } from '../../../../main/contract/views.ts';
import { useLog, useTable } from '../../../engine/use-engine.tsx';
import { CopyCsv } from '../../../ui/CopyCsv.tsx';
import { Time } from '../../../ui/Time.tsx';
import { Cell, VirtualGrid } from '../../../ui/VirtualGrid.tsx';
import { EVENT_KINDS, type EventKind, eventText, filterEvents } from '../event-text.ts';
import classes from './EventLog.module.css';

const COLUMNS = '72px 64px minmax(112px, 176px) minmax(0, 1fr)';
const ROW = 32;

export function EventLog() {
  const events = useLog('events');
  const [isOpen, setOpen] = useLocalStorage({
    key: 'bench.log.open',
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const [kinds, setKinds] = useState<readonly EventKind[]>([]);
  const [search, setSearch] = useState('');
  const shown = useMemo(
    () => (isOpen ? filterEvents(events, { kinds: new Set(kinds), search }) : events),
    [events, isOpen, kinds, search],
  );
  const last = events.at(-1);
  const names = useNames();
  return (
    <section className={classes.root} aria-label="Event log" data-open={isOpen || undefined}>
      <div className={classes.bar}>
        <Tooltip label={isOpen ? 'Fold the event log' : 'Open the event log'}>
          <UnstyledButton className={classes.fold} onClick={() => setOpen(!isOpen)} aria-expanded={isOpen}>
            {isOpen ? <IconChevronDown size={18} aria-hidden /> : <IconChevronUp size={18} aria-hidden />}
            <span>Events</span>
            <span className="dim numbers">{last?.n ?? 0}</span>
          </UnstyledButton>
        </Tooltip>
        {isOpen ? (
          <>
            <Chip.Group multiple value={kinds as string[]} onChange={value => setKinds(value as EventKind[])}>
              <div className={classes.chips}>
                {EVENT_KINDS.map(kind => (
                  <Chip key={kind} value={kind} size="xs" variant="light">
                    {kind}
                  </Chip>
                ))}
              </div>
            </Chip.Group>
            <TextInput
              className={classes.search}
              size="xs"
              aria-label="Search the events"
              placeholder="Search"
              leftSection={<IconSearch size={14} stroke={1.6} />}
              rightSection={search && <CloseButton size="xs" aria-label="Clear" onClick={() => setSearch('')} />}
              value={search}
              onChange={event => setSearch(event.currentTarget.value)}
            />
            <CopyCsv
              what="events"
              header={['number', 'time', 'type', 'kind', 'who', 'what']}
              rows={() => shown.map(csvRow)}
            />
          </>
        ) : (
          last && <Latest event={last} />
        )}
      </div>
      {isOpen && (
        <VirtualGrid
          className={classes.grid}
          label="Events"
          count={shown.length}
          keyOf={index => shown[index]!.n}
          row={index => <EventRow event={shown[index]!} names={names} />}
          columns={COLUMNS}
          rowHeight={ROW}
          follow
        />
      )}
    </section>
  );
}

function Latest({ event }: { event: LoggedEvent }) {
  const { who, text } = eventText(event);
  return (
    <span className={`${classes.latest} cut`}>
      <Time at={Date.parse(event.t)} /> <span className="mono">{who}</span> {text}
    </span>
  );
}

/** What the devices are called, by every MAC they have worn. */
function useNames(): ReadonlyMap<string, string> {
  const devices = useTable('devices');
  return useMemo(
    () => new Map([...devices.values()].flatMap(({ macs, name }) => macs.map(mac => [mac, name] as const))),
    [devices],
  );
}

function EventRow({ event, names }: { event: LoggedEvent; names: ReadonlyMap<string, string> }) {
  const { kind, tone, who, text } = eventText(event);
  const name = names.get(who) ?? who;
  return (
    <>
      <Cell className="dim">
        <Time at={Date.parse(event.t)} />
      </Cell>
      <Cell className={classes.kind}>{kind}</Cell>
      <Cell className={name.includes(':') ? 'mono' : undefined} title={who}>
        {name}
      </Cell>
      <Cell title={text} className={classes.text}>
        <span data-tone={tone}>{text}</span>
      </Cell>
    </>
  );
}

const csvRow = (event: LoggedEvent) => {
  const { kind, who, text } = eventText(event);
  return [event.n, event.t, event.type, kind, who, text];
};
