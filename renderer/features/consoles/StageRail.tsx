/** How far the board is in its boot, beside what it prints; and what it tripped over, with the next step. */
import { IconAlertTriangle, IconBulb, IconCircleCheck, IconCircleDashed } from '@tabler/icons-react';
import type { ConsoleView } from '../../../main/contract/views.ts';
import { Time } from '../../ui/Time.tsx';
import { useNow } from '../../ui/use-now.ts';
import { railOf, spanOf } from './consoles.state.ts';
import classes from './StageRail.module.css';

export function StageRail({ console }: { console: ConsoleView }) {
  const { story } = console;
  const stages = railOf(console);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and the keyboard must be able to
    <aside className={classes.root} aria-label="Boot stages" tabIndex={0}>
      <h3 className={classes.title}>{story && story.boot > 1 ? `Boot ${story.boot}` : 'Boot stages'}</h3>
      {stages.length === 0 ? (
        <p className="dim">
          None seen yet. Switch the board on or press its reset: boot ROM, loader, kernel and login appear here with
          their times.
        </p>
      ) : (
        <ol className={classes.stages}>
          {stages.map(({ stage, name, at, seconds, isCrash }, index) => {
            const isLast = index === stages.length - 1;
            const Icon = isCrash ? IconAlertTriangle : isLast && stage !== 'login' ? IconCircleDashed : IconCircleCheck;
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a stage may come twice, the order is its own
              <li key={index} data-tone={isCrash ? 'bad' : isLast && stage !== 'login' ? 'now' : 'ok'}>
                <Icon size={16} stroke={1.8} aria-hidden />
                <span className={classes.name}>{name}</span>
                <span className={`${classes.span} numbers`}>
                  {seconds !== undefined ? (
                    spanOf(seconds)
                  ) : isLast && stage !== 'login' && !isCrash ? (
                    <Since at={at} />
                  ) : (
                    ''
                  )}
                </span>
                <span className={classes.at}>
                  <Time at={at} />
                </span>
              </li>
            );
          })}
        </ol>
      )}
      {story?.hints.map(({ rule, hint, line, at }) => (
        <div key={`${rule} ${at}`} className={classes.hint}>
          <IconBulb size={18} stroke={1.6} aria-hidden />
          <div>
            <p>{hint}</p>
            <code className="mono">{line}</code>
          </div>
        </div>
      ))}
    </aside>
  );
}

function Since({ at }: { at: number }) {
  return spanOf(Math.max(0, Math.round((useNow() - at) / 1000)));
}
