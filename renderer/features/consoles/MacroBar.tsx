/** Ready-made scripts as buttons; one that needs values asks for them first. */
import { Button, Group, Modal, PasswordInput, TextInput, Tooltip } from '@mantine/core';
import { memo, type RefObject, useRef, useState } from 'react';
import type { CallResult } from '../../../main/contract/calls.ts';
import type { ConsoleView } from '../../../main/contract/views.ts';
import { useAnswer, useSession } from '../../engine/use-engine.tsx';
import classes from './ConsolePane.module.css';
import { scriptOutcome, scriptTitle } from './consoles.state.ts';
import dialog from './Dialogs.module.css';
import { work } from './work.ts';

type Script = CallResult<'console.scripts'>[number];

export function MacroBar({ console }: { console: ConsoleView }) {
  const session = useSession();
  const { data } = useAnswer('console.scripts', {});
  const [asking, setAsking] = useState<{ readonly script: Script; readonly id: string }>();
  const run = ({ name }: Script, values?: Record<string, string>): void =>
    work(
      console,
      session.call('console.script', { id: console.id, script: name, ...(values && { values }) }),
      scriptOutcome,
    );
  const begin = useRef<(script: Script) => void>(run);
  begin.current = script => (script.values ? setAsking({ script, id: console.id }) : run(script));
  return (
    <div className={classes.macros} role="toolbar" aria-label="Macros">
      {data?.map(script => (
        <Macro
          key={script.name}
          script={script}
          isOff={console.job !== undefined || console.state.phase !== 'open'}
          begin={begin}
        />
      ))}
      {asking?.id === console.id && (
        <ValuesDialog
          script={asking.script}
          onClose={() => setAsking(undefined)}
          onRun={values => {
            setAsking(undefined);
            run(asking.script, values);
          }}
        />
      )}
    </div>
  );
}

interface MacroProps {
  readonly script: Script;
  readonly isOff: boolean;
  /** A ref, so that another console does not draw the buttons again. */
  readonly begin: RefObject<(script: Script) => void>;
}

const Macro = memo(function Macro({ script, isOff, begin }: MacroProps) {
  return (
    <Tooltip label={script.about ?? script.name} w={280}>
      <Button variant="default" size="compact-sm" disabled={isOff} onClick={() => begin.current(script)}>
        {scriptTitle(script.name)}
        {script.values && ' …'}
      </Button>
    </Tooltip>
  );
});

interface ValuesDialogProps {
  readonly script: Script;
  readonly onClose: () => void;
  readonly onRun: (values: Record<string, string>) => void;
}

function ValuesDialog({ script, onClose, onRun }: ValuesDialogProps) {
  const fields = Object.entries(script.values ?? {});
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries(fields.map(([name, value]) => [name, value.default ?? ''])),
  );
  return (
    <Modal opened onClose={onClose} title={scriptTitle(script.name)}>
      <form
        className={dialog.form}
        onSubmit={event => {
          event.preventDefault();
          onRun(values);
        }}
      >
        {script.about && <p className="dim">{script.about}</p>}
        {fields.map(([name, { label, secret }], index) => {
          const Field = secret ? PasswordInput : TextInput;
          return (
            <Field
              key={name}
              label={label}
              value={values[name] ?? ''}
              autoComplete="off"
              data-autofocus={index === 0 || undefined}
              onChange={event => setValues({ ...values, [name]: event.currentTarget.value })}
            />
          );
        })}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit">Run</Button>
        </Group>
      </form>
    </Modal>
  );
}
