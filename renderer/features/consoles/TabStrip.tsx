/** The open consoles by name: chosen, renamed, coloured, put in order, closed. */
import { ActionIcon, Menu, TextInput, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconChevronDown, IconPencil, IconX } from '@tabler/icons-react';
import { type DragEvent, type KeyboardEvent, memo, type RefObject, useRef, useState } from 'react';
import type { ConsoleView } from '../../../main/contract/views.ts';
import { useSession, viewOf } from '../../engine/use-engine.tsx';
import { go, routeHash } from '../../ui/route.ts';
import { moved, stateWord, tabName } from './consoles.state.ts';
import { COLOURS, type Colour, changeLooks, useLooks, useTypesTo } from './looks.ts';
import classes from './TabStrip.module.css';

interface TabStripProps {
  readonly tabs: readonly ConsoleView[];
  /** Undefined: something else is shown. */
  readonly shown: string | undefined;
}

export function TabStrip({ tabs, shown }: TabStripProps) {
  const session = useSession();
  const { colours } = useLooks();
  const typesTo = useTypesTo();
  const [renaming, setRenaming] = useState<string>();
  const dragged = useRef<string>(undefined);
  const list = useRef<HTMLUListElement>(null);

  const order = (from: number, to: number): void =>
    changeLooks({ order: moved(tabs, from, to).map(({ target }) => target) });
  const close = async (tab: ConsoleView): Promise<void> => {
    try {
      await session.call('console.close', { id: tab.id });
      const kept = tab.log ? `Its log stays: ${tab.log.text}` : 'It kept no log.';
      notifications.show({ message: `Closed ${tabName(tab)}. ${kept}` });
      if (tab.id !== shown) return;
      const index = tabs.findIndex(({ id }) => id === tab.id);
      const next = tabs[index + 1] ?? tabs[index - 1];
      if (next) go('consoles', 'console', next.id);
      else go('consoles');
    } catch (thrown) {
      notifications.show({ color: 'red', message: viewOf(thrown).message });
    }
  };
  const rename = (tab: ConsoleView, name: string, byKey: boolean): void => {
    setRenaming(undefined);
    // The keyboard goes on where it was.
    if (byKey) setTimeout(() => linkOf(tab)?.focus());
    if (name === '' || name === tab.name) return;
    session
      .call('console.rename', { id: tab.id, name })
      .catch(thrown => notifications.show({ color: 'red', message: viewOf(thrown).message }));
  };
  const linkOf = ({ id }: ConsoleView): HTMLElement | null | undefined =>
    list.current?.querySelector(`a[href="${routeHash('consoles', 'console', id)}"]`);
  const onKeyDown = (event: KeyboardEvent, index: number): void => {
    const tab = tabs[index]!;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const last = tabs.length - 1;
    if (step !== undefined && event.ctrlKey && event.shiftKey) {
      order(index, index + step);
    } else if (step !== undefined) {
      const links = list.current?.querySelectorAll<HTMLElement>('a');
      links?.[Math.max(0, Math.min(last, index + step))]?.focus();
    } else if (event.key === 'F2') setRenaming(tab.id);
    else if (event.key === 'Delete') void close(tab);
    else return;
    event.preventDefault();
  };
  const onDrop = (event: DragEvent, index: number): void => {
    event.preventDefault();
    const from = tabs.findIndex(({ id }) => id === dragged.current);
    if (from >= 0) order(from, index);
    dragged.current = undefined;
  };

  const now: TabActs = { order, close, rename, setRenaming, onKeyDown, onDrop, dragged };
  const acts = useRef(now);
  acts.current = now;
  return (
    <ul ref={list} className={classes.tabs} aria-label="Open consoles">
      {tabs.map((tab, index) => (
        <Tab
          key={tab.id}
          tab={tab}
          index={index}
          isLast={index === tabs.length - 1}
          isShown={tab.id === shown}
          isShared={typesTo.has(tab.id)}
          isRenaming={renaming === tab.id}
          colours={colours}
          acts={acts}
        />
      ))}
    </ul>
  );
}

/** What the strip does with its tabs, as it is now. */
interface TabActs {
  readonly order: (from: number, to: number) => void;
  readonly close: (tab: ConsoleView) => Promise<void>;
  readonly rename: (tab: ConsoleView, name: string, byKey: boolean) => void;
  readonly setRenaming: (id: string) => void;
  readonly onKeyDown: (event: KeyboardEvent, index: number) => void;
  readonly onDrop: (event: DragEvent, index: number) => void;
  readonly dragged: RefObject<string | undefined>;
}

interface TabProps {
  readonly tab: ConsoleView;
  readonly index: number;
  readonly isLast: boolean;
  readonly isShown: boolean;
  readonly isShared: boolean;
  readonly isRenaming: boolean;
  readonly colours: Readonly<Record<string, Colour>>;
  /** A ref, so that a tab is drawn again only when something of its own changed: its menu costs more than all the rest. */
  readonly acts: RefObject<TabActs>;
}

const Tab = memo(function Tab({ tab, index, isLast, isShown, isShared, isRenaming, colours, acts }: TabProps) {
  const { tone, text } = stateWord(tab);
  return (
    <li
      className={classes.tab}
      data-current={isShown || undefined}
      data-colour={colours[tab.target]}
      data-shared={isShared || undefined}
      onDragOver={event => acts.current.dragged.current && event.preventDefault()}
      onDrop={event => acts.current.onDrop(event, index)}
    >
      {isRenaming ? (
        <NameField tab={tab} onDone={(name, byKey) => acts.current.rename(tab, name, byKey)} />
      ) : (
        <a
          href={routeHash('consoles', 'console', tab.id)}
          className={classes.link}
          aria-current={isShown ? 'page' : undefined}
          title={`${tab.target}: ${text}`}
          draggable
          onDragStart={() => {
            acts.current.dragged.current = tab.id;
          }}
          onDoubleClick={() => acts.current.setRenaming(tab.id)}
          onKeyDown={event => acts.current.onKeyDown(event, index)}
        >
          <span className={classes.state} data-tone={tone} role="img" aria-label={text} />
          <span className={`${classes.name} cut`}>{tabName(tab)}</span>
        </a>
      )}
      <span className={classes.tools}>
        <Menu position="bottom-start" shadow="md">
          <Menu.Target>
            <ActionIcon size="sm" aria-label={`More for the tab ${tabName(tab)}`}>
              <IconChevronDown size={14} stroke={1.8} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={<IconPencil size={16} stroke={1.6} />}
              rightSection="F2"
              onClick={() => acts.current.setRenaming(tab.id)}
            >
              Rename
            </Menu.Item>
            <Menu.Item disabled={index === 0} onClick={() => acts.current.order(index, index - 1)}>
              Move left
            </Menu.Item>
            <Menu.Item disabled={isLast} onClick={() => acts.current.order(index, index + 1)}>
              Move right
            </Menu.Item>
            <Menu.Divider />
            <Menu.Label>Colour</Menu.Label>
            {[undefined, ...COLOURS].map(colour => (
              <Menu.Item
                key={colour ?? 'none'}
                leftSection={<span className={classes.swatch} data-colour={colour} />}
                aria-current={colours[tab.target] === colour}
                onClick={() => changeLooks({ colours: coloured(colours, tab.target, colour) })}
              >
                {colour ? colour.charAt(0).toUpperCase() + colour.slice(1) : 'None'}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <Tooltip label="Close; its log stays">
          <ActionIcon size="sm" aria-label={`Close ${tabName(tab)}`} onClick={() => void acts.current.close(tab)}>
            <IconX size={14} stroke={1.8} />
          </ActionIcon>
        </Tooltip>
      </span>
    </li>
  );
});

function coloured(
  colours: Readonly<Record<string, Colour>>,
  target: string,
  colour: Colour | undefined,
): Readonly<Record<string, Colour>> {
  const { [target]: _, ...others } = colours;
  return colour ? { ...others, [target]: colour } : others;
}

function NameField({ tab, onDone }: { tab: ConsoleView; onDone: (name: string, byKey: boolean) => void }) {
  const [name, setName] = useState(tabName(tab));
  return (
    <TextInput
      size="xs"
      w={160}
      aria-label={`Name of ${tabName(tab)}`}
      value={name}
      maxLength={100}
      autoFocus
      onFocus={event => event.currentTarget.select()}
      onChange={event => setName(event.currentTarget.value)}
      onBlur={() => onDone(name.trim(), false)}
      onKeyDown={event => {
        if (event.key === 'Enter') onDone(name.trim(), true);
        if (event.key === 'Escape') onDone('', true);
      }}
    />
  );
}
