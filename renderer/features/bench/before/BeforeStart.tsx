/** Before Start: which port, what is on its wire, what will be served. Each is answered already. */
import { useState } from 'react';
import type { BenchView } from '../../../../main/contract/views.ts';
import { useKeys, useValue } from '../../../engine/use-engine.tsx';
import { Loading } from '../../../ui/Loading.tsx';
import { chosenNic, offerOf, rivalOn, type Wish } from '../bench.state.ts';
import classes from './BeforeStart.module.css';
import { LastBench } from './LastBench.tsx';
import { NoPort } from './NoPort.tsx';
import { PlanPanel } from './PlanPanel.tsx';
import { PortPanel } from './PortPanel.tsx';
import { useWire } from './use-wire.ts';
import { WirePanel } from './WirePanel.tsx';

type Before = Extract<BenchView, { state: 'idle' | 'starting' }>;

export function BeforeStart({ bench }: { bench: Before }) {
  const nics = useValue('nics');
  const settings = useValue('settings');
  if (!nics || !settings) return <Loading what="the ports of this laptop" rows={6} />;
  return <Questions bench={bench} remembered={settings.wish} rememberedNic={settings.nic} />;
}

interface QuestionsProps {
  readonly bench: Before;
  readonly remembered: Wish;
  readonly rememberedNic: string | undefined;
}

function Questions({ bench, remembered, rememberedNic }: QuestionsProps) {
  const nics = useValue('nics')!;
  const [picked, setPicked] = useState<string>();
  const [wish, setWish] = useState<Wish>(remembered);
  const hasDevices = useKeys('devices').length > 0;
  const nic = chosenNic(nics, picked, rememberedNic);
  const wire = useWire(nic?.name);
  const offer = offerOf(wish, rivalOn(wire));
  return (
    <div className={classes.root}>
      <div className={classes.columns}>
        <PortPanel nics={nics} chosen={nic?.name} onChoose={setPicked} />
        {nic ? (
          <>
            <WirePanel nic={nic} wire={wire} />
            {/* Another port: another plan, and no override goes with it. */}
            <PlanPanel key={nic.name} nic={nic} bench={bench} wish={wish} onWish={setWish} offer={offer} />
          </>
        ) : (
          <NoPort />
        )}
      </div>
      {bench.state === 'idle' && bench.last && <LastBench last={bench.last} hasDevices={hasDevices} />}
    </div>
  );
}
