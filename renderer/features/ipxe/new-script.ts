/** New scripts: saved at once under a free name, and opened. */
import { useCallback } from 'react';
import type { ErrorView } from '../../../main/contract/error-view.ts';
import { useSession, viewOf } from '../../engine/use-engine.tsx';
import { go } from '../../ui/route.ts';
import { freeName } from './document.state.ts';

/** Resolves to what failed. */
export function useNewScript(): (wanted: string, text: string) => Promise<ErrorView | undefined> {
  const session = useSession();
  return useCallback(
    async (wanted, text) => {
      try {
        const name = freeName(wanted, [...session.store.keys('scripts')]);
        await session.call('ipxe.save', { name, text });
        go('ipxe', 'script', name);
        return undefined;
      } catch (thrown) {
        return viewOf(thrown);
      }
    },
    [session],
  );
}
