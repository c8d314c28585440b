/** Up to four consoles side by side: the blades of a box, a board and its neighbour. */
import { Checkbox } from '@mantine/core';
import { IconTerminal2 } from '@tabler/icons-react';
import type { ConsoleView } from '../../../main/contract/views.ts';
import { Empty } from '../../ui/Empty.tsx';
import { go } from '../../ui/route.ts';
import { SmallPane } from './ConsolePane.tsx';
import classes from './ConsolesPage.module.css';
import { tabName } from './consoles.state.ts';
import { changeLooks, useLooks } from './looks.ts';

const MOST = 4;

export function ConsoleGrid({ tabs }: { tabs: readonly ConsoleView[] }) {
  const { grid } = useLooks();
  const chosen = tabs.filter(({ target }) => grid.includes(target)).slice(0, MOST);
  const shown = chosen.length > 0 ? chosen : tabs.slice(0, MOST);
  const targets = shown.map(({ target }) => target);
  if (shown.length === 0)
    return (
      <Empty icon={IconTerminal2} title="No console is open">
        Four of them stand here side by side.
      </Empty>
    );
  return (
    <div className={classes.gridRoot}>
      {tabs.length > 2 && (
        <Checkbox.Group
          value={targets}
          onChange={value => changeLooks({ grid: value })}
          aria-label="Consoles in the grid"
        >
          <div className={classes.gridChoice}>
            {tabs.map(tab => (
              <Checkbox
                key={tab.id}
                size="xs"
                value={tab.target}
                label={tabName(tab)}
                disabled={targets.includes(tab.target) ? targets.length === 1 : targets.length >= MOST}
              />
            ))}
          </div>
        </Checkbox.Group>
      )}
      <div className={classes.grid} data-count={shown.length}>
        {shown.map(console => (
          <SmallPane key={console.id} console={console} onOpen={() => go('consoles', 'console', console.id)} />
        ))}
      </div>
    </div>
  );
}
