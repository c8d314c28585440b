/** What will be served, and the button that does it. */
import { Button, Collapse } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { IconAdjustmentsHorizontal, IconAlertTriangle, IconPlayerPlayFilled } from '@tabler/icons-react';
import { useState } from 'react';
import type { BenchView, NicView, PlanView } from '../../../../main/contract/views.ts';
import { spanText } from '../../../../main/kit/duration.ts';
import { useCall, useLink } from '../../../engine/use-engine.tsx';
import { ErrorNote } from '../../../ui/ErrorNote.tsx';
import { Loading } from '../../../ui/Loading.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import { changedFields, type Offer, overlapText, reachText, type Wish, wishToSend } from '../bench.state.ts';
import classes from './BeforeStart.module.css';
import { Refusal } from './Refusal.tsx';
import { usePlan } from './use-plan.ts';
import { isAboutField, WishForm } from './WishForm.tsx';

interface PlanPanelProps {
  readonly nic: NicView;
  readonly bench: Extract<BenchView, { state: 'idle' | 'starting' }>;
  readonly wish: Wish;
  readonly onWish: (wish: Wish) => void;
  readonly offer: Offer;
}

export function PlanPanel({ nic, bench, wish, onWish, offer }: PlanPanelProps) {
  // Forgotten with this panel: an override is for this start alone.
  const [force, setForce] = useState<readonly string[]>([]);
  const plan = usePlan(nic.name, wish, offer, force);
  const start = useCall('bench.start');
  const remember = useCall('settings.change');
  const [isOpen, { toggle }] = useDisclosure(changedFields(wish) > 0);
  const { state } = useLink();
  const isStarting = bench.state === 'starting' || start.busy;
  const failed = start.error ?? (bench.state === 'idle' ? bench.error : undefined);

  async function begin(wanted: Offer, rules: readonly string[] = force): Promise<void> {
    const sent = wishToSend(nic.name, wish, wanted);
    await start.call({ ...sent, ...(rules.length > 0 && { force: [...rules] }) } as never);
    // The wire asked for proxy mode this time; the next wire may not.
    if (wanted.kind === 'proxy-beside') await remember.call({ wish: wish as never });
  }

  const canStart = plan.data !== undefined && plan.error === undefined && state.line === 'up' && !isStarting;
  const startNow = (): void => {
    if (canStart) void begin(offer);
  };
  useHotkeys([['Enter', startNow]], ['INPUT', 'TEXTAREA', 'SELECT', 'BUTTON', 'A']);

  const remarks = plan.data ? [overlapText(plan.data), reachText(plan.data, nic, wish)] : [];
  return (
    <Panel
      title="Plan"
      aside={
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          leftSection={<IconAdjustmentsHorizontal size={16} stroke={1.6} aria-hidden />}
          onClick={toggle}
          aria-expanded={isOpen}
        >
          {isOpen ? 'Hide settings' : 'Change'}
        </Button>
      }
      footer={<StartButton offer={offer} disabled={!canStart} isBusy={isStarting} onStart={startNow} />}
    >
      {failed && !isStarting && (
        <div className={classes.stack}>
          {failed.rule ? (
            <Refusal
              error={failed}
              onOverride={rule => void begin({ kind: 'serve' }, [...force, rule])}
              // The button below offers the same as soon as the other server was heard.
              onProxy={
                failed.rule === 'no-second-dhcp' && offer.kind === 'serve'
                  ? () => void begin({ kind: 'proxy-beside', rival: '' })
                  : undefined
              }
            />
          ) : (
            <ErrorNote error={failed} />
          )}
        </div>
      )}
      {plan.error ? (
        plan.error.rule ? (
          <Refusal error={plan.error} onOverride={rule => setForce([...force, rule])} />
        ) : (
          !(isOpen && isAboutField(plan.error)) && <ErrorNote error={plan.error} />
        )
      ) : plan.data ? (
        <PlanSummary plan={plan.data} />
      ) : (
        <Loading what="the plan" />
      )}
      {remarks.map(
        remark =>
          remark && (
            <div key={remark} className={classes.note}>
              <IconAlertTriangle size={16} aria-hidden />
              <p>{remark}</p>
            </div>
          ),
      )}
      <Collapse expanded={isOpen}>
        <WishForm wish={wish} onChange={onWish} onEnter={startNow} plan={plan.data} error={plan.error} />
      </Collapse>
    </Panel>
  );
}

function PlanSummary({ plan }: { plan: PlanView }) {
  return (
    <>
      <dl className={classes.summary}>
        <dt>This laptop</dt>
        <dd className="mono">
          {plan.address}/{plan.prefix}
        </dd>
        <dt>Boards get</dt>
        <dd>
          {plan.range ? (
            <>
              <span className="mono">
                {plan.range[0]} – {plan.range[1]}
              </span>{' '}
              <span className="dim">for {spanText(plan.leaseSeconds)}</span>
            </>
          ) : (
            'addresses from the other server'
          )}
        </dd>
        <dt>Files from</dt>
        <dd>{plan.root ? <span className="mono">{plan.root}</span> : 'Benchboot’s own boot menu; no folder chosen'}</dd>
      </dl>
      <hr className={classes.rule} />
      <dl className={classes.summary}>
        {plan.boots.map(({ board, gets }) => (
          <BootPair key={board} board={board} gets={gets} />
        ))}
      </dl>
    </>
  );
}

const BootPair = ({ board, gets }: { board: string; gets: string }) => (
  <>
    <dt>{board}</dt>
    <dd>{gets}</dd>
  </>
);

interface StartButtonProps {
  readonly offer: Offer;
  readonly disabled: boolean;
  readonly isBusy: boolean;
  readonly onStart: () => void;
}

function StartButton({ offer, disabled, isBusy, onStart }: StartButtonProps) {
  return (
    <>
      {offer.kind === 'proxy-beside' && (
        <p className={classes.says}>
          <span className="mono">{offer.rival}</span> gives addresses on this wire already, and two servers that do
          break it for everybody. Benchboot adds the boot files and leaves addresses to the other one.
        </p>
      )}
      <Button
        fullWidth
        size="md"
        mt={offer.kind === 'proxy-beside' ? 'xs' : 0}
        leftSection={<IconPlayerPlayFilled size={16} aria-hidden />}
        disabled={disabled}
        loading={isBusy}
        onClick={onStart}
      >
        {offer.kind === 'serve' ? 'Start serving' : 'Offer boot files only (proxy)'}
      </Button>
    </>
  );
}
