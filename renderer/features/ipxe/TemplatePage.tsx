/** The form of a template beside the script that it makes and what a machine would do with it. */
import {
  ActionIcon,
  Button,
  Checkbox,
  PasswordInput,
  Select,
  Switch,
  Textarea,
  TextInput,
  Tooltip,
} from '@mantine/core';
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
import { comingPaths, typedPasswords, withoutPasswords } from './template.state.ts';
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
  const { fields } = template;
  const result = renderTemplate(template, withoutPasswords(fields, values), { library });
  const [last, setLast] = useState('');
  const text = result.ok ? result.text : last;
  if (result.ok && result.text !== last) setLast(result.text);
  const problemOf = (field: string): string | undefined =>
    result.ok ? undefined : result.problems.find(problem => problem.field === field)?.message;
  const files = result.ok ? result.files : [];

  /** `there`: what becomes of a file of that name that says something else; asked when it is not known. */
  const make = async (there?: 'stays' | 'goes'): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const sealed = { ...values };
      for (const { name } of typedPasswords(fields, values))
        sealed[name] = (await session.call('ipxe.hash', { password: values[name]! })).hash;
      const made = renderTemplate(template, sealed, { library });
      if (!made.ok) return;
      for (const { name, text: content } of isPlacing ? made.files : []) {
        try {
          const { path } = await session.call('ipxe.place', {
            path: name,
            text: content,
            replace: there === 'goes',
          });
          notifications.show({ message: `Wrote ${path}.` });
        } catch (thrown) {
          if (viewOf(thrown).code !== 'FILE_EXISTS' || there !== 'stays') throw thrown;
        }
      }
      setError(await newScript(template.name, made.text));
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
          {fields.map(field => (
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
          {error && (
            <ErrorNote error={error} dismiss={error.code === 'FILE_EXISTS' ? undefined : () => setError(undefined)}>
              {error.code === 'FILE_EXISTS' && (
                <>
                  <Button size="compact-sm" variant="default" onClick={() => void make('stays')}>
                    Keep it
                  </Button>
                  <Button size="compact-sm" color="red" onClick={() => void make('goes')}>
                    Replace it
                  </Button>
                </>
              )}
            </ErrorNote>
          )}
          {result.ok &&
            result.advice.map(sentence => (
              <p key={sentence} className={classes.hint}>
                {sentence}
              </p>
            ))}
          {files.length > 0 && (
            <Checkbox
              checked={isPlacing}
              onChange={event => setPlacing(event.currentTarget.checked)}
              label={`Also write ${files.map(({ name }) => name).join(', ')}`}
              description={files.map(({ about }) => `${about}.`).join(' ')}
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
      <DryRunPanel
        text={text}
        bench={bench}
        shown={shown}
        isServed={false}
        coming={isPlacing ? comingPaths(files, shown.machine.mac) : []}
      />
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
  if (kind === 'password')
    return (
      <PasswordInput
        {...common}
        value={value}
        placeholder="none"
        autoComplete="new-password"
        onChange={event => onChange(event.currentTarget.value)}
      />
    );
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
