/** Always the truth, in every view: which port, which address, what is being served, and the way to end it. */
import { Button } from '@mantine/core';
import { IconPlayerStopFilled, IconPlugConnected, IconPlugConnectedX } from '@tabler/icons-react';
import type { BenchView, NicView } from '../../main/contract/views.ts';
import { clockText } from '../../main/kit/duration.ts';
import { useCall, useLink, useValue } from '../engine/use-engine.tsx';
import { speedText } from '../ui/format.ts';
import { StatusWord } from '../ui/StatusWord.tsx';
import { useNow } from '../ui/use-now.ts';
import classes from './Frame.module.css';

export function TopBar() {
  const bench = useValue('bench');
  const nics = useValue('nics');
  const settings = useValue('settings');
  const { state } = useLink();
  const nic = bench && nics ? shownNic(bench, nics, settings?.nic) : undefined;
  return (
    <header className={classes.top}>
      {nic ? <PortChip nic={nic} bench={bench!} /> : nics && <span className="dim">No port for a bench</span>}
      <span className={classes.spring} />
      {state.line === 'down' ? (
        <StatusWord tone="bad">Not connected to the engine</StatusWord>
      ) : (
        bench && <BenchState bench={bench} />
      )}
    </header>
  );
}

function shownNic(bench: BenchView, nics: readonly NicView[], remembered: string | undefined): NicView | undefined {
  const name = bench.state === 'starting' ? bench.wish.nic : bench.state === 'idle' ? undefined : bench.plan.nic;
  if (name !== undefined) return nics.find(each => each.name === name);
  return (
    nics.find(each => each.name === remembered && each.worthiness.worthy) ?? nics.find(each => each.worthiness.worthy)
  );
}

function PortChip({ nic, bench }: { nic: NicView; bench: BenchView }) {
  const plan = bench.state === 'serving' || bench.state === 'stopping' ? bench.plan : undefined;
  const address = plan ? `${plan.address}/${plan.prefix}` : undefined;
  return (
    <div className={classes.port}>
      <span className="mono cut" title={nic.description}>
        {nic.name}
      </span>
      {nic.carrier ? (
        <StatusWord tone="ok" icon={IconPlugConnected}>
          {nic.speed ? speedText(nic.speed) : 'Cable in'}
        </StatusWord>
      ) : (
        <StatusWord tone="warn" icon={IconPlugConnectedX}>
          No cable
        </StatusWord>
      )}
      {address && <span className="mono">{address}</span>}
    </div>
  );
}

function BenchState({ bench }: { bench: BenchView }) {
  const stop = useCall('bench.stop');
  switch (bench.state) {
    case 'idle':
      return <span className="dim">Not serving</span>;
    case 'interrupted':
      return <StatusWord tone="warn">Interrupted</StatusWord>;
    case 'starting':
      return <span className="dim">Starting</span>;
    case 'stopping':
      return <span className="dim">Stopping</span>;
    case 'serving':
      return (
        <>
          {bench.standingDown ? (
            <StatusWord tone="warn" title={bench.standingDown}>
              Standing down
            </StatusWord>
          ) : (
            <span className={classes.state}>
              <span className={classes.pulse} aria-hidden />
              {bench.plan.mode === 'proxy' ? 'Serving boot files' : 'Serving'}
              <Clock since={bench.since} />
            </span>
          )}
          <Button
            variant="default"
            leftSection={<IconPlayerStopFilled size={14} aria-hidden />}
            loading={stop.busy}
            onClick={() => void stop.call({})}
          >
            Stop
          </Button>
        </>
      );
  }
}

function Clock({ since }: { since: number }) {
  const now = useNow();
  return (
    <span className={`${classes.clock} numbers`} title={`Since ${new Date(since).toLocaleString()}`}>
      {clockText(Math.max(0, (now - since) / 1000))}
    </span>
  );
}
