/** Opens a console: a serial port of this laptop, or a place on the network or of an emulator. */
import {
  Button,
  Collapse,
  Group,
  Modal,
  PasswordInput,
  Radio,
  SegmentedControl,
  TextInput,
  UnstyledButton,
} from '@mantine/core';
import { IconPlug, IconRefresh } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { CallArgs } from '../../../main/contract/calls.ts';
import { useAnswer, useCall, useTable } from '../../engine/use-engine.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { go } from '../../ui/route.ts';
import { StatusWord } from '../../ui/StatusWord.tsx';
import { portsInOrder, portText, readRate, type SerialPortInfo } from './consoles.state.ts';
import classes from './Dialogs.module.css';
import { type LineChoice, LineFields } from './LineFields.tsx';
import { RateField } from './RateField.tsx';

const EXAMPLES = [
  ['tcp:192.168.1.20:5000', 'A raw TCP port, such as a serial server’s'],
  ['telnet:192.168.1.20', 'A telnet server'],
  ['rfc2217:192.168.1.20:2217', 'A serial server that lets its line be set (RFC 2217, ser2net)'],
  ['ssh:root@192.168.1.20', 'A login by SSH; its key is remembered'],
  ['unix:/run/board.sock', 'An emulator’s socket'],
  ['/dev/pts/4', 'A terminal that a program made'],
] as const;

export function OpenDialog({ onClose }: { onClose: () => void }) {
  const [way, setWay] = useState<'serial' | 'other'>('serial');
  const [path, setPath] = useState<string>();
  const [target, setTarget] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [rate, setRate] = useState('115200');
  const [line, setLine] = useState<LineChoice>({});
  const [isMore, setMore] = useState(false);
  const ports = useAnswer('console.ports', way === 'serial' ? {} : undefined);
  const open = useCall('console.open');
  const consoles = useTable('consoles');
  const inOrder = portsInOrder(ports.data ?? []);
  const chosen =
    path ??
    inOrder.find(port => !port.holder && ![...consoles.values()].some(({ target: own }) => own === port.path))?.path ??
    inOrder[0]?.path;
  const baudRate = readRate(rate);
  const isSsh = target.startsWith('ssh:');
  const isReady = way === 'serial' ? chosen !== undefined && baudRate !== undefined : target.trim() !== '';

  // A plugged-in adapter shows itself.
  const { again } = ports;
  useEffect(() => {
    if (way !== 'serial') return;
    const timer = setInterval(again, 2_000);
    return () => clearInterval(timer);
  }, [way, again]);

  const submit = async (): Promise<void> => {
    const args: CallArgs<'console.open'> =
      way === 'serial'
        ? { target: chosen!, line: { baudRate: baudRate!, ...line } }
        : { target: target.trim(), ...(isSsh && password && { password }) };
    const opened = await open.call({ ...args, ...(name.trim() && { name: name.trim() }) });
    if (!opened) return;
    onClose();
    go('consoles', 'console', opened.id);
  };

  return (
    <Modal opened onClose={onClose} title="Open a console" size="lg">
      <form
        className={classes.form}
        onSubmit={event => {
          event.preventDefault();
          if (isReady) void submit();
        }}
      >
        <SegmentedControl
          aria-label="Where it is"
          value={way}
          onChange={value => setWay(value as 'serial' | 'other')}
          data={[
            { value: 'serial', label: 'Serial port' },
            { value: 'other', label: 'Network or emulator' },
          ]}
        />
        {way === 'serial' ? (
          <>
            <PortList
              ports={ports.data && inOrder}
              chosen={chosen}
              onChoose={setPath}
              error={ports.error}
              again={ports.again}
              isOpen={port => [...consoles.values()].some(({ target: own }) => own === port.path)}
            />
            <RateField
              description="115200 for most boards, 1500000 for Rockchip ones; any number goes"
              value={rate}
              onChange={setRate}
              isValid={baudRate !== undefined}
            />
            <div>
              <Button
                variant="subtle"
                size="compact-sm"
                color="gray"
                aria-expanded={isMore}
                onClick={() => setMore(!isMore)}
              >
                {isMore ? 'Fewer settings' : 'Data bits, parity, flow control'}
              </Button>
              <Collapse expanded={isMore} mt="xs">
                <LineFields value={line} onChange={setLine} />
              </Collapse>
            </div>
          </>
        ) : (
          <>
            <TextInput
              label="Where"
              description="How it is reached, a colon, and the place"
              placeholder="ssh:root@192.168.1.20"
              value={target}
              onChange={event => setTarget(event.currentTarget.value)}
              classNames={{ input: 'mono' }}
              spellCheck={false}
              autoComplete="off"
              data-autofocus
            />
            {isSsh && (
              <PasswordInput
                size="sm"
                label="Password"
                description="Kept for as long as the console is open; empty where a key opens"
                value={password}
                onChange={event => setPassword(event.currentTarget.value)}
                autoComplete="off"
              />
            )}
            <dl className={classes.examples}>
              {EXAMPLES.map(([text, says]) => (
                <div key={text} style={{ display: 'contents' }}>
                  <dt>
                    <UnstyledButton className={`${classes.example} mono`} onClick={() => setTarget(text)}>
                      {text}
                    </UnstyledButton>
                  </dt>
                  <dd>{says}</dd>
                </div>
              ))}
            </dl>
          </>
        )}
        <TextInput
          label="Name"
          description="Opening does not reset the board, and everything it says is logged from then on"
          placeholder="where it is, until the board is known"
          maxLength={100}
          value={name}
          onChange={event => setName(event.currentTarget.value)}
        />
        {open.error && <ErrorNote error={open.error} dismiss={open.clear} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!isReady} loading={open.busy}>
            Open
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

interface PortListProps {
  readonly ports: readonly SerialPortInfo[] | undefined;
  readonly chosen: string | undefined;
  readonly onChoose: (path: string) => void;
  readonly error: Parameters<typeof ErrorNote>[0]['error'] | undefined;
  readonly again: () => void;
  readonly isOpen: (port: SerialPortInfo) => boolean;
}

function PortList({ ports, chosen, onChoose, error, again, isOpen }: PortListProps) {
  if (error) return <ErrorNote error={error} retry={again} />;
  if (!ports) return <Loading what="the serial ports" />;
  if (ports.length === 0)
    return (
      <Empty
        icon={IconPlug}
        title="No serial port on this laptop"
        action={
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<IconRefresh size={16} aria-hidden />}
            onClick={again}
          >
            Look again
          </Button>
        }
      >
        Plug in a USB serial adapter: it appears here by itself.
      </Empty>
    );
  return (
    <Radio.Group value={chosen ?? null} onChange={onChoose} aria-label="Serial port">
      <div className={classes.ports}>
        {ports.map(port => (
          // biome-ignore lint/a11y/noLabelWithoutControl: the radio button is inside
          <label key={port.path} className={classes.port}>
            <Radio value={port.path} mt={2} aria-label={port.path} />
            <span className={classes.portBody}>
              <span className="mono">{port.path}</span>
              <span className="dim">{portText(port) || 'built in'}</span>
            </span>
            {isOpen(port) ? (
              <StatusWord tone="ok">open here</StatusWord>
            ) : (
              port.holder && (
                <StatusWord tone="warn">
                  {port.holder.program} ({port.holder.pid}) has it
                </StatusWord>
              )
            )}
          </label>
        ))}
      </div>
    </Radio.Group>
  );
}
