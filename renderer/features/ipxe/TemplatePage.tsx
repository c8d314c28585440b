/** The form of a template beside the script that it makes and what a machine would do with it. */
import { ActionIcon, Button, Checkbox, Select, Switch, Textarea, TextInput, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowLeft } from '@tabler/icons-react';
import { useState } from 'react';
import type { ErrorView } from '../../../main/contract/error-view.ts';
import type { IpxeView } from '../../../main/contract/views.ts';
import { renderTemplate, type Template, type TemplateField } from '../../../main/ipxe/script/index.ts';
import { useAnswer, useSession, viewOf } from '../../engine/use-engine.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { go } from '../../ui/route.ts';
import { DryRunPanel } from './DryRunPanel.tsx';
import { ScriptEditor } from './editor/ScriptEditor.tsx';
import { programOf } from './machine.state.ts';
import { useNewScript } from './new-script.ts';
import classes from './TemplatePage.module.css';
import { useShownMachine } from './use-shown-machine.ts';

const NO_FINDINGS: readonly never[] = [];

export function TemplatePage({ template, bench }: { template: Template; bench: IpxeView['bench'] }) {
  const session = useSession();
  const newScript = useNewScript();
  const shown = useShownMachine();
  const library = useAnswer('ipxe.library', template.name === 'library-menu' ? {} : undefined).data;
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [isPlacing, setPlacing] = useState(true);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorView>();
  const result = renderTemplate(template, values, { library });
  const [last, setLast] = useState('');
  const text = result.ok ? result.text : last;
  if (result.ok && result.text !== last) setLast(result.text);
  const problemOf = (field: string): string | undefined =>
    result.ok ? undefined : result.problems.find(problem => problem.field === field)?.message;
  const files = result.ok ? result.files : [];

  const make = async (): Promise<void> => {
    if (!result.ok) return;
    setBusy(true);
    setError(undefined);
    try {
      for (const { name, text: content } of isPlacing ? result.files : []) {
        try {
          const { path } = await session.call('ipxe.place', { path: name, text: content });
          notifications.show({ message: `Wrote ${path}.` });
        } catch (thrown) {
          const view = viewOf(thrown);
          if (view.code !== 'FILE_EXISTS') throw thrown;
          notifications.show({ message: `${name} was there already and is as it was.` });
        }
      }
      setError(await newScript(template.name, result.text));
    } catch (thrown) {
      setError(viewOf(thrown));
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className={classes.root}>
      <form
        className={classes.form}
        aria-label={template.title}
        onSubmit={event => {
          event.preventDefault();
          void make();
        }}
      >
        <header className={classes.header}>
          <Tooltip label="All templates">
            <ActionIcon onClick={() => go('ipxe')} aria-label="All templates">
              <IconArrowLeft size={18} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
          <h2 className={classes.title}>{template.title}</h2>
        </header>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and the keyboard must be able to */}
        <div className={classes.fields} tabIndex={0}>
          <p className={classes.about}>{template.about} Everything is filled in; change what differs on your bench.</p>
          {library?.length === 0 && (
            <p className={classes.hint}>
              The bench has no kernel with its initramfs yet. Put such a pair, e.g. vmlinuz-amd64 and initrd-amd64.img,
              into its folder; the menu gets an entry for each.
            </p>
          )}
          {template.fields.map(field => (
            <Field
              key={field.name}
              field={field}
              value={values[field.name] ?? field.default}
              problem={problemOf(field.name)}
              onChange={value => setValues(before => ({ ...before, [field.name]: value }))}
            />
          ))}
        </div>
        <footer className={classes.footer}>
          {error && <ErrorNote error={error} dismiss={() => setError(undefined)} />}
          {files.length > 0 && (
            <Checkbox
              checked={isPlacing}
              onChange={event => setPlacing(event.currentTarget.checked)}
              label={`Also write ${files.map(({ name }) => name).join(', ')}`}
              description={`${files.map(({ about }) => about).join('. ')}. A file that is there stays.`}
            />
          )}
          <Button type="submit" fullWidth disabled={!result.ok} loading={isBusy}>
            Make this script
          </Button>
        </footer>
      </form>
      <section className={classes.preview} aria-label="The script that this makes">
        <p className={classes.caption}>The script that this makes</p>
        <ScriptEditor
          label="The script that this makes"
          text={text}
          readOnly
          findings={NO_FINDINGS}
          findingsOf=""
          target={programOf(shown.machine)}
        />
      </section>
      <DryRunPanel text={text} bench={bench} shown={shown} isServed={false} />
    </div>
  );
}

interface FieldProps {
  readonly field: TemplateField;
  readonly value: string;
  readonly problem: string | undefined;
  readonly onChange: (value: string) => void;
}

function Field({ field, value, problem, onChange }: FieldProps) {
  const { label, help, kind, choices, required } = field;
  const common = { label, description: help, error: problem, withAsterisk: required && field.default === '' };
  if (kind === 'switch')
    return (
      <Switch
        label={label}
        description={help}
        checked={value === 'yes'}
        onChange={event => onChange(event.currentTarget.checked ? 'yes' : 'no')}
      />
    );
  if (kind === 'choice')
    return <Select {...common} data={[...(choices ?? [])]} value={value} onChange={next => onChange(next ?? value)} />;
  if (kind === 'long-text')
    return (
      <Textarea
        {...common}
        autosize
        minRows={3}
        value={value}
        onChange={event => onChange(event.currentTarget.value)}
      />
    );
  return (
    <TextInput
      {...common}
      value={value}
      placeholder={required ? '' : 'none'}
      inputMode={kind === 'number' ? 'numeric' : undefined}
      classNames={kind === 'text' || kind === 'number' ? {} : { input: 'mono' }}
      spellCheck={false}
      autoComplete="off"
      onChange={event => onChange(event.currentTarget.value)}
    />
  );
}
