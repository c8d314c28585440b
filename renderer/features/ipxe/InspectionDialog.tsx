/** What a dropped file is, and the script in it, ready to be opened. */
import { Button, Code, Group, Modal } from '@mantine/core';
import type { Inspection } from '../../../main/contract/views.ts';
import { bytesText } from '../../../main/kit/quantity.ts';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { StatusWord } from '../../ui/StatusWord.tsx';
import type { LookedInto } from './DropZone.tsx';
import classes from './InspectionDialog.module.css';
import { factsOf, scriptsIn } from './inspection.state.ts';
import { useNewScript } from './new-script.ts';

export function InspectionDialog({ looked, onClose }: { looked: LookedInto | undefined; onClose: () => void }) {
  return (
    <Modal
      opened={looked !== undefined}
      onClose={onClose}
      title={looked?.name ?? ''}
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {looked?.error ? (
        <ErrorNote error={looked.error} />
      ) : looked?.inspection ? (
        <Found name={looked.name} inspection={looked.inspection} onClose={onClose} />
      ) : (
        <Loading what="the file" />
      )}
    </Modal>
  );
}

function Found({ name, inspection, onClose }: { name: string; inspection: Inspection; onClose: () => void }) {
  const newScript = useNewScript();
  const scripts = scriptsIn(inspection);
  return (
    <div className={classes.root}>
      <dl className={classes.facts}>
        <div>
          <dt>Size</dt>
          <dd className="numbers">{bytesText(inspection.size)}</dd>
        </div>
        {factsOf(inspection).map(([label, text]) => (
          <div key={`${label} ${text}`}>
            <dt>{label}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {scripts.length === 0 && <StatusWord tone="info">There is no script in it</StatusWord>}
      {scripts.map(({ title, text }) => (
        <section key={title}>
          <Group justify="space-between" mb={4}>
            <h3 className={classes.title}>{title}</h3>
            <Button
              size="compact-sm"
              onClick={() => void newScript(name.replace(/\.[^.]+$/, ''), text).then(error => error || onClose())}
            >
              Open in the editor
            </Button>
          </Group>
          <Code block className={classes.script}>
            {text}
          </Code>
        </section>
      ))}
    </div>
  );
}
