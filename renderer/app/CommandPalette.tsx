/** Ctrl/Cmd-K: every command that is offered now, by name. */
import { Kbd } from '@mantine/core';
import { Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useAllCommands } from '../ui/commands.ts';
import { searchCommands } from './palette-search.ts';

export function CommandPalette() {
  const commands = useAllCommands();
  const groups = useMemo(
    () =>
      [...Map.groupBy(commands, command => command.group)].sort(byGroup).map(
        ([group, members]): SpotlightActionGroupData => ({
          group,
          actions: members.map(({ id, label, description, keywords, icon: Icon, keys, run }) => ({
            id,
            label,
            ...(description !== undefined && { description }),
            ...(keywords && { keywords: [...keywords] }),
            leftSection: Icon ? <Icon size={18} stroke={1.6} /> : <span />,
            rightSection: keys ? <Kbd>{keys}</Kbd> : undefined,
            onClick: run,
          })),
        }),
      ),
    [commands],
  );
  return (
    <Spotlight
      actions={groups}
      shortcut={['mod + K']}
      // Every entry is given in a group, above.
      filter={(query, actions) => searchCommands(query, actions as SpotlightActionGroupData[])}
      highlightQuery
      scrollable
      maxHeight={420}
      attributes={{ content: { 'aria-label': 'Find anything' } }}
      nothingFound="Nothing by that name. Try another word, such as a device's name or “theme”."
      searchProps={{
        leftSection: <IconSearch size={18} stroke={1.6} />,
        placeholder: 'Find an action, a device or a setting',
        'aria-label': 'Find an action, a device or a setting',
      }}
    />
  );
}

/** What can be done here stands before the ways elsewhere. */
const LAST_GROUPS = ['Devices', 'Go to', 'Window'];

function byGroup([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return LAST_GROUPS.indexOf(a) - LAST_GROUPS.indexOf(b);
}
