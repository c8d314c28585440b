/** The way of a card from left to right, writing and then reading back, as high as it is fast. */
import type { JobTarget } from '../../../../main/contract/flash-views.ts';
import { bytesText } from '../../../../main/kit/quantity.ts';
import { graphPoints, targetFraction } from '../job.state.ts';
import classes from './Job.module.css';

const WIDTH = 400;
const HEIGHT = 40;

export function RateGraph({ target, verify, top }: { target: JobTarget; verify: boolean; top: number }) {
  const { writing, verifying } = target;
  const width = verify ? WIDTH / 2 : WIDTH;
  const fraction = targetFraction(target, verify);
  return (
    <svg
      className={classes.graph}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${Math.floor(fraction * 100)} % done, at most ${bytesText(top)}/s so far`}
    >
      <rect className={classes.graphDone} width={WIDTH * fraction} height={HEIGHT} />
      <polygon className={classes.graphWriting} points={graphPoints(writing, width, HEIGHT, top * 1.1)} />
      {verify && (
        <g transform={`translate(${width} 0)`}>
          <polygon className={classes.graphVerifying} points={graphPoints(verifying, width, HEIGHT, top * 1.1)} />
          <line className={classes.graphHalf} y2={HEIGHT} />
        </g>
      )}
      {fraction > 0 && <line className={classes.graphNow} x1={WIDTH * fraction} x2={WIDTH * fraction} y2={HEIGHT} />}
    </svg>
  );
}
