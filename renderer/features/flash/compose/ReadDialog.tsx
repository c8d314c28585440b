/** Where a card is read to, and how much of it. */
import { Button, Checkbox, Group, Modal, TextInput } from '@mantine/core';
import { IconFolder } from '@tabler/icons-react';
import { useState } from 'react';
import type { OfferedDrive } from '../../../../main/contract/flash-views.ts';
import { FolderChooser } from '../../../engine/FolderChooser.tsx';
import { useCall, useLink } from '../../../engine/use-engine.tsx';
import { ErrorNote } from '../../../ui/ErrorNote.tsx';
import { go } from '../../../ui/route.ts';
import { shortTitle } from '../flash.state.ts';
import classes from './Compose.module.css';

interface ReadDialogProps {
  readonly drive: OfferedDrive;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function ReadDialog({ drive, isOpen, onClose }: ReadDialogProps) {
  const { pickFolder } = useLink();
  const [folder, setFolder] = useState('');
  const [name, setName] = useState(`${drive.name}.img.zst`);
  const [whole, setWhole] = useState(false);
  const [isChoosing, setChoosing] = useState(false);
  const read = useCall('flash.read');
  const choose = async (): Promise<void> => {
    if (!pickFolder) return setChoosing(true);
    setFolder((await pickFolder()) ?? folder);
  };
  const separator = folder.includes('\\') ? '\\' : '/';
  const start = async (): Promise<void> => {
    const path = folder.endsWith(separator) ? folder + name : `${folder}${separator}${name}`;
    const started = await read.call({ drive: drive.id, mounted: [...drive.mounted], path, whole });
    if (!started) return;
    onClose();
    go('flash', 'job', started.job);
  };
  return (
    <>
      <Modal opened={isOpen && !isChoosing} onClose={onClose} title={`Read ${shortTitle(drive.title)} into an image`}>
        <form
          className={classes.stack}
          onSubmit={event => {
            event.preventDefault();
            void start();
          }}
        >
          <Group gap="xs" align="flex-end" wrap="nowrap">
            <TextInput
              flex={1}
              label="Folder"
              placeholder="Where the image goes"
              value={folder}
              onChange={event => setFolder(event.currentTarget.value)}
              classNames={{ input: 'mono' }}
              spellCheck={false}
            />
            <Button variant="default" leftSection={<IconFolder size={16} stroke={1.6} />} onClick={() => void choose()}>
              Choose
            </Button>
          </Group>
          <TextInput
            label="Name"
            description="Ends in .img (sparse), .img.gz or .img.zst"
            value={name}
            onChange={event => setName(event.currentTarget.value)}
            classNames={{ input: 'mono' }}
            spellCheck={false}
            data-autofocus
          />
          <Checkbox
            label="Free space too"
            description="Left out otherwise, as far as the file systems tell; a block map says what was read."
            checked={whole}
            onChange={event => setWhole(event.currentTarget.checked)}
          />
          {drive.mounted.length > 0 && (
            <p className={classes.hint}>{drive.mounted.join(' and ')} will be unmounted first.</p>
          )}
          {read.error && <ErrorNote error={read.error} dismiss={read.clear} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={folder === '' || name === ''} loading={read.busy}>
              Read
            </Button>
          </Group>
        </form>
      </Modal>
      <FolderChooser
        isOpen={isChoosing}
        start={folder || undefined}
        onClose={() => setChoosing(false)}
        onChoose={setFolder}
      />
    </>
  );
}
