/** What the iPXE view offers while any view is shown: its templates and scripts by name. */
import { IconFileCode, IconTemplate } from '@tabler/icons-react';
import { useMemo } from 'react';
import { TEMPLATES } from '../../../main/ipxe/script/index.ts';
import { useKeys } from '../../engine/use-engine.tsx';
import { type Command, useCommands } from '../../ui/commands.ts';
import { go } from '../../ui/route.ts';

export default function IpxeBackground() {
  const names = useKeys('scripts');
  useCommands(
    useMemo(
      (): Command[] => [
        ...names.map(name => ({
          id: `ipxe.script.${name}`,
          label: `${name}.ipxe`,
          description: 'Open this script',
          group: 'iPXE',
          keywords: ['script', 'open'],
          icon: IconFileCode,
          run: () => go('ipxe', 'script', name),
        })),
        ...TEMPLATES.map(({ name, title, about }) => ({
          id: `ipxe.template.${name}`,
          label: title,
          description: about,
          group: 'iPXE',
          keywords: ['template', 'new', 'script', 'stick'],
          icon: IconTemplate,
          run: () => go('ipxe', 'template', name),
        })),
      ],
      [names],
    ),
  );
  return null;
}
