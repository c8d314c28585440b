/** The bench: three questions before it starts, the devices while it serves, and those of the last one afterwards. */
import { useKeys, useValue } from '../../engine/use-engine.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { useRoute } from '../../ui/route.ts';
import { BeforeStart } from './before/BeforeStart.tsx';
import { Serving } from './serving/Serving.tsx';

export default function BenchPage() {
  const bench = useValue('bench');
  const hasDevices = useKeys('devices').length > 0;
  const [part] = useRoute().rest;
  if (!bench) return <Loading what="the bench" rows={6} />;
  if (bench.state === 'starting') return <BeforeStart bench={bench} />;
  if (bench.state === 'idle' && !(hasDevices && (part === 'last' || part === 'device')))
    return <BeforeStart bench={bench} />;
  return <Serving bench={bench} />;
}
