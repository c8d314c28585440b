/** Ctrl/Cmd-K: every command that is offered now, by name. */
import { Kbd } from '@mantine/core';
import { Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useAllCommands } from '../ui/commands.ts';

export function CommandPalette() {
  const commands = useAllCommands();
  const groups = useMemo(
    () =>
      [...Map.groupBy(commands, command => command.group)].map(
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
      highlightQuery
      scrollable
      maxHeight={420}
      nothingFound="Nothing by that name. Try another word, such as a device's name or “theme”."
      searchProps={{
        leftSection: <IconSearch size={18} stroke={1.6} />,
        placeholder: 'Find an action, a device or a setting',
        'aria-label': 'Find an action, a device or a setting',
      }}
    />
  );
}
