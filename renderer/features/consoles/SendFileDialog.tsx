/** Sends files of this laptop over the console, to a receiver that was started on the other end. */
import { ActionIcon, Button, Group, Modal, SegmentedControl } from '@mantine/core';
import { IconFile, IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { ConsoleView } from '../../../main/contract/views.ts';
import { FolderChooser } from '../../engine/FolderChooser.tsx';
import { useLink, useSession } from '../../engine/use-engine.tsx';
import { sendOutcome, tabName } from './consoles.state.ts';
import classes from './Dialogs.module.css';
import { work } from './work.ts';

type Protocol = 'xmodem' | 'ymodem' | 'zmodem';
const RECEIVERS: Readonly<Record<Protocol, string>> = {
  xmodem: 'Start the receiver first: loadx in U-Boot, rx FILE on Linux. One file at a time, without its name.',
  ymodem: 'Start the receiver first: loady in U-Boot, rb on Linux.',
  zmodem: 'Start the receiver first: rz on Linux.',
};

export function SendFileDialog({ console, onClose }: { console: ConsoleView; onClose: () => void }) {
  const session = useSession();
  const { pickFile } = useLink();
  const [protocol, setProtocol] = useState<Protocol>('ymodem');
  const [paths, setPaths] = useState<readonly string[]>([]);
  const [isChoosing, setChoosing] = useState(false);
  const add = (path: string | undefined): void => {
    if (path !== undefined && !paths.includes(path)) setPaths([...paths, path]);
  };
  const choose = async (): Promise<void> => {
    if (pickFile) add(await pickFile());
    else setChoosing(true);
  };
  const sent = protocol === 'xmodem' ? paths.slice(0, 1) : paths;
  return (
    <Modal opened onClose={onClose} title={`Send files to ${tabName(console)}`}>
      <form
        className={classes.form}
        onSubmit={event => {
          event.preventDefault();
          work(console, session.call('console.send', { id: console.id, protocol, paths: [...sent] }), sendOutcome);
          onClose();
        }}
      >
        <SegmentedControl
          aria-label="Protocol"
          value={protocol}
          onChange={value => setProtocol(value as Protocol)}
          data={[
            { value: 'xmodem', label: 'XMODEM' },
            { value: 'ymodem', label: 'YMODEM' },
            { value: 'zmodem', label: 'ZMODEM' },
          ]}
        />
        <p className="dim">{RECEIVERS[protocol]}</p>
        <ul className={classes.files}>
          {sent.map(path => (
            <li key={path}>
              <IconFile size={16} stroke={1.6} aria-hidden />
              <span className="mono cut">{path}</span>
              <ActionIcon
                ml="auto"
                aria-label={`Leave out ${path}`}
                onClick={() => setPaths(paths.filter(each => each !== path))}
              >
                <IconX size={16} stroke={1.8} />
              </ActionIcon>
            </li>
          ))}
        </ul>
        <div>
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<IconPlus size={16} stroke={1.6} aria-hidden />}
            onClick={() => void choose()}
            data-autofocus
          >
            Choose a file
          </Button>
        </div>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={sent.length === 0}>
            Send
          </Button>
        </Group>
      </form>
      <FolderChooser
        isOpen={isChoosing}
        pick="file"
        start={undefined}
        onClose={() => setChoosing(false)}
        onChoose={add}
      />
    </Modal>
  );
}
