/** The name of a script, changed where it stands, and what else can be done with the whole of it. */
import { ActionIcon, Menu, Popover, TextInput, UnstyledButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowLeft, IconDots, IconPencil, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useKeys, useSession, viewOf } from '../../engine/use-engine.tsx';
import { saveFile } from '../../ui/copy.ts';
import { go } from '../../ui/route.ts';
import { nameProblem } from './document.state.ts';
import classes from './ScriptName.module.css';

/** `onRename`: called before, so that what is typed goes along. */
export function ScriptName({ name, onRename }: { name: string; onRename: () => void }) {
  const session = useSession();
  const names = useKeys('scripts');
  const [refusal, setRefusal] = useState<string>();
  const [typed, setTyped] = useState<string>();
  const others = names.filter(each => each !== name);
  const problem = typed === undefined ? undefined : nameProblem(typed.trim(), others);

  const commit = async (): Promise<void> => {
    const to = typed?.trim();
    if (to === undefined || problem) return;
    if (to !== name) {
      onRename();
      try {
        await session.call('ipxe.rename', { from: name, to });
      } catch (thrown) {
        setRefusal(viewOf(thrown).message);
        return;
      }
      go('ipxe', 'script', to);
    }
    setTyped(undefined);
  };

  const remove = async (): Promise<void> => {
    onRename();
    const { saved, draft } = await session.call('ipxe.read', { name });
    await session.call('ipxe.delete', { name });
    go('ipxe');
    const text = draft ?? saved?.text;
    const id = notifications.show({
      autoClose: 12_000,
      message: (
        <span>
          Deleted {name}.{' '}
          <UnstyledButton
            className={classes.undo}
            onClick={() => {
              notifications.hide(id);
              if (text !== undefined)
                void session.call('ipxe.save', { name, text }).then(() => go('ipxe', 'script', name));
            }}
          >
            Undo
          </UnstyledButton>
        </span>
      ),
    });
  };

  return (
    <>
      <ActionIcon className={classes.back ?? ''} onClick={() => go('ipxe')} aria-label="All templates">
        <IconArrowLeft size={18} stroke={1.6} />
      </ActionIcon>
      <Popover
        opened={typed !== undefined}
        onDismiss={() => setTyped(undefined)}
        trapFocus
        position="bottom-start"
        withArrow
      >
        <Popover.Target>
          <h1 className={`${classes.name} cut`} title={`${name}.ipxe`}>
            {name}
          </h1>
        </Popover.Target>
        <Popover.Dropdown>
          <form
            onSubmit={event => {
              event.preventDefault();
              void commit();
            }}
          >
            <TextInput
              label="Name"
              value={typed ?? ''}
              error={problem ?? refusal}
              onChange={event => {
                setRefusal(undefined);
                setTyped(event.currentTarget.value);
              }}
              onKeyDown={event => event.key === 'Escape' && setTyped(undefined)}
              data-autofocus
              w={280}
            />
          </form>
        </Popover.Dropdown>
      </Popover>
      <Menu position="bottom-start" shadow="md">
        <Menu.Target>
          <ActionIcon aria-label={`More for ${name}`}>
            <IconDots size={18} stroke={1.6} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setTyped(name)}>
            Rename
          </Menu.Item>
          <Menu.Item
            onClick={() =>
              void session.call('ipxe.read', { name }).then(({ draft, saved }) => {
                saveFile(`${name}.ipxe`, new TextEncoder().encode(draft ?? saved?.text ?? ''), 'text/plain');
              })
            }
          >
            Download as {name}.ipxe
          </Menu.Item>
          <Menu.Item leftSection={<IconTrash size={16} />} color="red" onClick={() => void remove()}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
