/** The frame that stays: rail, top bar, what must be known in every view, the view, status line. */
import { Suspense } from 'react';
import { useLink } from '../engine/use-engine.tsx';
import { useRoute } from '../ui/route.ts';
import { FaultBoundary } from './FaultBoundary.tsx';
import classes from './Frame.module.css';
import { Notices } from './Notices.tsx';
import { Rail } from './Rail.tsx';
import { StatusLine } from './StatusLine.tsx';
import { TopBar } from './TopBar.tsx';
import { useFrameCommands } from './use-frame-commands.ts';
import { VIEWS } from './views.ts';

export function Frame() {
  const { view } = useRoute();
  const { state } = useLink();
  const shown = VIEWS.find(({ id }) => id === view) ?? VIEWS[0]!;
  useFrameCommands();
  return (
    <div className={classes.frame}>
      <Rail current={shown.id} />
      <TopBar />
      <Notices />
      <main className={classes.view} aria-label={shown.label} data-stale={state.line === 'down' || undefined}>
        <FaultBoundary key={shown.id}>
          <Suspense fallback={null}>
            <shown.Page />
          </Suspense>
        </FaultBoundary>
      </main>
      <StatusLine />
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
