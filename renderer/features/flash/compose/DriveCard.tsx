/** One drive: what it is, where, what is on it now, and why it may not be written if so. */
import { ActionIcon, Button, Checkbox, Menu } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArrowBarToDown,
  IconDeviceSdCard,
  IconDeviceUsb,
  IconDotsVertical,
  IconLock,
  IconPlugConnectedX,
  IconRulerMeasure,
  IconServer2,
} from '@tabler/icons-react';
import { type MouseEvent, useState } from 'react';
import type { OfferedDrive } from '../../../../main/contract/flash-views.ts';
import { bytesText } from '../../../../main/kit/quantity.ts';
import { useCall } from '../../../engine/use-engine.tsx';
import { ErrorNote } from '../../../ui/ErrorNote.tsx';
import { go } from '../../../ui/route.ts';
import { StatusWord } from '../../../ui/StatusWord.tsx';
import { busText, type Choosable, partitionName, placeText, shortTitle, slotText } from '../flash.state.ts';
import classes from './Compose.module.css';
import { ReadDialog } from './ReadDialog.tsx';

interface DriveCardProps {
  readonly drive: OfferedDrive;
  readonly verdict: Choosable;
  readonly isChosen: boolean;
  /** Row of the table that it gets. */
  readonly row?: number | undefined;
  readonly onChoose?: () => void;
}

export function DriveCard({ drive, verdict, isChosen, row, onChoose }: DriveCardProps) {
  const [isReading, setReading] = useState(false);
  const probe = useCall('flash.probe');
  const protect = useCall('drives.protect');
  const release = useCall('drives.release');
  const { id, mounted, partitions, refusal, serial, mediaPresent } = drive;
  const canChoose = verdict.can && onChoose !== undefined;
  const isSystem = refusal?.reason === 'never-the-system-disk';
  const Icon = drive.bus === 'sd' ? IconDeviceSdCard : drive.removable ? IconDeviceUsb : IconServer2;
  const probing = async (): Promise<void> => {
    const started = await probe.call({
      drive: id,
      mounted: [...mounted],
      allowFixed: drive.ifAllowed && !drive.offered,
    });
    if (started) go('flash', 'job', started.job);
  };
  const onCard = ({ target }: MouseEvent): void => {
    if (canChoose && !(target as Element).closest('button, input, label, [role="menu"]')) onChoose();
  };
  const error = probe.error ?? protect.error ?? release.error;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the checkbox in it has the keys
    // biome-ignore lint/a11y/noStaticElementInteractions: the whole card is only a larger place to click
    <div
      className={classes.drive}
      data-chosen={isChosen || undefined}
      data-refused={!verdict.can || undefined}
      onClick={onCard}
    >
      <div className={classes.driveHead}>
        {canChoose ? (
          <Checkbox
            checked={isChosen}
            onChange={onChoose}
            aria-label={`Write to ${shortTitle(drive.title)} (${drive.name})`}
          />
        ) : (
          <Icon size={20} stroke={1.6} aria-hidden className="dim" />
        )}
        <strong className={`${classes.driveName} cut`}>{nameOf(drive)}</strong>
        <span className={classes.size}>{mediaPresent ? bytesText(drive.size) : 'empty slot'}</span>
        {!isSystem && mediaPresent && (
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <ActionIcon aria-label={`More for ${drive.name}`} size={28}>
                <IconDotsVertical size={16} stroke={1.6} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconArrowBarToDown size={16} stroke={1.6} />} onClick={() => setReading(true)}>
                Read it into an image
              </Menu.Item>
              <Menu.Item
                leftSection={<IconRulerMeasure size={16} stroke={1.6} />}
                disabled={!verdict.can}
                onClick={() => void probing()}
              >
                Probe its capacity
              </Menu.Item>
              {refusal?.reason !== 'never-touch' && serial !== undefined && (
                <Menu.Item
                  leftSection={<IconLock size={16} stroke={1.6} />}
                  onClick={() => void protect.call({ drive: id })}
                >
                  Never touch this drive
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      <div className={classes.driveBody}>
        <p className={`${classes.small} cut`} title={placeText(drive)}>
          <span className="mono">{drive.name}</span>, {busText(drive.bus)} {slotText(drive.busPath)}
          {serial && (
            <>
              , <span className="mono">{serial}</span>
            </>
          )}
        </p>
        {partitions.length > 0 ? (
          <ul className={classes.parts} aria-label={`On ${drive.name} now`}>
            {partitions.map(part => (
              <li
                key={part.path}
                className={classes.part}
                title={`${part.path}${part.filesystem ? `, ${part.filesystem}` : ''}`}
              >
                <strong>{partitionName(part)}</strong>
                <span className="dim">{bytesText(part.size)}</span>
              </li>
            ))}
          </ul>
        ) : (
          mediaPresent && verdict.can && <p className={classes.small}>Nothing on it that this laptop knows.</p>
        )}
        {!verdict.can ? (
          <p className={classes.why}>
            <IconPlugConnectedX size={16} stroke={1.6} aria-hidden />
            <span>
              {verdict.because}. {verdict.instead}
              {isSystem && <span className="dim"> (never-the-system-disk)</span>}
            </span>
          </p>
        ) : (
          mounted.length > 0 && (
            <p className={classes.mounted}>
              <IconAlertTriangle size={16} stroke={1.8} aria-hidden />
              <span>Mounted at {mounted.join(', ')}: unmounted first</span>
            </p>
          )
        )}
        {row !== undefined && <StatusWord tone="info">Gets row {row} of the table</StatusWord>}
        {refusal?.reason === 'never-touch' && serial !== undefined && (
          <Button variant="default" size="compact-sm" mt={4} onClick={() => void release.call({ mark: serial })}>
            Take it off the list
          </Button>
        )}
        {error && <ErrorNote error={error} dismiss={clearAll(probe.clear, protect.clear, release.clear)} />}
      </div>
      <ReadDialog drive={drive} isOpen={isReading} onClose={() => setReading(false)} />
    </div>
  );
}

const nameOf = ({ title }: OfferedDrive): string => shortTitle(title).replace(/, [^,]*$/, '');

const clearAll =
  (...all: readonly (() => void)[]) =>
  () => {
    for (const clear of all) clear();
  };
