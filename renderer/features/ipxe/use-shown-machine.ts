/** The machine that dry runs are for: chosen by a person, the same in the whole view. */
import { useState } from 'react';
import type { Machine } from '../../../main/contract/views.ts';
import { shownMachine } from './machine.state.ts';
import { useMachines } from './use-machines.ts';

let remembered: string | undefined;

export interface ShownMachine {
  readonly machines: readonly Machine[];
  readonly machine: Machine;
  readonly choose: (id: string) => void;
}

export function useShownMachine(): ShownMachine {
  const machines = useMachines();
  const [chosen, setChosen] = useState(remembered);
  return {
    machines,
    machine: shownMachine(machines, chosen),
    choose(id) {
      remembered = id;
      setChosen(id);
    },
  };
}
