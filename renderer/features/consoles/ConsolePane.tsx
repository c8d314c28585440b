/**
 * One console with all its tools: stages, terminal or octets, the line to send, macros, status. When another console is
 * shown, only what holds something of its own begins anew, so that a tab opens at once.
 */
import { useCallback, useRef, useState } from 'react';
import type { ConsoleView } from '../../../main/contract/views.ts';
import classes from './ConsolePane.module.css';
import { ConsoleStatus } from './ConsoleStatus.tsx';
import { ConsoleTerminal, type TerminalControl } from './ConsoleTerminal.tsx';
import { ConsoleTools } from './ConsoleTools.tsx';
import { tabName } from './consoles.state.ts';
import { HexView } from './HexView.tsx';
import { LineDialog } from './LineDialog.tsx';
import { useLooks } from './looks.ts';
import { MacroBar } from './MacroBar.tsx';
import { SendLine } from './SendLine.tsx';
import { StageRail } from './StageRail.tsx';

interface ConsolePaneProps {
  readonly console: ConsoleView;
  /** In a window of its own there is nowhere to pop out to. */
  readonly isAlone?: boolean;
}

export function ConsolePane({ console, isAlone = false }: ConsolePaneProps) {
  const { macros, stages } = useLooks();
  const { id } = console;
  /** Consoles of which the octets are shown, and whose line is being changed. */
  const [hexOf, setHexOf] = useState<string>();
  const [lineOf, setLineOf] = useState<string>();
  const isHex = hexOf === id;
  const openLine = useCallback(() => setLineOf(id), [id]);
  const setHex = useCallback((isOn: boolean) => setHexOf(isOn ? id : undefined), [id]);
  const control = useRef<TerminalControl>(null);
  return (
    <section className={classes.root} data-pane tabIndex={-1} aria-label={`Console ${tabName(console)}`}>
      <ConsoleTools
        console={console}
        control={control}
        isHex={isHex}
        onHex={setHex}
        onLine={openLine}
        isAlone={isAlone}
      />
      <div className={classes.middle}>
        {stages && <StageRail console={console} />}
        <div className={classes.screens}>
          {/* It goes on behind the octets: times and scrollback stay. */}
          <div className={classes.screen} inert={isHex}>
            <ConsoleTerminal key={id} console={console} control={control} autoFocus />
          </div>
          {isHex && (
            <div className={classes.over}>
              <HexView key={id} console={console} />
            </div>
          )}
        </div>
      </div>
      <SendLine key={id} console={console} />
      {macros && <MacroBar console={console} />}
      <ConsoleStatus console={console} onLine={openLine} />
      {lineOf === id && console.line && (
        <LineDialog console={console} line={console.line} onClose={() => setLineOf(undefined)} />
      )}
    </section>
  );
}

/** One of several, side by side: its name, what it shows, its state. */
export function SmallPane({ console, onOpen }: { console: ConsoleView; onOpen?: () => void }) {
  return (
    <section className={classes.small} data-pane tabIndex={-1} aria-label={`Console ${tabName(console)}`}>
      {onOpen && (
        <header className={classes.smallHead}>
          <button type="button" className={`${classes.smallName} cut`} onClick={onOpen}>
            {tabName(console)}
          </button>
          <span className={`dim cut ${classes.smallStage}`}>{stageOf(console)}</span>
        </header>
      )}
      <ConsoleTerminal console={console} />
      <ConsoleStatus console={console} isShort />
    </section>
  );
}

const stageOf = ({ story }: ConsoleView): string => story?.stages.at(-1)?.by ?? '';
