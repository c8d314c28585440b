/** Who gets this script at the next boot: every machine, or single ones. */
import { Button } from '@mantine/core';
import { IconCpu, IconStack2 } from '@tabler/icons-react';
import type { IpxeView, Machine } from '../../../main/contract/views.ts';
import { useCall, useLog } from '../../engine/use-engine.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { go } from '../../ui/route.ts';
import { StatusWord } from '../../ui/StatusWord.tsx';
import { Ago } from '../../ui/Time.tsx';
import { Drawer } from './Drawer.tsx';
import classes from './ServeDrawer.module.css';
import { receivers } from './serve.state.ts';

interface ServeDrawerProps {
  readonly name: string;
  readonly ipxe: IpxeView;
  readonly machines: readonly Machine[];
  readonly isDirty: boolean;
  readonly save: () => Promise<boolean>;
  readonly onClose: () => void;
}

export function ServeDrawer({ name, ipxe, machines, isDirty, save, onClose }: ServeDrawerProps) {
  const give = useCall('ipxe.give');
  const events = useLog('events');
  const rows = receivers(ipxe, machines, events);
  const serve = async (to: string): Promise<void> => {
    if (isDirty && !(await save())) return;
    await give.call({ to, name });
  };
  return (
    <Drawer title="Who gets which script" onClose={onClose}>
      <p className={classes.lead}>
        A machine that boots from this bench gets its script at its next boot; nothing is restarted. Saving the script
        is enough to change what they get.
      </p>
      {!ipxe.bench.serving && (
        <div className={classes.note}>
          <span>Nothing is served now. What you choose holds as soon as the bench serves.</span>
          <Button variant="default" size="compact-sm" onClick={() => go('bench')}>
            Go to the bench
          </Button>
        </div>
      )}
      {give.error && <ErrorNote error={give.error} dismiss={give.clear} />}
      <ul className={classes.rows}>
        {rows.map(({ to, name: who, detail, own, gets, servedAt }) => (
          <li key={to}>
            <span className={classes.icon}>
              {to === 'default' ? (
                <IconStack2 size={18} stroke={1.6} aria-hidden />
              ) : (
                <IconCpu size={18} stroke={1.6} aria-hidden />
              )}
            </span>
            <span className={classes.who}>
              <span className="cut">
                <strong>{who}</strong> <span className={to === 'default' ? 'dim' : 'dim mono'}>{detail}</span>
              </span>
              <span className={classes.gets}>
                {own?.name === name ? (
                  <StatusWord tone="ok">Gets this script</StatusWord>
                ) : (
                  <span className="cut">gets {gets}</span>
                )}
                {servedAt !== undefined && (
                  <span className="dim">
                    given <Ago at={servedAt} />
                  </span>
                )}
              </span>
            </span>
            {own !== undefined && (
              <Button
                variant="subtle"
                color="gray"
                size="compact-sm"
                aria-label={`Take back from ${who}`}
                onClick={() => void give.call({ to })}
              >
                Take back
              </Button>
            )}
            {own?.name !== name && (
              <Button
                variant={to === 'default' ? 'filled' : 'default'}
                size="compact-sm"
                loading={give.busy}
                aria-label={`Give it this one: ${who}`}
                onClick={() => void serve(to)}
              >
                Give it this one
              </Button>
            )}
          </li>
        ))}
      </ul>
      {machines.length === 0 && <p className={classes.lead}>Devices appear here as soon as they are on the bench.</p>}
    </Drawer>
  );
}
