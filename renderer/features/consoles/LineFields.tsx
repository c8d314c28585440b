/** Data bits, parity, stop bits and flow control of a serial line. */
import { Select } from '@mantine/core';
import type { CallArgs } from '../../../main/contract/calls.ts';
import classes from './Dialogs.module.css';

export type LineChoice = Omit<CallArgs<'console.line'>['settings'], 'baudRate'>;

const FLOWS = [
  { value: 'none', label: 'None' },
  { value: 'rts-cts', label: 'RTS/CTS (wires)' },
  { value: 'xon-xoff', label: 'XON/XOFF (characters)' },
];
const PARITIES = ['none', 'even', 'odd', 'mark', 'space'].map(value => ({
  value,
  label: value.charAt(0).toUpperCase() + value.slice(1),
}));

export function LineFields({ value, onChange }: { value: LineChoice; onChange: (value: LineChoice) => void }) {
  const { dataBits = 8, parity = 'none', stopBits = 1, flowControl = 'none' } = value;
  const set = (change: object): void => onChange({ ...value, ...change });
  return (
    <div className={classes.pair}>
      <Select
        label="Data bits"
        data={['5', '6', '7', '8']}
        value={String(dataBits)}
        onChange={text => set({ dataBits: Number(text) })}
      />
      <Select label="Parity" data={PARITIES} value={parity} onChange={text => set({ parity: text })} />
      <Select
        label="Stop bits"
        data={['1', '2']}
        value={String(stopBits)}
        onChange={text => set({ stopBits: Number(text) })}
      />
      <Select label="Flow control" data={FLOWS} value={flowControl} onChange={text => set({ flowControl: text })} />
    </div>
  );
}
