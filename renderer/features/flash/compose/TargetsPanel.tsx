/** Onto which drives: those that may be written as cards, the others with the reason why not. */
import { Button, Collapse, Switch } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight, IconDeviceSdCard } from '@tabler/icons-react';
import type { DrivesView, OfferedDrive } from '../../../../main/contract/flash-views.ts';
import { useCall } from '../../../engine/use-engine.tsx';
import { Empty } from '../../../ui/Empty.tsx';
import { ErrorNote } from '../../../ui/ErrorNote.tsx';
import { Loading } from '../../../ui/Loading.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import { changeDraft, type Draft } from '../draft.ts';
import { type Choosing, choosable } from '../flash.state.ts';
import classes from './Compose.module.css';
import { DriveCard } from './DriveCard.tsx';
import { QueueFields } from './QueueFields.tsx';

interface TargetsPanelProps {
  readonly drives: DrivesView | undefined;
  readonly draft: Draft;
  readonly chosen: readonly OfferedDrive[];
  readonly choosing: Choosing;
}

export function TargetsPanel({ drives, draft, chosen, choosing }: TargetsPanelProps) {
  const [isToggled, { toggle }] = useDisclosure(false);
  const all = (drives?.drives ?? []).map(drive => ({ drive, verdict: choosable(drive, choosing) }));
  const offered = all.filter(({ verdict }) => verdict.can || !verdict.hard);
  const refused = all.filter(({ verdict }) => !verdict.can && verdict.hard);
  // Where nothing can be chosen, the reasons are what is looked for.
  const isOpen = isToggled !== (offered.length === 0);
  const hasFixed = (drives?.drives ?? []).some(({ ifAllowed, offered: is }) => ifAllowed && !is);
  const choose = (drive: OfferedDrive): void => {
    const { id } = drive;
    changeDraft({
      chosen: draft.chosen.includes(id) ? draft.chosen.filter(each => each !== id) : [...draft.chosen, id],
    });
  };
  return (
    <Panel
      title="Targets"
      aside={
        chosen.length > 0
          ? `${chosen.length} chosen`
          : offered.length > 1 && (
              <Button
                variant="subtle"
                color="gray"
                size="compact-sm"
                onClick={() =>
                  changeDraft({ chosen: offered.filter(({ verdict }) => verdict.can).map(({ drive }) => drive.id) })
                }
              >
                Choose all
              </Button>
            )
      }
    >
      {drives?.error && <ErrorNote error={drives.error} />}
      {!drives?.listed ? (
        <Loading what="the drives of this laptop" />
      ) : (
        <>
          {offered.length === 0 && (
            <Empty icon={IconDeviceSdCard} title="No card, no stick">
              Put in an SD card or plug in a USB stick: it shows here by itself, with what is on it.
            </Empty>
          )}
          {offered.map(({ drive, verdict }) => (
            <DriveCard
              key={drive.path}
              drive={drive}
              verdict={verdict}
              isChosen={chosen.includes(drive)}
              row={draft.form.table.trim() === '' ? undefined : rowOf(draft, chosen, drive)}
              onChoose={() => choose(drive)}
            />
          ))}
          {refused.length > 0 && (
            <Button
              variant="subtle"
              color="gray"
              size="compact-sm"
              mt="xs"
              leftSection={isOpen ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
              aria-expanded={isOpen}
              onClick={toggle}
            >
              {refused.length === 1 ? '1 drive is not offered' : `${refused.length} drives are not offered`}
            </Button>
          )}
          <Collapse expanded={isOpen}>
            {refused.map(({ drive, verdict }) => (
              <DriveCard key={drive.path} drive={drive} verdict={verdict} isChosen={false} />
            ))}
          </Collapse>
          {(hasFixed || draft.allowFixed) && (
            <Switch
              mt="md"
              color="red"
              label="Allow fixed and large drives"
              description="Built-in disks, large ones and loop devices. Never the ones that this laptop runs from."
              checked={draft.allowFixed}
              onChange={event => changeDraft({ allowFixed: event.currentTarget.checked })}
            />
          )}
          <QueueFields queue={draft.queue} />
          <NeverTouch list={drives.neverTouch} present={drives.drives} />
        </>
      )}
    </Panel>
  );
}

/** Row of the table that this card gets; undefined when it is not chosen. */
function rowOf({ form }: Draft, chosen: readonly OfferedDrive[], drive: OfferedDrive): number | undefined {
  const index = chosen.indexOf(drive);
  return index < 0 ? undefined : form.firstRow + index;
}

/** Drives on the list that are not plugged in now would be nowhere else. */
function NeverTouch({ list, present }: { list: DrivesView['neverTouch']; present: readonly OfferedDrive[] }) {
  const release = useCall('drives.release');
  const absent = list.filter(({ mark }) => !present.some(({ serial }) => serial === mark));
  if (absent.length === 0) return null;
  return (
    <>
      <h3 className={classes.group}>Never touched, not plugged in now</h3>
      {release.error && <ErrorNote error={release.error} />}
      {absent.map(({ mark, title }) => (
        <div key={mark} className={classes.line}>
          <span className={`${classes.fileBody} cut`}>{title}</span>
          <Button variant="subtle" color="gray" size="compact-sm" onClick={() => void release.call({ mark })}>
            Release
          </Button>
        </div>
      ))}
    </>
  );
}
