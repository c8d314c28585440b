/** "Which file do I need?": three questions, the answer, and the file with the script inside. */
import { Button, CopyButton, FileButton, Group, Progress, Radio, Select, Switch } from '@mantine/core';
import { IconDownload, IconHammer, IconUsb } from '@tabler/icons-react';
import { useState } from 'react';
import type { CallArgs } from '../../../main/contract/calls.ts';
import type { Machine } from '../../../main/contract/views.ts';
import type { TargetName } from '../../../main/ipxe/script/index.ts';
import type { Way } from '../../../main/ipxe/targets.ts';
import { bytesText } from '../../../main/kit/quantity.ts';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { StatusWord } from '../../ui/StatusWord.tsx';
import classes from './BuildDrawer.module.css';
import {
  answers,
  benchSays,
  commonFirmware,
  FIRMWARE_ANSWERS,
  type FirmwareAnswer,
  NO_ANSWER,
  WAY_ANSWERS,
} from './build.state.ts';
import { Drawer } from './Drawer.tsx';
import { toBase64 } from './DropZone.tsx';
import { FIRMWARE_WORDS } from './machine.state.ts';
import { type BuildHook, useBuild } from './use-build.ts';

interface BuildDrawerProps {
  readonly name: string;
  readonly text: string;
  readonly machines: readonly Machine[];
  readonly onClose: () => void;
}

type Authority = NonNullable<CallArgs<'ipxe.build'>['ca']>;

export function BuildDrawer({ name, text, machines, onClose }: BuildDrawerProps) {
  const [firmware, setFirmware] = useState<FirmwareAnswer>();
  const [way, setWay] = useState<Way>('stick');
  const [trusts, setTrusts] = useState(false);
  const [authority, setAuthority] = useState<Authority>();
  const [picked, setPicked] = useState<TargetName>();
  const hook = useBuild();
  const asked = firmware ?? commonFirmware(machines) ?? 'any';
  const fit = answers(asked, way, trusts);
  const target = fit.find(each => each.name === picked) ?? fit[0];
  const of = JSON.stringify([target?.name, text, trusts && authority]);
  const says = benchSays(machines, FIRMWARE_WORDS);

  return (
    <Drawer
      title="Which file do I need?"
      onClose={onClose}
      footer={
        target && (
          <Made
            hook={hook}
            name={name}
            target={target.name}
            isCurrent={'of' in hook.state && hook.state.of === of}
            isReady={!trusts || authority !== undefined}
            onBuild={() =>
              void hook.build(
                { target: target.name, script: { name, text }, ...(trusts && authority && { ca: authority }) },
                of,
              )
            }
          />
        )
      }
    >
      {says && <p className={classes.says}>{says}</p>}
      <Radio.Group label="How does the machine come by it?" value={way} onChange={value => setWay(value as Way)}>
        <div className={classes.radios}>
          {WAY_ANSWERS.map(({ value, label }) => (
            <Radio key={value} value={value} label={label} />
          ))}
        </div>
      </Radio.Group>
      {way === 'network' && (
        <p className={classes.note}>
          Machines on this bench need no file for that: “Serve” gives them the script as it is. Build one for a network
          with another DHCP and TFTP server.
        </p>
      )}
      <Select
        label="Which firmware does it have?"
        data={[...FIRMWARE_ANSWERS]}
        value={asked}
        onChange={value => setFirmware((value ?? 'any') as FirmwareAnswer)}
      />
      <div>
        <Switch
          label="It loads from an HTTPS server whose certificate is of your own authority"
          checked={trusts}
          onChange={event => setTrusts(event.currentTarget.checked)}
        />
        {trusts && (
          <Group gap="xs" mt="xs" pl={52}>
            <FileButton
              accept=".pem,.crt,.cer,.der"
              onChange={file => {
                if (file)
                  void file
                    .arrayBuffer()
                    .then(bytes => setAuthority({ name: file.name, base64: toBase64(new Uint8Array(bytes)) }));
              }}
            >
              {props => (
                <Button {...props} variant="default" size="compact-sm">
                  Choose the root certificate
                </Button>
              )}
            </FileButton>
            <span className={authority ? 'mono cut' : 'dim'}>{authority?.name ?? 'PEM or DER'}</span>
          </Group>
        )}
      </div>
      {fit.length === 0 ? (
        <p className={classes.note}>{NO_ANSWER}</p>
      ) : (
        <Radio.Group
          label={fit.length === 1 ? 'The file' : 'The file, best first'}
          value={target!.name}
          onChange={value => setPicked(value as TargetName)}
        >
          <div className={classes.cards}>
            {fit.map((each, index) => (
              <Radio.Card key={each.name} value={each.name} className={classes.card ?? ''} aria-label={each.name}>
                <Radio.Indicator className={classes.indicator ?? ''} />
                <span className={classes.cardBody}>
                  <span className={classes.cardHead}>
                    <span className={`${classes.target} mono`}>{each.name}</span>
                    <span className="dim cut">{each.about}</span>
                    {index === 0 && fit.length > 1 && <span className={classes.best}>Take this one</span>}
                  </span>
                  {each.name === target!.name && <span className={classes.when}>{each.when}</span>}
                </span>
              </Radio.Card>
            ))}
          </div>
        </Radio.Group>
      )}
    </Drawer>
  );
}

interface MadeProps {
  readonly hook: BuildHook;
  readonly name: string;
  readonly target: TargetName;
  /** What is built is what is asked for. */
  readonly isCurrent: boolean;
  readonly isReady: boolean;
  readonly onBuild: () => void;
}

function Made({ hook: { state, download, flash }, name, target, isCurrent, isReady, onBuild }: MadeProps) {
  if ((state.step === 'built' || state.step === 'fetching') && isCurrent) {
    const { built } = state;
    const isMedium = built.target === 'disk.img' || built.target === 'usb.iso';
    return (
      <div className={classes.made} role="status">
        <StatusWord tone="ok">
          {built.target}, {bytesText(built.size)}, holds the script
        </StatusWord>
        {built.notes.map(note => (
          <p key={note} className={classes.small}>
            {note}
          </p>
        ))}
        <p className={`${classes.small} mono cut`} title={built.sha256}>
          sha256 {built.sha256.slice(0, 16)}…{' '}
          <CopyButton value={built.sha256}>
            {({ copied, copy }) => (
              <Button variant="subtle" size="compact-xs" onClick={copy}>
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
        </p>
        {'error' in state && state.error && <ErrorNote error={state.error} />}
        {state.step === 'fetching' && (
          <Progress value={(state.octets / built.size) * 100} aria-label={`Downloading ${built.target}`} />
        )}
        <Group gap="xs" grow>
          <Button
            variant={isMedium ? 'default' : 'filled'}
            leftSection={<IconDownload size={16} stroke={1.6} aria-hidden />}
            loading={state.step === 'fetching'}
            onClick={() => void download()}
          >
            Download {built.target}
          </Button>
          {isMedium && (
            <Button
              leftSection={<IconUsb size={16} stroke={1.6} aria-hidden />}
              disabled={state.step === 'fetching'}
              onClick={() => void flash(name)}
            >
              Write to a stick
            </Button>
          )}
        </Group>
      </div>
    );
  }
  return (
    <div className={classes.made}>
      {state.step === 'none' && state.error && <ErrorNote error={state.error} />}
      <Button
        leftSection={<IconHammer size={16} stroke={1.6} aria-hidden />}
        loading={state.step === 'building'}
        disabled={!isReady}
        onClick={onBuild}
      >
        Build {target}
      </Button>
    </div>
  );
}
