/** The rate of a line, in bits per second: one of the common ones, or any other typed. */
import { Autocomplete } from '@mantine/core';
import { BAUD_RATES } from './consoles.state.ts';

interface RateFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isValid: boolean;
  readonly description?: string | undefined;
  /** Has the keyboard when its dialog opens. */
  readonly isFirst?: boolean | undefined;
}

export function RateField({ value, onChange, isValid, description, isFirst }: RateFieldProps) {
  return (
    <Autocomplete
      label="Rate"
      description={description}
      value={value}
      onChange={onChange}
      data={BAUD_RATES.map(String)}
      filter={({ options }) => options}
      error={!isValid && 'A number of bits per second, such as 115200'}
      classNames={{ input: 'mono' }}
      data-autofocus={isFirst || undefined}
    />
  );
}
