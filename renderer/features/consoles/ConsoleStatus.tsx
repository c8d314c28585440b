/** What a console is, in one line: its state, its line, what came and how fast, its log, and the work that goes on. */
import { Button, CopyButton, Progress, Tooltip, UnstyledButton } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { ConsoleJob, ConsoleView, Views } from '../../../main/contract/views.ts';
import { useCall, useRow } from '../../engine/use-engine.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { StatusWord } from '../../ui/StatusWord.tsx';
import classes from './ConsoleStatus.module.css';
import { countText, lineText, rateText, sizeText, stateWord } from './consoles.state.ts';
import { ModemLights } from './ModemLights.tsx';
import { useOutcome } from './work.ts';

interface ConsoleStatusProps {
  readonly console: ConsoleView;
  /** Little room: what matters most alone. */
  readonly isShort?: boolean;
  readonly onLine?: () => void;
}

export function ConsoleStatus({ console, isShort = false, onLine }: ConsoleStatusProps) {
  const { id, target, line, log, state } = console;
  const { tone, text } = stateWord(console);
  const resume = useCall('console.resume');
  const canResume = state.phase === 'released' || state.phase === 'stopped' || state.phase === 'waiting';
  return (
    <>
      <JobLine key={id} console={console} />
      {state.error && !isShort && (
        <div className={classes.note}>
          <ErrorNote error={state.error} retry={() => void resume.call({ id })} />
        </div>
      )}
      <section className={classes.root} aria-label="State of the console">
        <StatusWord tone={tone}>{text}</StatusWord>
        {canResume && (
          <Button variant="default" size="compact-xs" loading={resume.busy} onClick={() => void resume.call({ id })}>
            {state.phase === 'released' ? 'Take it back' : 'Try now'}
          </Button>
        )}
        <Fact label={`Where it is: ${target}`} mayBeCut>
          <span className="mono">{target}</span>
        </Fact>
        {line && (
          <Tooltip label="Change the line, without closing it">
            <UnstyledButton className={`${classes.button} ${classes.whole}`} onClick={onLine} disabled={!onLine}>
              <span className="mono">{lineText(line)}</span>
            </UnstyledButton>
          </Tooltip>
        )}
        <Traffic key={id} id={id} isShort={isShort} />
        {!isShort && (
          <>
            {line && <ModemLights key={id} id={id} />}
            <span className={classes.spring} />
            {log ? (
              <CopyButton value={log.text}>
                {({ copied, copy }) => (
                  <Tooltip label={copied ? 'Copied' : `Copy the path of the log: ${log.text}`}>
                    <UnstyledButton className={`${classes.button} ${classes.log}`} onClick={copy}>
                      {copied ? 'Copied the path' : <span className="mono">{log.text.replace(/^.*[\\/]/, '')}</span>}
                    </UnstyledButton>
                  </Tooltip>
                )}
              </CopyButton>
            ) : (
              <span className="dim">no log is kept</span>
            )}
          </>
        )}
      </section>
    </>
  );
}

/** What came and went. Drawn again with every octet, so nothing else stands in it. */
function Traffic({ id, isShort }: { id: string; isShort: boolean }) {
  const { received, sent, lines, connections } = useRow('consoleCounters', id) ?? NOTHING_YET;
  return (
    <>
      <Fact label="What comes per second">
        <Rate received={received} />
      </Fact>
      <Fact label={`Received ${countText(received)} octets, sent ${countText(sent)}`}>
        <span className="numbers">{sizeText(received)}</span>
      </Fact>
      {!isShort && (
        <Fact label="Lines received">
          <span className="numbers">{countText(lines)} lines</span>
        </Fact>
      )}
      {!isShort && connections > 1 && (
        <Fact label="Times it was connected">
          <span className="numbers">connected {countText(connections)} times</span>
        </Fact>
      )}
    </>
  );
}

const NOTHING_YET: Views['consoleCounters'] = { received: 0, sent: 0, lines: 0, connections: 0 };

/** `mayBeCut`: the end of it matters less than all the others. */
function Fact({ label, children, mayBeCut = false }: { label: string; children: React.ReactNode; mayBeCut?: boolean }) {
  return (
    <Tooltip label={label}>
      <span className={mayBeCut ? `${classes.fact} cut` : `${classes.fact} ${classes.whole}`}>{children}</span>
    </Tooltip>
  );
}

/** The work that goes on, or how the last one ended. */
function JobLine({ console }: { console: ConsoleView }) {
  const { id, job } = console;
  const cancel = useCall('console.cancel');
  const { outcome, clear } = useOutcome(id);
  const [isOpen, setOpen] = useState(false);
  if (job)
    return (
      <div className={classes.job} role="status">
        <span className="cut">{jobText(job)}</span>
        {job.done !== undefined && job.of ? (
          <Progress value={(100 * job.done) / job.of} flex={1} aria-label={job.says} />
        ) : (
          <span className={classes.spring} />
        )}
        <Button variant="default" size="compact-xs" loading={cancel.busy} onClick={() => void cancel.call({ id })}>
          Cancel
        </Button>
      </div>
    );
  if (!outcome) return null;
  return (
    <div className={classes.outcome} data-tone={outcome.tone}>
      <div className={classes.job}>
        <StatusWord tone={outcome.tone}>{outcome.text}</StatusWord>
        <span className={classes.spring} />
        {outcome.detail && (
          <Button
            variant="subtle"
            color="gray"
            size="compact-xs"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? 'Hide detail' : 'Show detail'}
          </Button>
        )}
        <Button variant="subtle" color="gray" size="compact-xs" onClick={clear}>
          Dismiss
        </Button>
      </div>
      {isOpen && outcome.detail && <pre className={`${classes.detail} mono`}>{outcome.detail}</pre>}
    </div>
  );
}

function jobText({ says, done, of }: ConsoleJob): string {
  if (done === undefined || !of) return of ? `${says}, ${sizeText(of)}` : says;
  return `${says}: ${sizeText(done)} of ${sizeText(of)} (${Math.floor((100 * done) / of)} %)`;
}

/** Octets in the last second. */
function Rate({ received }: { received: number }) {
  const latest = useRef(received);
  latest.current = received;
  const [rate, setRate] = useState(0);
  useEffect(() => {
    let before = latest.current;
    let at = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      setRate((Math.max(0, latest.current - before) * 1000) / (now - at));
      before = latest.current;
      at = now;
    }, 1_000);
    return () => clearInterval(timer);
  }, []);
  return <span className="numbers">{rateText(rate)}</span>;
}
