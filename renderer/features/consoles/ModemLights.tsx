/** The modem lines of a serial port: inputs as lights, outputs as switches. Nothing where the port has none. */
import { Tooltip, UnstyledButton } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { CallResult } from '../../../main/contract/calls.ts';
import { useCall, useSession } from '../../engine/use-engine.tsx';
import classes from './ModemLights.module.css';

type Lines = NonNullable<CallResult<'console.modem'>>;

const LOOK_MS = 1_000;

const INPUTS = [
  ['cts', 'CTS', 'Clear to send: the other end can take more'],
  ['dsr', 'DSR', 'Data set ready: the other end is switched on'],
  ['dcd', 'DCD', 'Carrier detect'],
  ['ri', 'RI', 'Ring'],
] as const;
const OUTPUTS = [
  ['dtr', 'DTR', 'Data terminal ready: some boards reset with it'],
  ['rts', 'RTS', 'Request to send: some boards choose their boot mode by it'],
] as const;

export function ModemLights({ id }: { id: string }) {
  const session = useSession();
  const [lines, setLines] = useState<Lines>();
  const change = useCall('console.setModem');
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void =>
      void session
        .call('console.modem', { id })
        .then(now => !isOver && setLines(before => (JSON.stringify(before) === JSON.stringify(now) ? before : now)))
        // The line is gone: its console says so.
        .catch(() => !isOver && setLines(undefined))
        .finally(() => {
          if (!isOver) timer = setTimeout(look, LOOK_MS);
        });
    look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [session, id]);
  if (!lines) return null;
  return (
    <fieldset className={classes.root} aria-label="Modem lines">
      {OUTPUTS.map(
        ([name, label, says]) =>
          lines[name] !== undefined && (
            <Tooltip key={name} label={`${says}. Click to ${lines[name] ? 'lower' : 'raise'} it.`}>
              <UnstyledButton
                className={classes.switch}
                role="switch"
                aria-checked={lines[name]}
                disabled={change.busy}
                onClick={() => {
                  const next = !lines[name];
                  setLines({ ...lines, [name]: next });
                  void change.call({ id, [name]: next });
                }}
              >
                <Light isOn={lines[name]} />
                {label}
              </UnstyledButton>
            </Tooltip>
          ),
      )}
      {INPUTS.map(
        ([name, label, says]) =>
          lines[name] !== undefined && (
            <Tooltip key={name} label={`${says}: ${lines[name] ? 'on' : 'off'}`}>
              <span className={classes.light}>
                <Light isOn={lines[name]} />
                {label}
                <span className={classes.word}>{lines[name] ? ' on' : ' off'}</span>
              </span>
            </Tooltip>
          ),
      )}
    </fieldset>
  );
}

const Light = ({ isOn }: { isOn: boolean }) => (
  <span className={classes.lamp} data-on={isOn || undefined} aria-hidden />
);
