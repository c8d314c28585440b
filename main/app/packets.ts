/** The recorded packets of the bench, for the inspector: listed newest first, decoded one by one, saved as a capture. */
import type { Mac } from 'node-dhcpd-lite';
import type { Frame } from '../host/host.ts';
import {
  concerns,
  type PacketDetail,
  type PacketRow,
  packetDetail,
  packetRow,
  type Recorded,
} from '../wire/inspect.ts';
import type { Recorder } from '../wire/recorder.ts';

export interface PacketQuery {
  /** Only packets of these MACs. */
  readonly macs?: ReadonlySet<Mac> | undefined;
  /** Only packets with a smaller number. */
  readonly before?: number | undefined;
  readonly limit: number;
}

export function listPackets(recorder: Recorder, { macs, before, limit }: PacketQuery): readonly PacketRow[] {
  const rows: PacketRow[] = [];
  const all = numbered(recorder);
  for (let at = all.length - 1; at >= 0 && rows.length < limit; at--) {
    const recorded = all[at]!;
    if (before !== undefined && recorded.number >= before) continue;
    if (!macs || concerns(recorded.bytes, macs)) rows.push(packetRow(recorded));
  }
  return rows;
}

/** Undefined when that packet is not kept any more. */
export function getPacket(recorder: Recorder, number: number): PacketDetail | undefined {
  const recorded = numbered(recorder).find(each => each.number === number);
  return recorded && packetDetail(recorded);
}

export function framesOf(recorder: Recorder, macs: ReadonlySet<Mac>): readonly Frame[] {
  return recorder.frames().filter(({ bytes }) => concerns(bytes, macs));
}

function numbered(recorder: Recorder): readonly Recorded[] {
  const frames = recorder.frames();
  const first = recorder.seen - frames.length + 1;
  return frames.map((frame, i) => ({ ...frame, number: first + i }));
}
