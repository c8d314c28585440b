/** The bench: three questions before it starts, the devices while it serves. */
import { useValue } from '../../engine/use-engine.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { BeforeStart } from './before/BeforeStart.tsx';
import { Serving } from './serving/Serving.tsx';

export default function BenchPage() {
  const bench = useValue('bench');
  if (!bench) return <Loading what="the bench" rows={6} />;
  return bench.state === 'serving' || bench.state === 'stopping' || bench.state === 'interrupted' ? (
    <Serving bench={bench} />
  ) : (
    <BeforeStart bench={bench} />
  );
}
