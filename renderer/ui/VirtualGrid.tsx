// biome-ignore-all lint/a11y/useSemanticElements: only the seen part of the list is there, so it cannot be a table
// biome-ignore-all lint/a11y/useFocusableInteractive: headers are read, not operated
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the grid has the keys of all its rows
/**
 * A long list as a grid of rows of one height: only what is seen is drawn. Arrow keys, Home, End and Page keys move, Enter
 * opens. What is in a row are `Cell`s, in the header `HeadCell`s.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import classes from './VirtualGrid.module.css';

interface VirtualGridProps {
  readonly label: string;
  readonly count: number;
  readonly keyOf: (index: number) => string | number;
  /** The cells of a row. */
  readonly row: (index: number) => ReactNode;
  /** Cells of the header, `role="columnheader"` each. */
  readonly header?: ReactNode;
  /** CSS `grid-template-columns` of header and rows. */
  readonly columns: string;
  readonly rowHeight?: number;
  readonly onOpen?: ((index: number) => void) | undefined;
  /** The row that is open elsewhere. */
  readonly openKey?: string | number | undefined;
  /** The end stays in sight as rows come, unless somebody scrolled away from it. */
  readonly follow?: boolean;
  /** With `follow`: somebody scrolled away from the end, or came back to it. */
  readonly onFollowing?: (isFollowing: boolean) => void;
  readonly className?: string | undefined;
}

export function VirtualGrid(props: VirtualGridProps) {
  const { label, count, keyOf, row, header, columns, rowHeight = 40, onOpen, openKey, follow = false } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const focusActive = useRef(false);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: keyOf,
    overscan: 8,
  });
  const current = Math.min(active, count - 1);

  useFollow(scroller, count, follow, props.onFollowing);
  useEffect(() => {
    if (!focusActive.current) return;
    focusActive.current = false;
    scroller.current?.querySelector<HTMLElement>(`[data-index="${current}"]`)?.focus();
  });

  function move(to: number): void {
    const next = Math.max(0, Math.min(count - 1, to));
    focusActive.current = true;
    setActive(next);
    virtual.scrollToIndex(next, { align: 'auto' });
  }

  function onKeyDown(event: KeyboardEvent): void {
    // Buttons inside a row keep their keys.
    if (!(event.target as HTMLElement).hasAttribute('data-index')) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
    const moves: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: count - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) {
      event.preventDefault();
      move(to);
    } else if ((event.key === 'Enter' || event.key === ' ') && onOpen) {
      event.preventDefault();
      onOpen(current);
    }
  }

  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={count + (header ? 1 : 0)}
      className={props.className ? `${classes.root} ${props.className}` : classes.root}
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      {header && (
        <div role="rowgroup" className={classes.head}>
          <div role="row" className={classes.header} style={{ gridTemplateColumns: columns }}>
            {header}
          </div>
        </div>
      )}
      <div role="rowgroup" className={classes.rows} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => (
          <div
            key={key}
            role="row"
            data-index={index}
            aria-rowindex={index + (header ? 2 : 1)}
            aria-selected={openKey === undefined ? undefined : key === openKey}
            tabIndex={index === current ? 0 : -1}
            className={onOpen ? `${classes.row} ${classes.opens}` : classes.row}
            style={{ height: rowHeight, transform: `translateY(${start}px)`, gridTemplateColumns: columns }}
            onFocus={() => setActive(index)}
            onClick={onOpen && (event => isPlainClick(event.target) && onOpen(index))}
          >
            {row(index)}
          </div>
        ))}
      </div>
    </div>
  );
}

/** Not on a button, and not the end of selecting text. */
function isPlainClick(target: EventTarget): boolean {
  return !(target as Element).closest('button, a, input') && !getSelection()?.toString();
}

const NEAR_END = 24;

function useFollow(
  scroller: { readonly current: HTMLDivElement | null },
  count: number,
  follow: boolean,
  onFollowing: ((isFollowing: boolean) => void) | undefined,
): void {
  const isAtEnd = useRef(true);
  useEffect(() => {
    const element = scroller.current;
    if (!element || !follow) return;
    const look = (): void => {
      const isNow = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END;
      if (isNow !== isAtEnd.current) onFollowing?.(isNow);
      isAtEnd.current = isNow;
    };
    element.addEventListener('scroll', look, { passive: true });
    return () => element.removeEventListener('scroll', look);
  }, [scroller, follow, onFollowing]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the number of rows that moves the end
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element && follow && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [scroller, follow, count]);
}

export function Cell({
  children,
  className,
  title,
}: {
  children?: ReactNode;
  className?: string | undefined;
  title?: string | undefined;
}) {
  return (
    <div role="gridcell" className={className ? `${classes.cell} ${className}` : classes.cell} title={title}>
      {children}
    </div>
  );
}

export function HeadCell({ children }: { children?: ReactNode }) {
  return (
    <div role="columnheader" className={classes.cell}>
      {children}
    </div>
  );
}
