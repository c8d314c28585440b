/** The frame that stays: rail, top bar, what must be known in every view, the view, status line. */
import { Suspense, useEffect } from 'react';
import { useLink } from '../engine/use-engine.tsx';
import { followLink, useRoute } from '../ui/route.ts';
import { SlotsProvider } from '../ui/slots.ts';
import { FaultBoundary } from './FaultBoundary.tsx';
import classes from './Frame.module.css';
import { Notices } from './Notices.tsx';
import { Rail } from './Rail.tsx';
import { StatusLine } from './StatusLine.tsx';
import { TopBar } from './TopBar.tsx';
import { useFrameCommands } from './use-frame-commands.ts';
import { SLOTS, VIEWS } from './views.ts';

export function Frame() {
  const { view, rest } = useRoute();
  const { state } = useLink();
  const shown = VIEWS.find(({ id }) => id === view) ?? VIEWS[0]!;
  useFrameCommands();
  useEffect(() => {
    document.addEventListener('click', followLink);
    return () => document.removeEventListener('click', followLink);
  }, []);
  const isAlone = shown.isAlone?.(rest) ?? false;
  return (
    <div className={classes.frame} data-alone={isAlone || undefined}>
      {!isAlone && <Rail current={shown.id} />}
      {!isAlone && <TopBar />}
      <Notices />
      <main className={classes.view} aria-label={shown.label} data-stale={state.line === 'down' || undefined}>
        <FaultBoundary key={shown.id}>
          <SlotsProvider value={SLOTS}>
            <Suspense fallback={null}>
              <shown.Page />
            </Suspense>
          </SlotsProvider>
        </FaultBoundary>
      </main>
      {!isAlone && <StatusLine />}
      {VIEWS.map(
        ({ id, Background }) =>
          Background && (
            <Suspense key={id} fallback={null}>
              <Background />
            </Suspense>
          ),
      )}
    </div>
  );
}
