/** The one button, with the name of what it destroys; and what is still missing before it can. */
import { Button, Group, Modal, TextInput } from '@mantine/core';
import { IconFlame } from '@tabler/icons-react';
import { useState } from 'react';
import type { ImageView, OfferedDrive, RecipePreview } from '../../../../main/contract/flash-views.ts';
import { bytesText } from '../../../../main/kit/quantity.ts';
import { useCall, useLink, useValue } from '../../../engine/use-engine.tsx';
import { ErrorNote } from '../../../ui/ErrorNote.tsx';
import { go } from '../../../ui/route.ts';
import { StatusWord } from '../../../ui/StatusWord.tsx';
import { changeDraft, type Draft } from '../draft.ts';
import { contentNames, eraseText, missingText, sha256In, shortTitle } from '../flash.state.ts';
import { fileName } from '../job.state.ts';
import { recipeOf, tableOf } from '../recipe.state.ts';
import classes from './Compose.module.css';

interface ConfirmBarProps {
  readonly draft: Draft;
  readonly image: ImageView | undefined;
  readonly isImageBad: boolean;
  readonly chosen: readonly OfferedDrive[];
  readonly preview: RecipePreview | undefined;
}

export function ConfirmBar({ draft, image, isImageBad, chosen, preview }: ConfirmBarProps) {
  const start = useCall('flash.start');
  const engine = useValue('engine');
  const { state } = useLink();
  const [isAsking, setAsking] = useState(false);
  const { form } = draft;
  const problems = (preview?.problems ?? []).filter(({ severity }) => severity === 'error').length;
  const badSum = draft.checksum.trim() !== '' && !sha256In(draft.checksum);
  const missing =
    missingText(draft.image || undefined, !isImageBad && image !== undefined, chosen, problems) ??
    (badSum ? 'The checksum is not one: see on the left.' : undefined);
  const unusual = chosen.filter(({ offered }) => !offered);
  const mounted = chosen.flatMap(drive => drive.mounted);

  async function begin(): Promise<void> {
    setAsking(false);
    const recipe = recipeOf(form);
    const csv = recipe && tableOf(form);
    const sha256 = sha256In(draft.checksum) ?? image?.published?.sha256;
    const started = await start.call({
      image: draft.image,
      targets: chosen.map(({ id, mounted: places }) => ({ drive: id, mounted: [...places] })),
      ...(unusual.length > 0 && { allowFixed: true }),
      verify: draft.verify,
      bmap: draft.bmap,
      ...(sha256 !== undefined && { sha256 }),
      ...(draft.entry !== '' && { entry: draft.entry }),
      ...(recipe && { recipe }),
      ...(csv !== undefined && { csv, firstRow: form.firstRow }),
    });
    if (!started) return;
    // What was chosen is used up: the next card is chosen anew, and gets the next row.
    changeDraft({
      chosen: [],
      allowFixed: false,
      form: csv === undefined ? form : { ...form, firstRow: form.firstRow + chosen.length },
    });
    go('flash', 'job', started.job);
  }

  return (
    <footer className={classes.confirm}>
      {start.error && <ErrorNote error={start.error} dismiss={start.clear} />}
      <div className={classes.confirmLine}>
        <div className={classes.confirmSays}>
          {missing !== undefined ? (
            <span className="dim">{missing}</span>
          ) : (
            <>
              <strong className="cut">{image && fileName(image.image)}</strong>
              <span className="cut">
                {image?.size !== undefined && `${bytesText(image.size)} `}onto{' '}
                {chosen.length === 1 ? shortTitle(chosen[0]!.title) : `${chosen.length} drives`}
                {draft.verify ? ', then read back' : ', not read back'}
                {recipeOf(form) && ', made yours'}
              </span>
              {chosen.length > 1 && (
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
          loading={start.busy}
          onClick={() => (unusual.length > 0 ? setAsking(true) : void begin())}
        >
          <span className="cut">{eraseText(chosen)}</span>
        </Button>
      </div>
      <SureDialog drives={unusual} isOpen={isAsking} onClose={() => setAsking(false)} onSure={() => void begin()} />
    </footer>
  );
}

interface SureDialogProps {
  readonly drives: readonly OfferedDrive[];
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onSure: () => void;
}

/** A built-in disk is somebody's computer: its name is typed. */
function SureDialog({ drives, isOpen, onClose, onSure }: SureDialogProps) {
  const [typed, setTyped] = useState('');
  const wanted = drives.map(({ name }) => name).join(' ');
  const isSure = typed.trim() === wanted && wanted !== '';
  return (
    <Modal opened={isOpen} onClose={onClose} title="This is no everyday target">
      <form
        className={classes.stack}
        onSubmit={event => {
          event.preventDefault();
          if (!isSure) return;
          setTyped('');
          onSure();
        }}
      >
        {drives.map(drive => (
          <p key={drive.path} className={classes.hint}>
            <strong>{shortTitle(drive.title)}</strong> ({drive.name}) holds {contentNames(drive)}.{' '}
            {drive.refusal?.because}. Everything on it will be gone.
          </p>
        ))}
        <TextInput
          label={
            <>
              Type <span className="mono">{wanted}</span> to erase it
            </>
          }
          value={typed}
          onChange={event => setTyped(event.currentTarget.value)}
          classNames={{ input: 'mono' }}
          spellCheck={false}
          autoComplete="off"
          data-autofocus
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color="red" disabled={!isSure}>
            {eraseText(drives)}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
