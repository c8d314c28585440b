/** Grey lines where a list will be, after a moment of waiting. */
import { Skeleton, VisuallyHidden } from '@mantine/core';
import classes from './Loading.module.css';
import { useDelayed } from './use-delayed.ts';

/** `what`: what is being waited for, e.g. `packets`. */
export function Loading({ what, rows = 4 }: { what: string; rows?: number }) {
  if (!useDelayed(true)) return null;
  return (
    <div className={classes.root}>
      <VisuallyHidden>Loading {what}</VisuallyHidden>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <Skeleton key={index} height={16} width={`${90 - ((index * 17) % 40)}%`} />
      ))}
    </div>
  );
}
