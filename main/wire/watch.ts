/** Listening to a port's wire without sending anything: the raw link, and what it tells about who is there. */
import { PI_PREFIXES, recogniseClient } from '../boot/client.ts';
import { BenchError } from '../errors.ts';
import type { Frame, Host, Nic } from '../host/host.ts';
import { createListener } from './listener.ts';
import { Recorder } from './recorder.ts';
import type { Station, TellingStation } from './station.ts';

export interface WireWatch {
  readonly nic: Nic;
  readonly recorder: Recorder;
  /** Called with the station each telling frame was about. */
  onHeard(listener: (station: Station, frame: Frame) => void): void;
  /** Resolves when the port went away. */
  readonly lost: Promise<BenchError>;
  /** A sentence for each station, the telling ones first. */
  sentences(): readonly string[];
  /** The stations with what is to be said of each, the telling ones first. */
  stations(): readonly TellingStation[];
  close(): Promise<void>;
}

/** Throws PERMISSION_MISSING, PERMISSION_REFUSED or UNSUPPORTED where frames cannot be read. */
export async function watchWire(host: Host, nic: Nic, options: { readonly ask?: boolean } = {}): Promise<WireWatch> {
  const link = await host.links.open(nic.name, options);
  if (!link) {
    const what = `Listening on ${nic.name}`;
    if (host.platform === 'linux')
      throw new BenchError('PERMISSION_MISSING', { what, right: 'to read raw frames (CAP_NET_RAW)' });
    throw new BenchError('UNSUPPORTED', { what, platform: host.platform });
  }
  const recorder = new Recorder();
  const listener = createListener({
    ownMac: nic.mac,
    describeClient: packet => recogniseClient(packet).label,
    // A Pi with a fixed address sends no DHCP packet that would name it.
    describeMac: mac => (PI_PREFIXES.has(mac.slice(0, 8)) ? 'Raspberry Pi' : undefined),
  });
  let heard: (station: Station, frame: Frame) => void = () => {};
  link.onFrames(frames => {
    for (const frame of frames) {
      recorder.record(frame);
      const station = listener.hear(frame);
      if (station) heard(station, frame);
    }
  });
  const lost = new Promise<BenchError>(resolve => {
    link.onError(() => resolve(new BenchError('NIC_GONE', { nic: nic.name })));
  });
  return {
    nic,
    recorder,
    onHeard: callback => {
      heard = callback;
    },
    lost,
    sentences: () => listener.sentences(),
    stations: () => listener.telling(),
    close: () => link.close(),
  };
}
