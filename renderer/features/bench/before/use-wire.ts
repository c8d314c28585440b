/** Listens to a port's wire for as long as the component is shown. */
import { useEffect } from 'react';
import type { WireView } from '../../../../main/contract/views.ts';
import { useLink, useRow, useSession } from '../../../engine/use-engine.tsx';

export function useWire(nic: string | undefined): WireView | undefined {
  const session = useSession();
  const isUp = useLink().state.line === 'up';
  useEffect(() => {
    if (nic === undefined || !isUp) return;
    // What keeps it from listening stands in the row itself.
    session.call('wire.watch', { nic }).catch(() => {});
    return () => void session.call('wire.unwatch', { nic }).catch(() => {});
  }, [session, nic, isUp]);
  return useRow('wires', nic ?? '');
}
