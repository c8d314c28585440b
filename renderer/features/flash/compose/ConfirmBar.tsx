/** The one button, with the name of what it destroys; and what is still missing before it can. */
import { Button } from '@mantine/core';
import { IconFlame } from '@tabler/icons-react';
import { useState } from 'react';
import type { ImageView, OfferedDrive, RecipePreview } from '../../../../main/contract/flash-views.ts';
import { queueRule } from '../../../../main/flash/drive/queue.ts';
import { bytesText } from '../../../../main/kit/quantity.ts';
import { useCall, useLink, useValue } from '../../../engine/use-engine.tsx';
import { ErrorNote } from '../../../ui/ErrorNote.tsx';
import { go } from '../../../ui/route.ts';
import { StatusWord } from '../../../ui/StatusWord.tsx';
import { changeDraft, type Draft } from '../draft.ts';
import { capital, contentNames, eraseText, missingText, sha256In, shortTitle } from '../flash.state.ts';
import { fileName } from '../job.state.ts';
import { limitsOf, QUEUE_BUTTON } from '../queue.state.ts';
import { recipeOf, tableOf } from '../recipe.state.ts';
import classes from './Compose.module.css';
import { SureDialog } from './SureDialog.tsx';

interface ConfirmBarProps {
  readonly draft: Draft;
  readonly image: ImageView | undefined;
  readonly isImageBad: boolean;
  readonly chosen: readonly OfferedDrive[];
  readonly preview: RecipePreview | undefined;
}

export function ConfirmBar({ draft, image, isImageBad, chosen, preview }: ConfirmBarProps) {
  const start = useCall('flash.start');
  const startQueue = useCall('flash.queue');
  const engine = useValue('engine');
  const { state } = useLink();
  const [isAsking, setAsking] = useState(false);
  const { form, queue, allowFixed } = draft;
  const limits = limitsOf(queue);
  const problems = (preview?.problems ?? []).filter(({ severity }) => severity === 'error').length;
  const badSum = draft.checksum.trim() !== '' && !sha256In(draft.checksum);
  const missing =
    missingText(draft.image || undefined, !isImageBad && image !== undefined, chosen, problems, queue.isOn) ??
    (badSum ? 'The checksum is not one: see on the left.' : undefined) ??
    (queue.isOn && !limits ? 'A limit of the queue will not do: see its fields.' : undefined);
  const unusual = chosen.filter(({ offered }) => !offered);
  const mounted = chosen.flatMap(drive => drive.mounted);

  async function begin(): Promise<void> {
    setAsking(false);
    const recipe = recipeOf(form);
    const csv = recipe && tableOf(form);
    const sha256 = sha256In(draft.checksum) ?? image?.published?.sha256;
    const wish = {
      image: draft.image,
      targets: chosen.map(({ id, mounted: places }) => ({ drive: id, mounted: [...places] })),
      ...((unusual.length > 0 || (queue.isOn && allowFixed)) && { allowFixed: true }),
      verify: draft.verify,
      bmap: draft.bmap,
      ...(sha256 !== undefined && { sha256 }),
      ...(draft.entry !== '' && { entry: draft.entry }),
      ...(recipe && { recipe }),
      ...(csv !== undefined && { csv, firstRow: form.firstRow }),
    };
    const started = await (queue.isOn ? startQueue.call({ ...wish, ...limits }) : start.call(wish));
    if (!started) return;
    // What was chosen is used up: the next card is chosen anew, and gets the next row.
    changeDraft({
      chosen: [],
      allowFixed: false,
      queue: { ...queue, isOn: false },
      ...(queue.isOn && csv !== undefined && { queued: { job: started.job, table: form.table } }),
      form: csv === undefined || queue.isOn ? form : { ...form, firstRow: form.firstRow + chosen.length },
    });
    go('flash', 'job', started.job);
  }

  return (
    <footer className={classes.confirm}>
      {start.error && <ErrorNote error={start.error} dismiss={start.clear} />}
      {startQueue.error && <ErrorNote error={startQueue.error} dismiss={startQueue.clear} />}
      <div className={classes.confirmLine}>
        <div className={classes.confirmSays}>
          {missing !== undefined ? (
            <span className="dim">{missing}</span>
          ) : (
            <>
              <strong className="cut">{image && fileName(image.image)}</strong>
              <span className="cut">
                {image?.size !== undefined && `${bytesText(image.size)} `}onto{' '}
                {queue.isOn
                  ? 'every card that is plugged in'
                  : chosen.length === 1
                    ? shortTitle(chosen[0]!.title)
                    : `${chosen.length} drives`}
                {draft.verify ? ', then read back' : ', not read back'}
                {recipeOf(form) && ', made yours'}
              </span>
              {(chosen.length > 1 || (queue.isOn && chosen.length > 0)) && (
                <span className={`${classes.small} cut`}>
                  Lost then: {chosen.map(drive => `${drive.name} (${contentNames(drive)})`).join(', ')}
                </span>
              )}
              {mounted.length > 0 && <StatusWord tone="warn">{mounted.join(', ')} will be unmounted</StatusWord>}
            </>
          )}
          {engine && !engine.privileged && (
            <StatusWord tone="warn">
              {engine.platform === 'linux'
                ? 'Writing to drives needs an administrator’s rights; you will be asked for the password.'
                : 'Writing to drives needs an administrator’s rights: start Benchboot as administrator.'}
            </StatusWord>
          )}
        </div>
        <Button
          size="md"
          color="red"
          className={classes.erase}
          leftSection={<IconFlame size={18} stroke={1.8} aria-hidden />}
          disabled={missing !== undefined || state.line !== 'up'}
          loading={start.busy || startQueue.busy}
          onClick={() => (queue.isOn || unusual.length > 0 ? setAsking(true) : void begin())}
        >
          <span className="cut">{queue.isOn ? QUEUE_BUTTON : eraseText(chosen)}</span>
        </Button>
      </div>
      <SureDialog
        title={queue.isOn ? 'Every card will be erased' : 'This is no everyday target'}
        isOpen={isAsking}
        wanted={[...unusual.map(({ name }) => name), ...(queue.isOn && allowFixed ? ['every drive'] : [])].join(' ')}
        button={queue.isOn ? 'Erase every card' : eraseText(chosen)}
        onClose={() => setAsking(false)}
        onSure={() => void begin()}
      >
        {queue.isOn && (
          <p className={classes.hint}>
            Until you end it, <strong>{queueRule(allowFixed, limits?.maxSize)}</strong> is erased without another
            question, and what this laptop mounts from it is unmounted. Never the disk this laptop runs from, and none
            that is on the list of those never touched.
          </p>
        )}
        {(queue.isOn ? chosen : unusual).map(drive => (
          <p key={drive.path} className={classes.hint}>
            <strong>{shortTitle(drive.title)}</strong> ({drive.name}) holds {contentNames(drive)}.{' '}
            {drive.refusal && `${capital(drive.refusal.because)}. `}Everything on it will be gone.
          </p>
        ))}
      </SureDialog>
    </footer>
  );
}
