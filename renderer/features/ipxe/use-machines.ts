/** The devices of the bench for dry runs and builds, asked again when one comes or moves on. */
import type { Machine } from '../../../main/contract/views.ts';
import { useAnswer, useTable } from '../../engine/use-engine.tsx';

const NONE: readonly Machine[] = [];

export function useMachines(): readonly Machine[] {
  const devices = useTable('devices');
  const seen = [...devices.values()]
    .map(({ id, mac, ip, name, boots }) => [id, mac, ip, name, boots].join())
    .join('\n');
  return useAnswer('ipxe.machines', {}, [seen]).data ?? NONE;
}
