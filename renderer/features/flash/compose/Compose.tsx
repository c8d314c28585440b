/** Before writing: which image, onto which drives, made whose. */
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useMemo } from 'react';
import type { FlashJobView } from '../../../../main/contract/flash-views.ts';
import { useAnswer, useTable, useValue } from '../../../engine/use-engine.tsx';
import { changeDraft, changeForm, type Draft, useDraft } from '../draft.ts';
import { FlashHead } from '../FlashHead.tsx';
import { busyDrives, chosenDrives } from '../flash.state.ts';
import { rowAfter } from '../queue.state.ts';
import { recipeOf, tableOf } from '../recipe.state.ts';
import classes from './Compose.module.css';
import { ConfirmBar } from './ConfirmBar.tsx';
import { ImagePanel } from './ImagePanel.tsx';
import { TargetsPanel } from './TargetsPanel.tsx';
import { YoursPanel } from './YoursPanel.tsx';

/** Typing goes on; the engine is asked when it rests. */
const REST_MS = 200;

export function Compose() {
  const draft = useDraft();
  const drives = useValue('drives');
  const jobs = useTable('flashJobs');
  useRowsOfQueue(draft, jobs);
  const image = useAnswer(
    'images.inspect',
    draft.image === '' ? undefined : { image: draft.image, ...(draft.entry !== '' && { entry: draft.entry }) },
  );
  const known = draft.image !== '' && image.data?.image === draft.image && !image.error ? image.data : undefined;

  const [form] = useDebouncedValue(draft.form, REST_MS);
  const asked = useMemo(() => {
    const recipe = recipeOf(form);
    const csv = tableOf(form);
    if (!recipe || form.preset === 'none') return undefined;
    return { recipe, as: form.preset, ...(csv !== undefined && { csv }) };
  }, [form]);
  const preview = useAnswer('recipes.preview', asked);
  const told = asked ? preview.data : undefined;

  const choosing = { allowFixed: draft.allowFixed, image: known, busy: busyDrives(jobs.values()) };
  const chosen = chosenDrives(drives?.drives ?? [], draft.chosen, choosing);
  return (
    <>
      <FlashHead current="write" />
      <div className={classes.columns}>
        <ImagePanel draft={draft} image={image} />
        <TargetsPanel drives={drives} draft={draft} chosen={chosen} choosing={choosing} />
        <YoursPanel form={draft.form} image={known} preview={told} error={preview.error} count={chosen.length} />
      </div>
      <ConfirmBar draft={draft} image={known} isImageBad={image.error !== undefined} chosen={chosen} preview={told} />
    </>
  );
}

/** After a queue the table goes on where its last card was, so that no two cards get the same row. */
function useRowsOfQueue({ queued, form }: Draft, jobs: ReadonlyMap<string, FlashJobView>): void {
  const job = queued && jobs.get(queued.job);
  useEffect(() => {
    if (job?.state !== 'ended') return;
    const next = rowAfter(job);
    if (next !== undefined && form.table === queued?.table) changeForm({ firstRow: next });
    changeDraft({ queued: undefined });
  }, [job, queued, form.table]);
}
