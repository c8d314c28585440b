/** A queue above its cards: which drives it takes, and what was plugged in but left alone. */
import type { QueueView } from '../../../../main/contract/flash-views.ts';
import { shortTitle } from '../flash.state.ts';
import classes from './Job.module.css';

export const QueueStrip = ({ queue, isOver }: { queue: QueueView; isOver: boolean }) => (
  <>
    {!isOver && (
      <p className={classes.facts}>
        It erases and writes {queue.rule}. Drives that were there before are left alone unless you chose them.
      </p>
    )}
    {queue.passed.length > 0 && (
      <ul className={classes.passed} aria-label="Left alone">
        {queue.passed.map(({ device, title, because }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same card may come again, for the same reason
          <li key={index}>
            <span className="mono">{device}</span> {shortTitle(title)} is left alone: {because}.
          </li>
        ))}
      </ul>
    )}
  </>
);
