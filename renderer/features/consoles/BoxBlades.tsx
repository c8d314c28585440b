/** The blades of a box: chosen, switched, looked for, talked to. */
import { Button, Checkbox, Group } from '@mantine/core';
import { IconTerminal2 } from '@tabler/icons-react';
import { useState } from 'react';
import type { CallArgs, CallResult } from '../../../main/contract/calls.ts';
import type { BoxView } from '../../../main/contract/views.ts';
import { BLADES, type Blade, type PowerAction } from '../../../main/oobm/nodectl.ts';
import { useCall } from '../../engine/use-engine.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { go } from '../../ui/route.ts';
import { StatusWord } from '../../ui/StatusWord.tsx';
import classes from './BoxPanel.module.css';

const ACTIONS: readonly (readonly [PowerAction, string])[] = [
  ['poweron', 'Power on'],
  ['poweroff', 'Power off'],
  ['reboot', 'Reboot'],
];

export function BoxBlades({ box }: { box: BoxView }) {
  const { id } = box;
  const [chosen, setChosen] = useState<readonly Blade[]>([]);
  const [results, setResults] = useState<CallResult<'box.power'>>([]);
  const [doing, setDoing] = useState<PowerAction>();
  const [asked, setAsked] = useState<PowerAction>();
  const [presence, setPresence] = useState<CallResult<'box.presence'>>();
  const power = useCall('box.power');
  const look = useCall('box.presence');
  const rescan = useCall('box.rescan');
  const talk = useCall('box.console');
  const leave = useCall('box.close');
  const error = power.error ?? look.error ?? rescan.error ?? talk.error ?? leave.error;
  const isBusy = power.busy || look.busy || rescan.busy;

  const run = async (action: PowerAction): Promise<void> => {
    setAsked(undefined);
    setDoing(action);
    const args: CallArgs<'box.power'> = { id, action, blades: [...chosen] };
    setResults((await power.call(args)) ?? []);
    setDoing(undefined);
  };
  const see = async (isAnew: boolean): Promise<void> => {
    if (isAnew && !(await rescan.call({ id }))) return;
    setPresence(await look.call({ id }));
  };
  const console_ = async (blade: Blade): Promise<void> => {
    const opened = await talk.call({ id, blade });
    if (opened) go('consoles', 'console', opened.id);
  };
  const caveats = [...new Set(results.flatMap(({ caveat }) => caveat ?? []))];
  const names = chosen.map(blade => `blade ${blade}`).join(', ');
  return (
    <div className={classes.blades}>
      <header className={classes.head}>
        <h2 className="mono cut">{box.target}</h2>
        <span className="dim">{box.variant === 'maker' ? 'the maker’s nodectl' : 'nodectl, the rewrite in Go'}</span>
        <Button
          variant="default"
          size="compact-sm"
          ml="auto"
          loading={leave.busy}
          onClick={() => void leave.call({ id })}
        >
          Log out
        </Button>
      </header>
      <Checkbox.Group
        label="Blades"
        value={chosen.map(String)}
        onChange={value => setChosen(BLADES.filter(blade => value.includes(String(blade))))}
      >
        <ul className={classes.list}>
          {BLADES.map(blade => {
            const result = results.find(each => each.blade === blade);
            return (
              <li key={blade}>
                <Checkbox value={String(blade)} label={`Blade ${blade}`} />
                {result && (
                  <StatusWord tone={result.ok ? 'ok' : 'bad'}>
                    {result.ok ? `${result.record.command} was taken` : (result.record.failed ?? 'failed')}
                  </StatusWord>
                )}
                <Button
                  variant="default"
                  size="compact-sm"
                  ml="auto"
                  leftSection={<IconTerminal2 size={16} stroke={1.6} aria-hidden />}
                  onClick={() => void console_(blade)}
                >
                  Console
                </Button>
              </li>
            );
          })}
        </ul>
      </Checkbox.Group>
      <Group gap="xs">
        <Button
          variant="subtle"
          size="compact-md"
          color="gray"
          onClick={() => setChosen(chosen.length === BLADES.length ? [] : BLADES)}
        >
          {chosen.length === BLADES.length ? 'Choose none' : 'Choose all'}
        </Button>
        {ACTIONS.map(([action, label]) => (
          <Button
            key={action}
            variant="default"
            size="compact-md"
            disabled={chosen.length === 0 || isBusy}
            loading={doing === action}
            onClick={() => (action === 'poweron' ? void run(action) : setAsked(action))}
          >
            {label}
          </Button>
        ))}
      </Group>
      {asked && (
        <div className={classes.ask} role="alertdialog" aria-label="Are you sure">
          <span>
            {asked === 'reboot' ? 'Reset' : 'Switch off'} {names}? What is not written to disk yet is lost.
          </span>
          <Button variant="default" size="compact-sm" onClick={() => setAsked(undefined)}>
            Cancel
          </Button>
          <Button color="red.9" size="compact-sm" autoFocus onClick={() => void run(asked)}>
            {asked === 'reboot' ? `Reboot ${names}` : `Power off ${names}`}
          </Button>
        </div>
      )}
      {caveats.map(text => (
        <p key={text} className="dim">
          {text}
        </p>
      ))}
      <div className={classes.presence}>
        <Group gap="xs">
          <strong>PCIe presence</strong>
          <Button variant="default" size="compact-sm" loading={look.busy} onClick={() => void see(false)}>
            Look
          </Button>
          <Button variant="default" size="compact-sm" loading={rescan.busy} onClick={() => void see(true)}>
            Rescan and look
          </Button>
        </Group>
        {presence && (
          <>
            <ul className={classes.devices}>
              {presence.devices.map(({ address, description }) => (
                <li key={address}>
                  <span className="mono">{address}</span> {description}
                </li>
              ))}
            </ul>
            {presence.devices.length === 0 && <p>No blade is seen on the control board’s PCIe.</p>}
            <p className="dim">{presence.means}</p>
          </>
        )}
      </div>
      {error && <ErrorNote error={error} />}
    </div>
  );
}
