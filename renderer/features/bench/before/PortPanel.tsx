/** Which port: the worthy ones to choose from, the others with their reason. */
import { Radio } from '@mantine/core';
import { IconPlugConnected, IconPlugConnectedX, IconUsb } from '@tabler/icons-react';
import type { NicView } from '../../../../main/contract/views.ts';
import { CopyCsv } from '../../../ui/CopyCsv.tsx';
import { speedText } from '../../../ui/format.ts';
import { Panel } from '../../../ui/Panel.tsx';
import { StatusWord } from '../../../ui/StatusWord.tsx';
import { sortNics } from '../bench.state.ts';
import classes from './BeforeStart.module.css';

interface PortPanelProps {
  readonly nics: readonly NicView[];
  readonly chosen: string | undefined;
  readonly onChoose: (name: string) => void;
}

export function PortPanel({ nics, chosen, onChoose }: PortPanelProps) {
  const { worthy, others } = sortNics(nics);
  const choice = (nic: NicView) => (
    <PortChoice key={nic.name} nic={nic} isChosen={nic.name === chosen} onChoose={() => onChoose(nic.name)} />
  );
  return (
    <Panel
      title="Port"
      aside={
        <CopyCsv
          what="ports"
          header={['port', 'description', 'mac', 'kind', 'cable', 'Mb/s', 'addresses', 'bench', 'why']}
          rows={() => nics.map(csvRow)}
        />
      }
    >
      <div role="radiogroup" aria-label="Port to serve">
        {worthy.map(choice)}
        {others.length > 0 && (
          <p className={classes.groupLabel}>
            {worthy.length > 0 ? 'Not for a bench' : 'What this laptop has is not for a bench'}
          </p>
        )}
        {others.map(choice)}
      </div>
    </Panel>
  );
}

function PortChoice({ nic, isChosen, onChoose }: { nic: NicView; isChosen: boolean; onChoose: () => void }) {
  const { possible, worthy, reasons } = nic.worthiness;
  return (
    <label
      htmlFor={`nic-${nic.name}`}
      className={classes.port}
      data-chosen={isChosen || undefined}
      data-unworthy={!worthy || undefined}
      data-impossible={!possible || undefined}
    >
      <Radio
        className={classes.radio}
        size="xs"
        id={`nic-${nic.name}`}
        name="nic"
        checked={isChosen}
        disabled={!possible}
        onChange={onChoose}
        aria-label={`${nic.name}: ${reasons[0] ?? nic.description}`}
      />
      <span className={classes.portBody}>
        <span className={classes.portHead}>
          <span className={`mono cut ${classes.portName}`}>{nic.name}</span>
          {nic.bus === 'usb' && <IconUsb size={16} stroke={1.6} aria-label="USB" />}
        </span>
        <span className={classes.facts}>
          <span className="cut">{nic.description}</span>
          {worthy && (
            <StatusWord tone={nic.carrier ? 'ok' : 'quiet'} icon={nic.carrier ? IconPlugConnected : IconPlugConnectedX}>
              {nic.carrier ? (nic.speed ? speedText(nic.speed) : 'Cable in') : 'No cable'}
            </StatusWord>
          )}
        </span>
        {(isChosen || !worthy) && (
          <span className={classes.reason}>{(isChosen ? reasons : reasons.slice(0, 1)).join(' ')}</span>
        )}
      </span>
    </label>
  );
}

const csvRow = ({ name, description, mac, kind, carrier, speed, addresses, worthiness }: NicView) => [
  name,
  description,
  mac,
  kind,
  carrier ? 'yes' : 'no',
  speed,
  addresses.map(({ address, prefix }) => `${address}/${prefix}`).join(' '),
  worthiness.worthy ? 'yes' : 'no',
  worthiness.reasons.join(' '),
];
