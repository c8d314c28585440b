/** A cluster box by its control board: who is there, power for several blades at once, their consoles, and every command. */
import { Button, Group, PasswordInput, TextInput } from '@mantine/core';
import { IconServer2 } from '@tabler/icons-react';
import { useState } from 'react';
import { useCall, useTable } from '../../engine/use-engine.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { BoxBlades } from './BoxBlades.tsx';
import classes from './BoxPanel.module.css';
import { BoxRecords } from './BoxRecords.tsx';

export function BoxPanel() {
  const boxes = [...useTable('boxes').values()];
  const [isAdding, setAdding] = useState(false);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and the keyboard must be able to
    <div className={classes.root} tabIndex={0}>
      {boxes.map(box => (
        <section key={box.id} className={classes.box} aria-label={`Cluster box ${box.target}`}>
          <BoxBlades box={box} />
          <BoxRecords box={box} />
        </section>
      ))}
      {boxes.length === 0 || isAdding ? (
        <Login onDone={() => setAdding(false)} />
      ) : (
        <Button variant="default" className={classes.another} onClick={() => setAdding(true)}>
          Log in to another box
        </Button>
      )}
    </div>
  );
}

function Login({ onDone }: { onDone: () => void }) {
  const [host, setHost] = useState('');
  const [port, setPort] = useState('');
  const [user, setUser] = useState('mixtile');
  const [password, setPassword] = useState('');
  const open = useCall('box.open');
  const number = port.trim() === '' ? 22 : Number(port);
  const isPort = Number.isInteger(number) && number > 0 && number < 65_536;
  const submit = async (): Promise<void> => {
    const opened = await open.call({
      host: host.trim(),
      port: number,
      user: user.trim(),
      ...(password && { password }),
    });
    if (opened) onDone();
  };
  return (
    <form
      className={classes.login}
      onSubmit={event => {
        event.preventDefault();
        if (isPort) void submit();
      }}
    >
      <IconServer2 size={32} stroke={1.4} aria-hidden className={classes.icon} />
      <h2>Log in to a cluster box’s control board</h2>
      <p className="dim">
        From there its four blades are switched on and off, and their consoles opened. User and password are mixtile
        until somebody changes them. The board’s key is remembered at the first login; a changed key stops the next one.
      </p>
      <div className={classes.fields}>
        <TextInput
          label="Address of the control board"
          placeholder="10.32.0.50"
          classNames={{ input: 'mono' }}
          value={host}
          onChange={event => setHost(event.currentTarget.value)}
          spellCheck={false}
        />
        <TextInput
          label="Port"
          placeholder="22"
          classNames={{ input: 'mono' }}
          value={port}
          error={isPort ? undefined : '1 to 65535'}
          onChange={event => setPort(event.currentTarget.value)}
        />
        <TextInput label="User" value={user} onChange={event => setUser(event.currentTarget.value)} />
        <PasswordInput
          size="sm"
          label="Password"
          placeholder="empty: your SSH keys"
          autoComplete="off"
          value={password}
          onChange={event => setPassword(event.currentTarget.value)}
        />
      </div>
      {open.error && <ErrorNote error={open.error} dismiss={open.clear} />}
      <Group justify="flex-end">
        <Button type="submit" loading={open.busy} disabled={host.trim() === '' || user.trim() === '' || !isPort}>
          Log in
        </Button>
      </Group>
    </form>
  );
}
