/** The DHCP message as values, named as in RFC 2131 figure 1. Knows no bytes. */
import type { Ipv4, Mac } from '../addresses.ts';

/** Option 53, RFC 2132 section 9.6. */
export const MESSAGE_TYPES = ['DISCOVER', 'OFFER', 'REQUEST', 'DECLINE', 'ACK', 'NAK', 'RELEASE', 'INFORM'] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** Options by number, as octets. Long options are joined (RFC 3396); insertion order is the order on the wire. */
export type Options = Map<number, Uint8Array>;

export interface DhcpPacket {
  /** 1 from a client or relay, 2 from a server. */
  readonly op: 1 | 2;
  /** Hardware type, 1 for Ethernet. */
  readonly htype: number;
  /** Octets of `chaddr` in use, 0 to 16. */
  readonly hlen: number;
  readonly hops: number;
  /** Transaction id, unsigned 32 bits. Not unique: every Raspberry Pi 3 sends 0x26f30339. */
  readonly xid: number;
  /** What the client says it has been trying for, in seconds (iPXE hides its own state there). */
  readonly secs: number;
  /** The whole flags field; 0x8000 is the broadcast flag. */
  readonly flags: number;
  readonly ciaddr: Ipv4;
  readonly yiaddr: Ipv4;
  readonly siaddr: Ipv4;
  readonly giaddr: Ipv4;
  /** The first `hlen` octets of the hardware address field, as colon separated hex; '' when `hlen` is 0. */
  readonly mac: Mac;
  /** Up to the first NUL, one character per octet; '' when the field carries options (option 52). */
  readonly sname: string;
  /** Up to the first NUL, one character per octet; '' when the field carries options (option 52). */
  readonly file: string;
  /** Option 52 is resolved by the decoder and never in here. */
  readonly options: Options;
  /** The vendor area of a BOOTP packet without the magic cookie (RFC 951); such a packet has no options. */
  readonly vendorArea?: Uint8Array;
}

export const BROADCAST_FLAG = 0x8000;

export type PacketErrorCode =
  /** Fewer octets than the fixed part has. */
  | 'TOO_SHORT'
  /** `op` is neither 1 nor 2. */
  | 'BAD_OP'
  /** `hlen` is over 16, or `mac` is not `hlen` octets. */
  | 'BAD_HARDWARE_ADDRESS'
  /** An option's length runs past the end of its field. */
  | 'OPTION_CUT'
  /** Option 52 is not one octet from 1 to 3, or is given to the encoder. */
  | 'BAD_OVERLOAD'
  /** Only from the encoder: a number that its field cannot hold. */
  | 'BAD_FIELD'
  /** Only from the encoder: text longer than its field, with a NUL, or with characters over 0xff. */
  | 'BAD_TEXT'
  /** Only from the encoder: an option numbered 0, 255, or not an octet. */
  | 'BAD_OPTION_CODE'
  /** Only from the encoder: more than a UDP datagram carries. */
  | 'TOO_LONG';

export interface PacketError {
  readonly code: PacketErrorCode;
  /** Octet in the datagram where it shows. */
  readonly offset: number;
  readonly message: string;
}

export type Decoded =
  | { readonly ok: true; readonly packet: DhcpPacket }
  | { readonly ok: false; readonly error: PacketError };
export type Encoded =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly error: PacketError };
