/** The console of a device, where the device itself is shown (`ui/slots.ts`). */
import { Button } from '@mantine/core';
import { IconTerminal2 } from '@tabler/icons-react';
import { useRow } from '../../engine/use-engine.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { go } from '../../ui/route.ts';
import { SmallPane } from './ConsolePane.tsx';
import classes from './DeviceConsole.module.css';

export default function DeviceConsole({ id }: { id: string }) {
  const console = useRow('consoles', id);
  if (!console)
    return (
      <Empty icon={IconTerminal2} title="Its console was closed">
        The log stays.
      </Empty>
    );
  return (
    <div className={classes.root}>
      <SmallPane console={console} />
      <Button variant="default" onClick={() => go('consoles', 'console', id)}>
        Open in Consoles
      </Button>
    </div>
  );
}
