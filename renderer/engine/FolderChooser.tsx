/** Chooses a folder, or a file, of the laptop that the engine runs on: where no dialog of the system is. */
import { ActionIcon, Button, Group, Modal, TextInput, UnstyledButton } from '@mantine/core';
import { IconArrowUp, IconFile, IconFolder } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Empty } from '../ui/Empty.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Loading } from '../ui/Loading.tsx';
import classes from './FolderChooser.module.css';
import { useAnswer } from './use-engine.tsx';

interface FolderChooserProps {
  readonly isOpen: boolean;
  readonly pick?: 'folder' | 'file';
  /** Where it begins; undefined: the home folder. */
  readonly start: string | undefined;
  readonly onClose: () => void;
  /** Called when it is closed. */
  readonly onChoose: (path: string) => void;
}

export function FolderChooser({ isOpen, pick = 'folder', start, onClose, onChoose }: FolderChooserProps) {
  const [path, setPath] = useState(start);
  const [typed, setTyped] = useState<string>();
  const { data, error, again } = useAnswer('folders.list', isOpen ? (path === undefined ? {} : { path }) : undefined);
  useEffect(() => {
    if (isOpen) setPath(start);
  }, [isOpen, start]);
  const open = (next: string): void => {
    setTyped(undefined);
    setPath(next);
  };
  const choose = (chosen: string): void => {
    onClose();
    onChoose(chosen);
  };
  const join = (name: string): string => {
    const separator = data!.path.includes('\\') ? '\\' : '/';
    return data!.path.endsWith(separator) ? data!.path + name : data!.path + separator + name;
  };
  return (
    <Modal opened={isOpen} onClose={onClose} title={pick === 'folder' ? 'Choose a folder' : 'Choose a file'} size="lg">
      <form
        onSubmit={event => {
          event.preventDefault();
          if (typed !== undefined && typed !== data?.path) open(typed);
          else if (data && pick === 'folder') choose(data.path);
        }}
      >
        <Group gap="xs" wrap="nowrap">
          <ActionIcon
            variant="default"
            size={36}
            disabled={data?.parent === undefined}
            onClick={() => data?.parent !== undefined && open(data.parent)}
            aria-label="The folder above"
          >
            <IconArrowUp size={18} stroke={1.6} />
          </ActionIcon>
          <TextInput
            flex={1}
            aria-label="Path"
            value={typed ?? data?.path ?? path ?? ''}
            onChange={event => setTyped(event.currentTarget.value)}
            classNames={{ input: 'mono' }}
            spellCheck={false}
            data-autofocus
          />
        </Group>
        <div className={classes.list}>
          {error ? (
            <ErrorNote error={error} retry={again} />
          ) : !data ? (
            <Loading what="the folder" />
          ) : data.folders.length + data.files.length === 0 ? (
            <Empty icon={IconFolder} title="An empty folder" />
          ) : (
            <>
              {data.folders.map(name => (
                <UnstyledButton key={name} className={classes.entry} onClick={() => open(join(name))}>
                  <IconFolder size={18} stroke={1.6} aria-hidden />
                  <span className="cut">{name}</span>
                </UnstyledButton>
              ))}
              {data.files.map(name =>
                pick === 'file' ? (
                  <UnstyledButton key={name} className={classes.entry} onClick={() => choose(join(name))}>
                    <IconFile size={18} stroke={1.6} aria-hidden />
                    <span className="cut">{name}</span>
                  </UnstyledButton>
                ) : (
                  <span key={name} className={`${classes.entry} ${classes.file}`}>
                    <IconFile size={18} stroke={1.6} aria-hidden />
                    <span className="cut">{name}</span>
                  </span>
                ),
              )}
            </>
          )}
        </div>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          {pick === 'folder' && (
            <Button type="submit" disabled={!data || error !== undefined}>
              {typed !== undefined && typed !== data?.path ? 'Go there' : 'Choose this folder'}
            </Button>
          )}
        </Group>
      </form>
    </Modal>
  );
}
