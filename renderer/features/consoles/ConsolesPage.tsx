/** Consoles: tabs, or four of them side by side, and the cluster box they may hang on. */
import { Button, Checkbox, Popover, Tooltip } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconBroadcast, IconLayoutGrid, IconPlus, IconServer2, IconTerminal2 } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { ConsoleView } from '../../../main/contract/views.ts';
import { useTable } from '../../engine/use-engine.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { go, useRoute } from '../../ui/route.ts';
import { BoxPanel } from './BoxPanel.tsx';
import { ConsoleGrid } from './ConsoleGrid.tsx';
import { ConsolePane } from './ConsolePane.tsx';
import classes from './ConsolesPage.module.css';
import { shownOf, tabName, tabsOf } from './consoles.state.ts';
import { typeTo, useLooks, useTypesTo } from './looks.ts';
import { OpenDialog } from './OpenDialog.tsx';
import { TabStrip } from './TabStrip.tsx';
import { prepareScreens } from './terminal-screens.ts';

export default function ConsolesPage() {
  const consoles = useTable('consoles');
  const { order } = useLooks();
  const [part, id] = useRoute().rest;
  const tabs = tabsOf(consoles, order);
  const shown = shownOf(tabs, id);
  const [isOpening, setOpening] = useState(false);
  const isTabs = part !== 'grid' && part !== 'box' && part !== 'alone';

  useEffect(prepareScreens, []);
  useEffect(() => {
    if (part === 'open') {
      setOpening(true);
      go('consoles');
    }
  }, [part]);
  useHotkeys(
    [
      ...tabs
        .slice(0, 9)
        .map((tab, index): [string, () => void] => [`alt+${index + 1}`, () => go('consoles', 'console', tab.id)]),
      ['alt+0', () => go('consoles', 'grid')],
    ],
    [],
  );

  if (part === 'alone') return <Alone console={tabs.find(tab => tab.id === id)} />;
  return (
    <div className={classes.root}>
      <header className={classes.head}>
        <TabStrip tabs={tabs} shown={isTabs ? shown?.id : undefined} />
        <div className={classes.actions}>
          {tabs.length > 1 && (
            <>
              <Broadcast tabs={tabs} />
              <Tooltip label="Up to four side by side (Alt+0)">
                <Button
                  variant={part === 'grid' ? 'light' : 'default'}
                  size="compact-md"
                  aria-pressed={part === 'grid'}
                  leftSection={<IconLayoutGrid size={16} stroke={1.6} aria-hidden />}
                  onClick={() => (part === 'grid' ? go('consoles') : go('consoles', 'grid'))}
                >
                  <span className={classes.word}>Grid</span>
                </Button>
              </Tooltip>
            </>
          )}
          <Tooltip label="Cluster box: power and consoles of its blades">
            <Button
              variant={part === 'box' ? 'light' : 'default'}
              size="compact-md"
              aria-pressed={part === 'box'}
              leftSection={<IconServer2 size={16} stroke={1.6} aria-hidden />}
              onClick={() => (part === 'box' ? go('consoles') : go('consoles', 'box'))}
            >
              <span className={classes.word}>Cluster box</span>
            </Button>
          </Tooltip>
          <Button
            size="compact-md"
            leftSection={<IconPlus size={16} stroke={1.8} aria-hidden />}
            onClick={() => setOpening(true)}
          >
            Open a console
          </Button>
        </div>
      </header>
      <SharedLine tabs={tabs} />
      {part === 'box' ? (
        <BoxPanel />
      ) : part === 'grid' ? (
        <ConsoleGrid tabs={tabs} />
      ) : shown ? (
        <ConsolePane console={shown} />
      ) : (
        <Empty
          icon={IconTerminal2}
          title="No console is open"
          action={<Button onClick={() => setOpening(true)}>Open a console</Button>}
        >
          Plug in a USB serial adapter and connect its GND, RX and TX to the board: what the board says appears here,
          from its boot ROM to its login, and every byte is logged. A console on the network or of an emulator works as
          well.
        </Empty>
      )}
      {isOpening && <OpenDialog onClose={() => setOpening(false)} />}
    </div>
  );
}

/** In a browser window of its own. */
function Alone({ console }: { console: ConsoleView | undefined }) {
  useEffect(() => {
    if (console) document.title = `${tabName(console)} - Benchboot`;
  }, [console]);
  if (!console)
    return (
      <Empty icon={IconTerminal2} title="This console is not open any more">
        Its log stays. This window can be closed.
      </Empty>
    );
  return <ConsolePane console={console} isAlone />;
}

/** Chooses the consoles that get what is typed in any of them. */
function Broadcast({ tabs }: { tabs: readonly ConsoleView[] }) {
  const typesTo = useTypesTo();
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover position="bottom-end" withinPortal shadow="md" trapFocus opened={isOpen} onChange={setOpen}>
      <Popover.Target>
        <Tooltip label="Type to several consoles at once">
          <Button
            variant={typesTo.size > 0 ? 'light' : 'default'}
            size="compact-md"
            leftSection={<IconBroadcast size={16} stroke={1.6} aria-hidden />}
            onClick={() => setOpen(!isOpen)}
          >
            <span className={classes.word}>Type to several</span>
          </Button>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <Checkbox.Group
          label="What is typed in one of these goes to all of them"
          value={[...typesTo]}
          onChange={typeTo}
        >
          <div className={classes.choices}>
            {tabs.map(tab => (
              <Checkbox key={tab.id} value={tab.id} label={tabName(tab)} />
            ))}
          </div>
        </Checkbox.Group>
      </Popover.Dropdown>
    </Popover>
  );
}

function SharedLine({ tabs }: { tabs: readonly ConsoleView[] }) {
  const typesTo = useTypesTo();
  const shared = tabs.filter(({ id }) => typesTo.has(id));
  // One that was closed gets nothing more.
  useEffect(() => {
    if (shared.length !== typesTo.size) typeTo(shared.map(({ id }) => id));
  });
  if (shared.length < 2) return null;
  return (
    <div className={classes.shared} role="status">
      <IconBroadcast size={16} stroke={1.8} aria-hidden />
      <span className="cut">
        <strong>Typing goes to {shared.length} consoles:</strong> {shared.map(tabName).join(', ')}
      </span>
      <Button variant="default" size="compact-xs" onClick={() => typeTo([])}>
        Stop
      </Button>
    </div>
  );
}
