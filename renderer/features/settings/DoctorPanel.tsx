/** The self-test: can this laptop serve a bench, and if not, what is in the way. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Finding } from '../../../main/contract/views.ts';
import { useCall } from '../../engine/use-engine.tsx';
import { CopyCsv } from '../../ui/CopyCsv.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { StatusWord, type Tone } from '../../ui/StatusWord.tsx';
import classes from './SettingsPage.module.css';
import { CHECK_WORDS, verdictOf } from './settings.state.ts';

const LOOKS: Readonly<Record<Finding['result'], readonly [Tone, string]>> = {
  ok: ['ok', 'ok'],
  warning: ['warn', 'to know'],
  failed: ['bad', 'failed'],
  'no-right': ['warn', 'no right'],
};

export function DoctorPanel() {
  const examine = useCall('doctor.examine');
  const [findings, setFindings] = useState<readonly Finding[]>();
  const verdict = findings && verdictOf(findings);
  const run = async (): Promise<void> => {
    const found = await examine.call({});
    if (found) setFindings(found);
  };
  return (
    <section className={classes.group} aria-busy={examine.busy}>
      <div className={classes.row}>
        <div className={classes.rowText}>
          <span className={classes.rowName}>Self-test</span>
          <span className={classes.rowSays}>
            {verdict ? (
              <StatusWord tone={verdict.tone}>{verdict.text}</StatusWord>
            ) : (
              'Ports, firewall, rights, and a DHCP, TFTP and HTTP round trip on this laptop alone.'
            )}
          </span>
        </div>
        {findings && (
          <CopyCsv
            what="findings"
            header={['check', 'result', 'message']}
            rows={() => findings.map(({ check, result, message }) => [check, result, message])}
          />
        )}
        <Button variant={findings ? 'default' : 'filled'} loading={examine.busy} onClick={() => void run()}>
          {findings ? 'Run again' : 'Run the self-test'}
        </Button>
      </div>
      {examine.error && <ErrorNote error={examine.error} retry={() => void run()} />}
      {findings?.map(({ check, result, message }) => (
        <div key={`${check} ${message}`} className={classes.finding}>
          <StatusWord tone={LOOKS[result][0]}>
            {CHECK_WORDS[check]}: {LOOKS[result][1]}
          </StatusWord>
          <span>{message}</span>
        </div>
      ))}
    </section>
  );
}
