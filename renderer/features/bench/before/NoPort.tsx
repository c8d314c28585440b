/** This laptop has no port for a bench. */
import { IconUsb } from '@tabler/icons-react';
import { Empty } from '../../../ui/Empty.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import classes from './BeforeStart.module.css';

export function NoPort() {
  return (
    <Panel title="No port for a bench yet" className={classes.wide}>
      <Empty icon={IconUsb} title="Plug a USB Ethernet adapter in">
        A bench needs a network port of its own: one that does not carry this laptop’s internet. Any USB Ethernet
        adapter will do. It shows up here by itself, chosen and ready.
      </Empty>
    </Panel>
  );
}
