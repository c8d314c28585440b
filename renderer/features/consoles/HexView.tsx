/** What a console received as octets, unfiltered and harmless as numbers: the latest ones, sixteen in a row. */
import { IconBinary } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { ErrorView } from '../../../main/contract/error-view.ts';
import type { ConsoleView } from '../../../main/contract/views.ts';
import { useLink, useSession, viewOf } from '../../engine/use-engine.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { Cell, VirtualGrid } from '../../ui/VirtualGrid.tsx';
import classes from './ConsolePane.module.css';
import { hexRow, tabName } from './consoles.state.ts';

const ROW = 16;
/** Octets kept for looking back; the raw log has all. */
const MOST = 256 * 1024;
const DRAW_MS = 200;

interface Octets {
  /** Of the first octet, since this view began to look. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export function HexView({ console }: { console: ConsoleView }) {
  const { octets, error } = useOctets(console.id);
  if (error) return <ErrorNote error={error} />;
  const rows = Math.ceil(octets.bytes.length / ROW);
  if (rows === 0)
    return (
      <Empty icon={IconBinary} title="No octet has come yet">
        What the board sends appears here as numbers.
      </Empty>
    );
  return (
    <VirtualGrid
      className={classes.hex}
      label={`Octets of ${tabName(console)}`}
      count={rows}
      keyOf={index => octets.offset + index * ROW}
      columns="96px 420px minmax(0, 1fr)"
      rowHeight={24}
      follow
      row={index => {
        const { hex, text } = hexRow(octets.bytes.subarray(index * ROW, (index + 1) * ROW));
        return (
          <>
            <Cell className="mono dim">{(octets.offset + index * ROW).toString(16).padStart(8, '0')}</Cell>
            <Cell className={`mono ${classes.octets}`}>{hex}</Cell>
            <Cell className={`mono ${classes.octets}`}>{text}</Cell>
          </>
        );
      }}
    />
  );
}

function useOctets(id: string): { readonly octets: Octets; readonly error: ErrorView | undefined } {
  const session = useSession();
  const isUp = useLink().state.line === 'up';
  const [octets, setOctets] = useState<Octets>(NOTHING);
  const [error, setError] = useState<ErrorView>();
  useEffect(() => {
    if (!isUp) return;
    let over = false;
    let leave = (): void => {};
    let kept: Octets = NOTHING;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = (): void => {
      timer = undefined;
      if (!over) setOctets(kept);
    };
    session.call('console.attach', { id, from: 'oldest', as: 'octets' }).then(
      ({ stream }) => {
        const quit = session.onStream(stream, {
          data(bytes, skipped) {
            kept = added(kept, bytes, skipped);
            timer ??= setTimeout(draw, DRAW_MS);
          },
        });
        leave = () => {
          quit();
          session.call('console.detach', { stream }).catch(() => {});
        };
        if (over) leave();
      },
      thrown => !over && setError(viewOf(thrown)),
    );
    return () => {
      over = true;
      clearTimeout(timer);
      leave();
    };
  }, [session, id, isUp]);
  return { octets, error };
}

const NOTHING: Octets = { offset: 0, bytes: new Uint8Array(0) };

/** Begins at a full row, so that rows stay what they are. */
function added({ offset, bytes }: Octets, more: Uint8Array, skipped: number): Octets {
  if (skipped > 0) return { offset: offset + bytes.length + skipped, bytes: more };
  const whole = bytes.length + more.length;
  const drop = whole > MOST ? Math.ceil((whole - MOST / 2) / ROW) * ROW : 0;
  const joined = new Uint8Array(whole);
  joined.set(bytes);
  joined.set(more, bytes.length);
  return { offset: offset + drop, bytes: joined.subarray(drop) };
}
