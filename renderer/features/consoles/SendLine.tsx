/** A line written in peace and sent whole, with the ending that the board wants. The last ones come back with the arrow keys. */
import { Button, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ConsoleView } from '../../../main/contract/views.ts';
import { useSession, viewOf } from '../../engine/use-engine.tsx';
import classes from './ConsolePane.module.css';
import { tabName } from './consoles.state.ts';
import { useTypesTo } from './looks.ts';
import { base64Of } from './use-terminal.ts';

const ENDINGS = [
  { value: '\r', label: 'then Enter (CR)' },
  { value: '\n', label: 'then LF' },
  { value: '\r\n', label: 'then CR LF' },
  { value: '', label: 'and nothing more' },
];
const KEPT = 50;

export function SendLine({ console }: { console: ConsoleView }) {
  const session = useSession();
  const shared = useTypesTo();
  const [text, setText] = useState('');
  const [ending, setEnding] = useState('\r');
  const [sent, setSent] = useState<readonly string[]>([]);
  const [back, setBack] = useState(0);
  const [refused, setRefused] = useState<string>();
  const ids = shared.has(console.id) ? [...shared] : [console.id];

  const send = async (): Promise<void> => {
    setRefused(undefined);
    try {
      await Promise.all(ids.map(id => session.call('console.write', { id, base64: base64Of(text + ending) })));
      if (text !== '') setSent([text, ...sent.filter(each => each !== text)].slice(0, KEPT));
      setText('');
      setBack(0);
    } catch (thrown) {
      setRefused(viewOf(thrown).message);
    }
  };
  const recall = (step: number): void => {
    const next = Math.max(0, Math.min(sent.length, back + step));
    setBack(next);
    setText(next === 0 ? '' : sent[next - 1]!);
  };
  return (
    <form
      className={classes.sendLine}
      onSubmit={event => {
        event.preventDefault();
        void send();
      }}
    >
      <TextInput
        size="xs"
        flex={1}
        aria-label={`Line to send to ${tabName(console)}`}
        placeholder={ids.length > 1 ? `Send a line to ${ids.length} consoles` : 'Send a line'}
        classNames={{ input: 'mono' }}
        value={text}
        error={refused}
        spellCheck={false}
        autoComplete="off"
        onChange={event => setText(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key === 'ArrowUp') recall(1);
          else if (event.key === 'ArrowDown') recall(-1);
          else return;
          event.preventDefault();
        }}
      />
      <Select
        size="xs"
        w={150}
        aria-label="What ends the line"
        data={ENDINGS}
        value={ending}
        onChange={value => setEnding(value ?? '\r')}
      />
      <Button type="submit" size="xs" variant="default">
        Send
      </Button>
    </form>
  );
}
