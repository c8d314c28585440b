/** One device in one line: who it is, where it stands, what it does now. Drawn again only when this device changes. */
import { Button } from '@mantine/core';
import {
  IconBulb,
  IconCircleCheck,
  IconCpu,
  IconDeviceDesktop,
  IconDownload,
  IconHelp,
  type IconProps,
  IconTerminal2,
} from '@tabler/icons-react';
import { type ComponentType, memo } from 'react';
import type { DeviceView } from '../../../../main/contract/views.ts';
import { useRow } from '../../../engine/use-engine.tsx';
import { go } from '../../../ui/route.ts';
import { StatusWord } from '../../../ui/StatusWord.tsx';
import { useNow } from '../../../ui/use-now.ts';
import { Cell } from '../../../ui/VirtualGrid.tsx';
import { type Doing, doingOf } from '../device.state.ts';
import classes from './Serving.module.css';
import { StageTrack } from './StageTrack.tsx';

export const DeviceRow = memo(function DeviceRow({ id }: { id: string }) {
  const device = useRow('devices', id);
  if (!device) return null;
  return (
    <>
      <Cell className={classes.name} title={[device.name, device.client, device.mac].filter(Boolean).join('\n')}>
        <KindBadge device={device} />
        <span className={device.name === device.mac ? `mono cut ${classes.address}` : `cut ${classes.named}`}>
          {device.name}
        </span>
        {device.client && <span className={`dim cut ${classes.client}`}>{device.client}</span>}
      </Cell>
      <Cell className="mono">{device.ip ?? <span className="dim">–</span>}</Cell>
      <Cell>
        <StageTrack device={device} />
      </Cell>
      <Now device={device} />
    </>
  );
});

const ICONS: Readonly<Record<Doing['tone'], ComponentType<IconProps> | undefined>> = {
  ok: IconCircleCheck,
  warn: IconBulb,
  info: IconDownload,
  quiet: undefined,
};

function Now({ device }: { device: DeviceView }) {
  const { tone, text, whole } = doingOf(device, useNow());
  const Icon = ICONS[tone];
  return (
    <Cell className={`${classes.now} numbers`} title={whole ?? text}>
      {Icon ? (
        <StatusWord tone={tone} icon={Icon}>
          {text}
        </StatusWord>
      ) : (
        <span className="dim cut">{text}</span>
      )}
      {tone === 'warn' && (
        <Button
          variant="default"
          size="compact-xs"
          className={classes.why}
          onClick={() => go('bench', 'device', device.id)}
        >
          See why
        </Button>
      )}
    </Cell>
  );
}

const KINDS: readonly (readonly [RegExp, ComponentType<IconProps>])[] = [
  [/raspberry/i, IconCpu],
  [/ipxe|u-boot/i, IconTerminal2],
  [/bios|uefi|pxe|x64|arm/i, IconDeviceDesktop],
];

export function KindBadge({ device }: { device: DeviceView }) {
  const { client, stage, hint } = device;
  const Icon = client ? (KINDS.find(([pattern]) => pattern.test(client))?.[1] ?? IconCpu) : IconHelp;
  const tone = stage === 'up' ? 'ok' : hint ? 'warn' : 'info';
  return (
    <span className={classes.kind} data-tone={tone}>
      <Icon size={16} stroke={1.6} aria-hidden />
    </span>
  );
}
