/** A small button that copies the table beside it. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconFileTypeCsv } from '@tabler/icons-react';
import { copyText } from './copy.ts';
import { type CsvCell, toCsv } from './csv.ts';

interface CopyCsvProps {
  /** What is in it, e.g. `devices`. */
  readonly what: string;
  readonly header: readonly string[];
  /** Called when it is pressed. */
  readonly rows: () => readonly (readonly CsvCell[])[];
}

export function CopyCsv({ what, header, rows }: CopyCsvProps) {
  const copy = (): void => {
    const all = rows();
    void copyText(toCsv(header, all), `${all.length} ${what} as CSV`);
  };
  return (
    <Tooltip label={`Copy ${what} as CSV`}>
      <ActionIcon onClick={copy} aria-label={`Copy ${what} as CSV`}>
        <IconFileTypeCsv size={18} stroke={1.6} />
      </ActionIcon>
    </Tooltip>
  );
}
