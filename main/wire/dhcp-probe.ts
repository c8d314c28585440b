/**
 * The rule `no-second-dhcp`: asks a wire for other DHCP servers before ours speaks, and keeps listening for them after.
 * Knows how to ask and how to judge; what follows from it is decided elsewhere.
 */
import {
  BROADCAST_FLAG,
  type DhcpPacket,
  decodePacket,
  encodePacket,
  type Ipv4,
  type Mac,
  messageType,
  readIpv4,
} from 'node-dhcpd-lite';
import { BROADCAST_MAC, buildUdpFrame } from 'node-dhcpd-lite/socket';
import type { Clock, Frame, UdpSocket } from '../host/host.ts';
import { type DecodedFrame, decodeFrame } from './ethernet.ts';

/** Somebody else who answers DHCP. */
export interface RivalServer {
  /** Option 54, else the sender's address. */
  readonly server: Ipv4;
  /** Undefined when only the datagram was seen. */
  readonly mac: Mac | undefined;
  /** The address it gave or offered, when this answer held one. */
  readonly offered: Ipv4 | undefined;
  /** It decides about addresses; false for a proxyDHCP server, which only adds boot files. */
  readonly leases: boolean;
}

/** How a probe travels: as raw frames where the system allows, else by a UDP socket on port 68 of that NIC. */
export interface ProbePort {
  send(discover: Uint8Array): void;
  /** Replies as DHCP messages; returns stop. */
  onReply(
    listener: (message: Uint8Array, from: { readonly address: Ipv4; readonly mac: Mac | undefined }) => void,
  ): () => void;
}

export interface ProbeOptions {
  readonly port: ProbePort;
  readonly clock: Clock;
  /** The NIC's own MAC: a switch port that admits one address only would cut us off for a made-up one. */
  readonly mac: Mac;
  /** Transaction id, unsigned 32 bits. */
  readonly xid: number;
  /** Default 3,500: dnsmasq and Windows servers ping an address for up to 3 s before they offer it. */
  readonly waitMs?: number;
}

const NO_ADDRESS = '0.0.0.0';
const WAIT_MS = 3_500;
/** A lost DISCOVER must not look like an empty wire. */
const SEND_AT_MS = [0, 500, 1_500];
/** After the first answer, how long others may still answer. */
const OTHERS_MS = 400;

/** Asks and waits; resolves early after an answer. Empty when nobody else serves that wire. */
export function probeDhcpServers(options: ProbeOptions): Promise<readonly RivalServer[]> {
  const { port, clock, mac, xid, waitMs = WAIT_MS } = options;
  const found = new Map<Ipv4, RivalServer>();
  const discover = buildProbe(mac, xid);
  return new Promise(resolve => {
    const cancels: (() => void)[] = [];
    const finish = () => {
      for (const cancel of cancels) cancel();
      resolve([...found.values()]);
    };
    cancels.push(
      port.onReply((message, from) => {
        const rival = judgeProbeReply(message, from, { mac, xid });
        if (!rival || found.has(rival.server)) return;
        found.set(rival.server, rival);
        if (found.size === 1) cancels.push(clock.after(OTHERS_MS, finish));
      }),
      clock.after(waitMs, finish),
    );
    for (const ms of SEND_AT_MS) {
      if (ms === 0) port.send(discover);
      else if (ms < waitMs) cancels.push(clock.after(ms, () => port.send(discover)));
    }
  });
}

/** A DISCOVER that asks for a broadcast answer (the NIC may have no address yet) and says nothing a boot server acts on. */
export function buildProbe(mac: Mac, xid: number): Uint8Array {
  const none = NO_ADDRESS;
  const packet: DhcpPacket = {
    op: 1,
    htype: 1,
    hlen: 6,
    hops: 0,
    xid,
    secs: 0,
    flags: BROADCAST_FLAG,
    ciaddr: none,
    yiaddr: none,
    siaddr: none,
    giaddr: none,
    mac,
    sname: '',
    file: '',
    options: new Map([
      [53, Uint8Array.of(1)],
      [55, Uint8Array.of(1, 3, 6, 15, 51, 54)],
    ]),
  };
  const encoded = encodePacket(packet);
  if (!encoded.ok) throw new TypeError(encoded.error.message);
  return encoded.bytes;
}

/** A rival when `message` is a server's answer to our probe. */
export function judgeProbeReply(
  message: Uint8Array,
  from: { readonly address: Ipv4; readonly mac: Mac | undefined },
  probe: { readonly mac: Mac; readonly xid: number },
): RivalServer | undefined {
  const reply = readReply(message);
  if (!reply || reply.packet.xid !== probe.xid || reply.packet.mac !== probe.mac) return undefined;
  return { server: reply.server ?? from.address, mac: from.mac, offered: reply.offered, leases: reply.leases };
}

interface Reply {
  readonly packet: DhcpPacket;
  readonly server: Ipv4 | undefined;
  readonly offered: Ipv4 | undefined;
  readonly leases: boolean;
}

/** OFFER, ACK, NAK, or a BOOTP reply. */
function readReply(message: Uint8Array): Reply | undefined {
  const decoded = decodePacket(message);
  if (!decoded.ok || decoded.packet.op !== 2) return undefined;
  const { packet } = decoded;
  const type = messageType(packet);
  if (type !== undefined && type !== 'OFFER' && type !== 'ACK' && type !== 'NAK') return undefined;
  const id = packet.options.get(54);
  const offered = packet.yiaddr === NO_ADDRESS ? undefined : packet.yiaddr;
  // A NAK, and the ACK of an INFORM, hold no address but come from a server that leases; a boot server's ACK names PXE.
  const informs = type === 'ACK' && packet.ciaddr !== NO_ADDRESS && !packet.options.has(60);
  return {
    packet,
    server: id?.length === 4 ? readIpv4(id) : undefined,
    offered,
    leases: offered !== undefined || type === 'NAK' || informs,
  };
}

export interface RivalWatchOptions {
  /** Our own answers are no rival's. */
  readonly ownMac: Mac;
  readonly ownAddress: Ipv4;
  /** Called for every answer of another server, also of proxyDHCP servers. */
  readonly onRival: (rival: RivalServer) => void;
}

/** Listens for answers that are not ours: OFFER, ACK and NAK from port 67 or 4011, to whomever. */
export function createRivalWatch({ ownMac, ownAddress, onRival }: RivalWatchOptions): {
  hear(frame: DecodedFrame): void;
} {
  return {
    hear(frame) {
      const answer = serverAnswer(frame);
      if (!answer || frame.source === ownMac || answer.from === ownAddress) return;
      const reply = readReply(answer.message);
      if (!reply || reply.server === ownAddress) return;
      const { offered, leases } = reply;
      onRival({ server: reply.server ?? answer.from, mac: frame.source, offered, leases });
    },
  };
}

function serverAnswer({ body }: DecodedFrame): { message: Uint8Array; from: Ipv4 } | undefined {
  if (body.kind !== 'ipv4' || body.payload.kind !== 'udp') return undefined;
  const { sourcePort, data } = body.payload;
  return sourcePort === 67 || sourcePort === 4011 ? { message: data, from: body.source } : undefined;
}

/** Raw frames: answers are seen with the MAC they came from, also while another program holds port 68. */
export function frameProbePort(wire: {
  readonly mac: Mac;
  readonly send: (frame: Uint8Array) => void;
  readonly onFrames: (listener: (frames: readonly Frame[]) => void) => () => void;
}): ProbePort {
  return {
    send(discover) {
      const from = { mac: wire.mac, address: NO_ADDRESS, port: 68 };
      wire.send(
        buildUdpFrame({ from, to: { mac: BROADCAST_MAC, address: '255.255.255.255', port: 67 }, payload: discover }),
      );
    },
    onReply: listener =>
      wire.onFrames(frames => {
        for (const { bytes, outgoing } of frames) {
          if (outgoing) continue;
          const frame = decodeFrame(bytes);
          const answer = serverAnswer(frame);
          if (answer) listener(answer.message, { address: answer.from, mac: frame.source });
        }
      }),
  };
}

/** A broadcast socket on port 68 of the NIC, where there is no raw access. The caller closes it. */
export function socketProbePort(socket: UdpSocket): ProbePort {
  return {
    send: discover => socket.send(discover, { address: '255.255.255.255', port: 67 }),
    onReply(listener) {
      let listening = true;
      socket.onMessage((bytes, from) => {
        if (listening && from.port === 67) listener(bytes, { address: from.address, mac: undefined });
      });
      return () => {
        listening = false;
      };
    },
  };
}
