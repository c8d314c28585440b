/** The plan that a wish leads to, asked for when typing pauses, and again when the laptop's ports change. */
import { useDebouncedValue } from '@mantine/hooks';
import type { PlanView } from '../../../../main/contract/views.ts';
import { type Answer, useAnswer, useValue } from '../../../engine/use-engine.tsx';
import { type Offer, type Wish, wishToSend } from '../bench.state.ts';

const TYPING_MS = 200;

export function usePlan(nic: string | undefined, wish: Wish, offer: Offer, force: readonly string[]): Answer<PlanView> {
  const nics = useValue('nics');
  const [settled] = useDebouncedValue(wish, TYPING_MS);
  const args =
    nic === undefined
      ? undefined
      : { ...wishToSend(nic, settled, offer), ...(force.length > 0 && { force: [...force] }) };
  return useAnswer('bench.plan', args as never, [nics]);
}
