/** What people wrote about a device; it stays with the device over benches. */
import { Button, Group, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { DeviceView } from '../../../../main/contract/views.ts';
import { useCall, useRow } from '../../../engine/use-engine.tsx';
import { ErrorNote } from '../../../ui/ErrorNote.tsx';
import { Time } from '../../../ui/Time.tsx';
import classes from './DeviceDrawer.module.css';

export function DeviceNotes({ device }: { device: DeviceView }) {
  const note = useRow('notes', device.id);
  const [draft, setDraft] = useState<string>();
  const write = useCall('devices.note');
  const text = draft ?? note?.text ?? '';
  const isChanged = draft !== undefined && draft !== (note?.text ?? '');
  const save = async (): Promise<void> => {
    await write.call({ device: device.id, text });
    setDraft(undefined);
  };
  return (
    <div className={classes.notes}>
      {write.error && <ErrorNote error={write.error} dismiss={write.clear} />}
      <Textarea
        label={`Notes about ${device.name}`}
        placeholder="Serial numbers, what was changed, what to try next"
        autosize
        minRows={8}
        maxRows={20}
        maxLength={20_000}
        value={text}
        onChange={event => setDraft(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && isChanged) void save();
        }}
      />
      <Group justify="space-between">
        <span className="dim">
          {note && !isChanged ? (
            <>
              Written <Time at={note.at} />
            </>
          ) : isChanged ? (
            'Not saved yet'
          ) : (
            'Kept on this laptop'
          )}
        </span>
        <Group gap="xs">
          {isChanged && (
            <Button variant="default" onClick={() => setDraft(undefined)}>
              Undo
            </Button>
          )}
          <Button disabled={!isChanged} loading={write.busy} onClick={() => void save()}>
            Save
          </Button>
        </Group>
      </Group>
    </div>
  );
}
