/** Every command that was run on a control board, with what it printed. */
import type { BoxView } from '../../../main/contract/views.ts';
import { StatusWord } from '../../ui/StatusWord.tsx';
import { Time } from '../../ui/Time.tsx';
import classes from './BoxPanel.module.css';
import { spanOf } from './consoles.state.ts';

/** The newest first; more are kept than anybody reads. */
const SHOWN = 50;

export function BoxRecords({ box }: { box: BoxView }) {
  return (
    <div className={classes.records}>
      <h3>Commands and what they printed</h3>
      <ol>
        {box.records
          .slice(-SHOWN)
          .toReversed()
          .map(({ n, at, command, exit, output, seconds, failed }) => (
            <li key={n}>
              <div className={classes.record}>
                <span className="dim">
                  <Time at={at} />
                </span>
                <code className="mono">{command}</code>
                <StatusWord tone={failed === undefined ? 'ok' : 'bad'}>
                  {failed ?? `exit ${exit ?? '–'}`}, {spanOf(seconds)}
                </StatusWord>
              </div>
              <pre className="mono">{output.trimEnd() || '(it printed nothing)'}</pre>
            </li>
          ))}
      </ol>
    </div>
  );
}
