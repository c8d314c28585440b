/** Places in a view that another view fills: the app names who does, so that the two need not know each other. */
import { type ComponentType, createContext, useContext } from 'react';

export interface Slots {
  /** The console with this id, where a device is shown. */
  readonly Console?: ComponentType<{ readonly id: string }>;
}

const SlotsContext = createContext<Slots>({});
export const SlotsProvider = SlotsContext.Provider;
export const useSlots = (): Slots => useContext(SlotsContext);
