/** Makes the image of a card that lets a Raspberry Pi start from the network, from files of its bootloader. */
import { Button, Checkbox, Group, Modal, NativeSelect, TextInput } from '@mantine/core';
import { IconFile } from '@tabler/icons-react';
import { useState } from 'react';
import { FolderChooser } from '../../../engine/FolderChooser.tsx';
import { useCall, useLink } from '../../../engine/use-engine.tsx';
import { ErrorNote } from '../../../ui/ErrorNote.tsx';
import { chooseEeprom } from '../draft.ts';
import { BOOT_ORDERS, type EepromForm, EMPTY_EEPROM, eepromSettings, recoveryBeside } from '../eeprom.state.ts';
import classes from './Compose.module.css';

type Place = 'image' | 'recovery';

export function EepromDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { pickFile } = useLink();
  const [form, setForm] = useState(EMPTY_EEPROM);
  const [choosing, setChoosing] = useState<Place>();
  const make = useCall('eeprom.make');
  const change = (patch: Partial<EepromForm>): void => setForm(before => ({ ...before, ...patch }));
  const chosen = (place: Place, path: string): void => {
    const beside = place === 'image' && form.recovery === '' ? { recovery: recoveryBeside(path) } : {};
    change({ [place]: path, ...beside });
  };
  const choose = async (place: Place): Promise<void> => {
    if (!pickFile) return setChoosing(place);
    const path = await pickFile();
    if (path !== undefined) chosen(place, path);
  };
  const start = async (): Promise<void> => {
    const { recovery, image } = form;
    const made = await make.call({ recovery, image, settings: eepromSettings(form) });
    if (!made) return;
    onClose();
    chooseEeprom(made);
  };
  const file = (place: Place, label: string, placeholder: string) => (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <TextInput
        flex={1}
        label={label}
        placeholder={placeholder}
        value={form[place]}
        onChange={event => change({ [place]: event.currentTarget.value })}
        classNames={{ input: 'mono' }}
        spellCheck={false}
        autoComplete="off"
      />
      <Button
        variant="default"
        leftSection={<IconFile size={16} stroke={1.6} />}
        aria-label={`Choose ${label}`}
        onClick={() => void choose(place)}
      >
        Choose
      </Button>
    </Group>
  );
  return (
    <>
      <Modal
        opened={isOpen && choosing === undefined}
        onClose={onClose}
        title="A card that lets a Raspberry Pi start from the network"
      >
        <form
          className={classes.stack}
          onSubmit={event => {
            event.preventDefault();
            void start();
          }}
        >
          <p className={classes.small}>
            A Raspberry Pi 4 or 5 keeps its bootloader on the board. This card gives it new settings, once. Two files of
            one bootloader release are needed: the package rpi-eeprom has them.
          </p>
          {file('image', 'Bootloader', 'pieeprom-….bin')}
          {file('recovery', 'Recovery program', 'recovery.bin')}
          <NativeSelect
            label="Start from"
            data={BOOT_ORDERS.map(each => ({ ...each }))}
            value={form.order}
            onChange={event => change({ order: event.currentTarget.value })}
          />
          <Checkbox
            label="Say on the serial pins what it does"
            checked={form.uart}
            onChange={event => change({ uart: event.currentTarget.checked })}
          />
          {make.error && <ErrorNote error={make.error} dismiss={make.clear} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={form.image === '' || form.recovery === ''} loading={make.busy}>
              Make the image
            </Button>
          </Group>
        </form>
      </Modal>
      <FolderChooser
        isOpen={choosing !== undefined}
        pick="file"
        start={undefined}
        onClose={() => setChoosing(undefined)}
        onChoose={path => choosing && chosen(choosing, path)}
      />
    </>
  );
}
