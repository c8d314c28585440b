/** Settings: what this window looks like, what is remembered, where things are kept, and whether this laptop can serve. */
import { Button, CopyButton, SegmentedControl } from '@mantine/core';
import type { ReactNode } from 'react';
import { useCall, useLink, useValue } from '../../engine/use-engine.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Time } from '../../ui/Time.tsx';
import { DoctorPanel } from './DoctorPanel.tsx';
import classes from './SettingsPage.module.css';
import { rememberedText } from './settings.state.ts';

export default function SettingsPage() {
  const settings = useValue('settings');
  const engine = useValue('engine');
  const { facts } = useLink();
  const change = useCall('settings.change');
  if (!settings || !engine) return <Loading what="the settings" />;
  const remembered = rememberedText(settings);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and the keyboard must be able to
    <div className={classes.root} tabIndex={0}>
      <div className={classes.page}>
        <h1 className={classes.title}>Settings</h1>
        {change.error && <ErrorNote error={change.error} dismiss={change.clear} />}
        <section className={classes.group}>
          <Row name="Colours" says="Follows the system unless you choose.">
            <SegmentedControl
              aria-label="Colours"
              value={settings.theme}
              onChange={theme => void change.call({ theme: theme as 'system' | 'light' | 'dark' })}
              data={[
                { value: 'system', label: 'System' },
                { value: 'light', label: 'Light' },
                { value: 'dark', label: 'Dark' },
              ]}
            />
          </Row>
          <Row
            name="Remembered for the next bench"
            says={remembered ?? 'Nothing yet: the port and what you typed last are remembered when a bench starts.'}
          >
            <Button
              variant="default"
              disabled={remembered === undefined}
              loading={change.busy}
              onClick={() => void change.call({ nic: undefined, wish: {} })}
            >
              Forget
            </Button>
          </Row>
        </section>
        <DoctorPanel />
        <section className={classes.group}>
          <Row
            name="Version"
            says={`Benchboot ${engine.version} on ${engine.platform}, ${facts.kind === 'app' ? 'its own window' : 'in a browser'}`}
          />
          <Row
            name="Engine"
            says={
              <>
                Running since <Time at={engine.since} />,{' '}
                {engine.privileged
                  ? 'with the rights to open low ports and change addresses'
                  : 'asking for an administrator’s password when it needs a right'}
              </>
            }
          />
          <Row name="State folder" says={<span className="mono">{engine.stateFolder}</span>}>
            <CopyButton value={engine.stateFolder}>
              {({ copied, copy }) => (
                <Button variant="default" onClick={copy}>
                  {copied ? 'Copied' : 'Copy path'}
                </Button>
              )}
            </CopyButton>
          </Row>
          <Row
            name="Safety overrides"
            says="Never remembered. Each holds for one bench, and a red line shows it for as long."
          />
        </section>
      </div>
    </div>
  );
}

export function Row({ name, says, children }: { name: string; says: ReactNode; children?: ReactNode }) {
  return (
    <div className={classes.row}>
      <div className={classes.rowText}>
        <span className={classes.rowName}>{name}</span>
        <span className={classes.rowSays}>{says}</span>
      </div>
      {children}
    </div>
  );
}
