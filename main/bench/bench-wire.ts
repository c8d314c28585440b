/** The wire of a bench: every frame recorded, each telling one decoded once for all who listen. */
import type { Ipv4, Mac } from 'node-dhcpd-lite';
import type { Frame, Host, Link, Nic } from '../host/host.ts';
import { Emitter } from '../kit/emitter.ts';
import { createAddressWatch } from '../wire/address-watch.ts';
import { type DecodedFrame, decodeFrame } from '../wire/ethernet.ts';
import { Recorder } from '../wire/recorder.ts';

export interface BenchWire {
  /** Undefined where the system gives no raw access; then nothing is recorded or heard. */
  readonly link: Link | undefined;
  readonly recorder: Recorder;
  /** All frames, ours too. Returns stop. */
  readonly onFrames: (listener: (frames: readonly Frame[]) => void) => () => void;
  /** What others said, decoded: ARP, and answers of DHCP servers. Returns stop. */
  readonly onHeard: (listener: (frame: DecodedFrame) => void) => () => void;
  /** An address is in use by a MAC. */
  onInUse(listener: (ip: Ipv4, mac: Mac) => void): void;
  /** Who was last heard using that address. */
  macOf(ip: Ipv4): Mac | undefined;
  close(): Promise<void>;
}

const ADDRESSES_REMEMBERED = 4096;

export async function openWire(host: Host, nic: Nic, lost: () => void): Promise<BenchWire> {
  const recorder = new Recorder();
  const frames = new Emitter<readonly Frame[]>();
  const heard = new Emitter<DecodedFrame>();
  const inUse = new Emitter<{ ip: Ipv4; mac: Mac }>();
  const users = new Map<Ipv4, Mac>();
  const addresses = createAddressWatch({
    ownMac: nic.mac ?? '',
    inUse(ip, mac) {
      if (users.size >= ADDRESSES_REMEMBERED) users.clear();
      users.set(ip, mac);
      inUse.emit({ ip, mac });
    },
  });
  const link = await host.links.open(nic.name);
  link?.onError(lost);
  link?.onFrames(batch => {
    for (const frame of batch) {
      recorder.record(frame);
      if (frame.outgoing || !isTelling(frame.bytes)) continue;
      const decoded = decodeFrame(frame.bytes);
      addresses.hear(decoded, frame.at);
      heard.emit(decoded);
    }
    frames.emit(batch);
  });
  return {
    link,
    recorder,
    onFrames: frames.on,
    onHeard: heard.on,
    onInUse: listener => void inUse.on(({ ip, mac }) => listener(ip, mac)),
    macOf: ip => users.get(ip),
    close: async () => link?.close(),
  };
}

const ETHERTYPE = 12;
const IPV4_PROTOCOL = 14 + 9;
const IPV4_FIRST = 14;

/**
 * Clients' own requests, the bulk of what is heard in a storm, tell nothing here. Anything unusual (tags, IP options) is
 * left to the decoder.
 */
function isTelling(bytes: Uint8Array): boolean {
  const plainUdp =
    bytes[ETHERTYPE] === 8 && bytes[ETHERTYPE + 1] === 0 && bytes[IPV4_FIRST] === 0x45 && bytes[IPV4_PROTOCOL] === 17;
  return !(plainUdp && bytes[34] === 0 && bytes[35] === 68);
}
