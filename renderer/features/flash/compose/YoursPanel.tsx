/** Make it yours: names, users, keys and networks, put into the image on the card and read back from there. */
import { Button, Checkbox, FileButton, PasswordInput, SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { IconFileCode, IconUserEdit } from '@tabler/icons-react';
import { useState } from 'react';
import type { ErrorView } from '../../../../main/contract/error-view.ts';
import type { ImageView, RecipePreview, RecipeProblem } from '../../../../main/contract/flash-views.ts';
import { useCall } from '../../../engine/use-engine.tsx';
import { saveFile } from '../../../ui/copy.ts';
import { Empty } from '../../../ui/Empty.tsx';
import { ErrorNote } from '../../../ui/ErrorNote.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import { changeDraft, changeForm } from '../draft.ts';
import {
  EMPTY_FORM,
  fieldOf,
  formOf,
  localDefaults,
  type Preset,
  presetByName,
  presetFor,
  problemText,
  type RecipeForm,
  recipeOf,
} from '../recipe.state.ts';
import classes from './Compose.module.css';

interface YoursPanelProps {
  readonly form: RecipeForm;
  readonly image: ImageView | undefined;
  readonly preview: RecipePreview | undefined;
  readonly error: ErrorView | undefined;
  /** Cards that are chosen. */
  readonly count: number;
}

const PRESETS: readonly { readonly value: Preset; readonly label: string }[] = [
  { value: 'none', label: 'As it is' },
  { value: 'pi', label: 'Pi OS' },
  { value: 'cloud-init', label: 'cloud-init' },
  { value: 'ignition', label: 'Ignition' },
];

const SAYS: Readonly<Record<Exclude<Preset, 'none'>, string>> = {
  pi: 'Raspberry Pi OS of any age, and Ubuntu for Raspberry Pi.',
  'cloud-init':
    'Ubuntu, Debian and Fedora cloud images, and whatever else reads cloud-init’s files from a FAT partition.',
  ignition: 'Fedora CoreOS, Flatcar and openSUSE MicroOS.',
};

export function YoursPanel({ form, image, preview, error, count }: YoursPanelProps) {
  const likely = presetFor(image?.setUp?.kind) ?? presetByName(image?.name ?? '');
  const choose = (preset: Preset): void => {
    const first = form.preset === 'none' && preset !== 'none' && form.timezone === '' && form.country === '';
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    changeForm({ preset, ...(first && localDefaults(zone, navigator.language)) });
  };
  return (
    <Panel title="Make it yours" aside={<RecipeFiles form={form} />}>
      <SegmentedControl
        fullWidth
        aria-label="What the system is set up by"
        value={form.preset}
        onChange={value => choose(value as Preset)}
        data={PRESETS.map(each => ({ ...each }))}
      />
      {form.preset !== 'none' && <p className={classes.says}>{SAYS[form.preset]}</p>}
      {form.preset === 'none' && image?.setUp?.kind === 'ipxe' ? (
        <Empty icon={IconFileCode} title="Its script is on it">
          Nothing is to be set up here. What the machine loads, and how that is set up, stands in the script.
        </Empty>
      ) : form.preset === 'none' ? (
        <Empty
          icon={IconUserEdit}
          title="Written as it is"
          action={
            <Button variant={likely ? 'filled' : 'default'} onClick={() => choose(likely ?? 'pi')}>
              Set up {PRESETS.find(({ value }) => value === (likely ?? 'pi'))?.label}
            </Button>
          }
        >
          For a board that comes up with your host name, user, SSH key and network, say what its system is set up by.
        </Empty>
      ) : (
        <>
          <Fields form={form} problems={preview?.problems ?? []} />
          <Table form={form} count={count} />
          <Preview preview={preview} form={form} error={error} />
        </>
      )}
    </Panel>
  );
}

/** Recipes are files: they can be mailed, and used by the command line. */
function RecipeFiles({ form }: { form: RecipeForm }) {
  const seal = useCall('recipes.seal');
  const [bad, setBad] = useState<string>();
  const open = async (file: File | null): Promise<void> => {
    if (!file) return;
    const value: unknown = await file
      .text()
      .then(JSON.parse)
      .catch(() => undefined);
    const isRecipe = typeof value === 'object' && value !== null && 'version' in value;
    setBad(isRecipe ? undefined : `“${file.name}” is no recipe.`);
    if (isRecipe)
      changeDraft({ form: formOf(value as Record<string, unknown>, form.preset === 'none' ? 'pi' : form.preset) });
  };
  const save = async (): Promise<void> => {
    const recipe = recipeOf(form);
    const sealed = recipe && (await seal.call({ recipe }));
    if (sealed)
      saveFile(
        `${form.hostname.replaceAll(/[^\w-]/g, '') || 'card'}.recipe.json`,
        new TextEncoder().encode(sealed.text),
        'application/json',
      );
  };
  return (
    <>
      {(bad ?? seal.error) && <span role="alert">{bad ?? 'Not saved: see the fields.'}</span>}
      <FileButton accept=".json,application/json" onChange={file => void open(file)}>
        {props => (
          <Button {...props} variant="subtle" color="gray" size="compact-sm">
            Open
          </Button>
        )}
      </FileButton>
      {recipeOf(form) && (
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          loading={seal.busy}
          title="As a recipe file, with passwords hashed"
          onClick={() => void save()}
        >
          Save
        </Button>
      )}
    </>
  );
}

function Fields({ form, problems }: { form: RecipeForm; problems: readonly RecipeProblem[] }) {
  const about = (field: keyof RecipeForm): RecipeProblem | undefined => problems.find(each => fieldOf(each) === field);
  const field = (name: keyof RecipeForm, label: string, placeholder = '', isMono = false) => {
    const problem = about(name);
    return {
      label,
      placeholder,
      value: form[name] as string,
      error: problem?.severity === 'error' ? problemText(problem) : undefined,
      description: problem?.severity === 'warning' ? problemText(problem) : undefined,
      onChange: (event: { currentTarget: { value: string } }) => changeForm({ [name]: event.currentTarget.value }),
      spellCheck: false,
      autoComplete: 'off',
      ...(isMono && { classNames: { input: 'mono' } }),
    };
  };
  return (
    <div className={classes.form}>
      <TextInput {...field('hostname', 'Host name', 'rack7-b')} />
      <div className={classes.pair}>
        <TextInput {...field('user', 'User', 'maria')} />
        <PasswordInput {...field('password', 'Password')} autoComplete="new-password" />
      </div>
      <Textarea {...field('sshKeys', 'SSH keys', 'ssh-ed25519 AAAA… maria', true)} autosize minRows={1} maxRows={4} />
      <div className={classes.triple}>
        <TextInput {...field('ssid', 'Wi-Fi')} />
        <PasswordInput {...field('passphrase', 'Passphrase')} autoComplete="new-password" />
        <TextInput {...field('country', 'Country', 'DE')} maxLength={2} />
      </div>
      <div className={classes.triple}>
        <TextInput {...field('language', 'Language', 'de_DE.UTF-8')} />
        <TextInput {...field('timezone', 'Time zone', 'Europe/Berlin')} />
        <TextInput {...field('keyboard', 'Keyboard', 'de')} />
      </div>
      <div className={classes.pair}>
        <TextInput {...field('address', 'Fixed address', 'by DHCP', true)} />
        <TextInput {...field('gateway', 'Gateway', '', true)} />
      </div>
      {form.preset === 'pi' && (
        <div className={classes.stack}>
          <Checkbox
            label="Console on the serial pins"
            checked={form.serialConsole}
            onChange={event => changeForm({ serialConsole: event.currentTarget.checked })}
          />
          <Checkbox
            label="Let it start from USB and network for ever"
            description="Burns one bit of a Raspberry Pi 3; later boards do it anyway."
            checked={form.usbBoot}
            onChange={event => changeForm({ usbBoot: event.currentTarget.checked })}
          />
        </div>
      )}
    </div>
  );
}

const EXAMPLE = 'hostname,address\nrack7-a,10.32.0.61/24\nrack7-b,10.32.0.62/24';

/** A row for each card: columns fill fields of the same name, and `{{column}}` anywhere. */
function Table({ form, count }: { form: RecipeForm; count: number }) {
  const open = async (file: File | null): Promise<void> => {
    if (file) changeForm({ table: await file.text(), firstRow: 1 });
  };
  const isUsed = form.table.trim() !== '';
  return (
    <>
      <div className={classes.groupLine}>
        <h3 className={classes.group}>Several cards, each its own</h3>
        <FileButton accept=".csv,text/csv,text/plain" onChange={file => void open(file)}>
          {props => (
            <Button {...props} variant="subtle" color="gray" size="compact-sm">
              Open a CSV file
            </Button>
          )}
        </FileButton>
      </div>
      <Textarea
        aria-label="Table, a row for each card"
        placeholder={EXAMPLE}
        value={form.table}
        onChange={event => changeForm({ table: event.currentTarget.value })}
        classNames={{ input: 'mono' }}
        autosize
        minRows={3}
        maxRows={8}
        spellCheck={false}
      />
      {isUsed && (
        <TextInput
          mt="xs"
          type="number"
          min={1}
          label="Next row"
          description={
            count > 1
              ? `Rows ${form.firstRow} to ${form.firstRow + count - 1} for the cards that are chosen`
              : 'For the next card; it moves on by itself'
          }
          value={form.firstRow}
          onChange={event => changeForm({ firstRow: Math.max(1, Number(event.currentTarget.value) || 1) })}
        />
      )}
    </>
  );
}

const MOST_SHOWN = 3;

function Preview({
  preview,
  form,
  error,
}: {
  preview: RecipePreview | undefined;
  form: RecipeForm;
  error: ErrorView | undefined;
}) {
  if (error) return <ErrorNote error={error} />;
  if (!preview || JSON.stringify(form) === JSON.stringify({ ...EMPTY_FORM, preset: form.preset })) return null;
  const elsewhere = preview.problems.filter(each => fieldOf(each) === undefined);
  const cards = preview.cards.slice(form.firstRow - 1, form.firstRow - 1 + MOST_SHOWN);
  return (
    <>
      {elsewhere.map(each => (
        <p
          key={`${each.pointer} ${each.message}`}
          className={classes.problem}
          data-severity={each.severity}
          role="alert"
        >
          {problemText(each)}
        </p>
      ))}
      {cards.length > 0 && <h3 className={classes.group}>What the card will say</h3>}
      {cards.map(({ row, name, sentences, cannot }) => (
        <div key={row} className={classes.preview}>
          {preview.cards.length > 1 && (
            <strong>
              Row {row}
              {name && `: ${name}`}
            </strong>
          )}
          <ul className={classes.sentences}>
            {[...sentences, ...cannot].map(sentence => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </div>
      ))}
    </>
  );
}
