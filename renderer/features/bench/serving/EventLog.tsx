/** The event log below the devices: folded to one line, or open with filters. */
import { Button, Chip, CloseButton, TextInput, Tooltip, UnstyledButton } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconChevronDown, IconChevronUp, IconSearch } from '@tabler/icons-react';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import type { LoggedEvent } from '../../../../main/contract/views.ts';
import { useLog, useSession, useTable } from '../../../engine/use-engine.tsx';
import { CopyCsv } from '../../../ui/CopyCsv.tsx';
import { Time } from '../../../ui/Time.tsx';
import { Cell, VirtualGrid } from '../../../ui/VirtualGrid.tsx';
import { EVENT_KINDS, type EventKind, eventText, filterEvents } from '../event-text.ts';
import classes from './EventLog.module.css';

export function EventLog() {
  const [isOpen, setOpen] = useLocalStorage({
    key: 'bench.log.open',
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const count = useLog('events').at(-1)?.n ?? 0;
  const names = useNames();
  const fold = (
    <Tooltip label={isOpen ? 'Fold the event log' : 'Open the event log'}>
      <UnstyledButton className={classes.fold} onClick={() => setOpen(!isOpen)} aria-expanded={isOpen}>
        {isOpen ? <IconChevronDown size={18} aria-hidden /> : <IconChevronUp size={18} aria-hidden />}
        <span>Events</span>
        <span className="dim numbers">{count}</span>
      </UnstyledButton>
    </Tooltip>
  );
  return (
    <section className={classes.root} aria-label="Event log" data-open={isOpen || undefined}>
      {isOpen ? <OpenLog fold={fold} names={names} /> : <FoldedLog fold={fold} names={names} />}
    </section>
  );
}

/** What the devices are called, by every MAC they have worn. */
type Names = ReadonlyMap<string, string>;

function useNames(): Names {
  const devices = useTable('devices');
  return useMemo(
    () => new Map([...devices.values()].flatMap(({ macs, name }) => macs.map(mac => [mac, name] as const))),
    [devices],
  );
}

function FoldedLog({ fold, names }: { fold: ReactNode; names: Names }) {
  const last = useLog('events').at(-1);
  return (
    <div className={classes.bar}>
      {fold}
      {last && <Latest event={last} names={names} />}
    </div>
  );
}

function Latest({ event, names }: { event: LoggedEvent; names: Names }) {
  const { who, text } = eventText(event);
  return (
    <span className={`${classes.latest} cut`}>
      <Time at={Date.parse(event.t)} /> <strong>{names.get(who) ?? who}</strong> {text}
    </span>
  );
}

function OpenLog({ fold, names }: { fold: ReactNode; names: Names }) {
  const events = useLog('events');
  const [kinds, setKinds] = useState<readonly EventKind[]>([]);
  const [search, setSearch] = useState('');
  const { listed, newer, turn, onFollowing, toNewest } = useHeld(events);
  const shown = useMemo(() => filterEvents(listed, { kinds: new Set(kinds), search }), [listed, kinds, search]);
  return (
    <>
      <div className={classes.bar}>
        {fold}
        <Chip.Group multiple value={kinds as string[]} onChange={value => setKinds(value as EventKind[])}>
          <div className={classes.chips}>
            {EVENT_KINDS.map(kind => (
              <Chip key={kind} value={kind} size="xs" variant="light">
                {kind}
              </Chip>
            ))}
          </div>
        </Chip.Group>
        {newer > 0 && (
          <Button size="compact-xs" variant="light" onClick={toNewest} className="numbers">
            {newer} newer
          </Button>
        )}
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
      </div>
      <VirtualGrid
        key={turn}
        className={classes.grid}
        label="Events"
        count={shown.length}
        keyOf={index => shown[index]!.n}
        row={index => <EventCells event={shown[index]!} names={names} />}
        columns="88px 64px minmax(112px, 176px) minmax(0, 1fr)"
        rowHeight={32}
        follow
        onFollowing={onFollowing}
      />
    </>
  );
}

/** Who reads further up is not pushed about by what comes below: the list stands still until they come back to its end. */
function useHeld(events: readonly LoggedEvent[]) {
  const { store } = useSession();
  const [held, setHeld] = useState<readonly LoggedEvent[]>();
  const [turn, setTurn] = useState(0);
  return {
    listed: held ?? events,
    newer: held ? (events.at(-1)?.n ?? 0) - (held.at(-1)?.n ?? 0) : 0,
    /** Another one: the list begins at its end again. */
    turn,
    onFollowing: useCallback((isFollowing: boolean) => setHeld(isFollowing ? undefined : store.log('events')), [store]),
    toNewest: () => {
      setHeld(undefined);
      setTurn(turn + 1);
    },
  };
}

function EventCells({ event, names }: { event: LoggedEvent; names: Names }) {
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
