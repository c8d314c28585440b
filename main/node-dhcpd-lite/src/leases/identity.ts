/** Who a client is: the key its lease is kept under, and the reservation that fits it. */
import { ipv4Number, type Mac } from '../addresses.ts';
import { toHex } from '../codec/octets.ts';
import type { Identity, PoolClient, Reservation } from './lease.ts';

/** Undefined for a client that has neither a hardware address nor a client identifier. */
export function clientKey(client: PoolClient, identity: Identity): string | undefined {
  const byId = client.clientId ? `id:${client.clientId}` : undefined;
  // RFC 2131 section 2: a hardware address identifies together with its type. InfiniBand has none to show (RFC 4390).
  const byMac = client.mac && (client.htype === 1 ? client.mac : `${client.htype}/${client.mac}`);
  return (identity === 'mac' ? byMac || byId : byId || byMac) || undefined;
}

export interface Reserved {
  readonly reservation: Reservation;
  readonly number: number;
  readonly key: string;
}

/** Finds reservations by any mark in O(1). */
export class Reservations {
  readonly #byMac = new Map<string, Reserved>();
  readonly #byClientId = new Map<string, Reserved>();
  readonly #bySerial = new Map<string, Reserved>();
  readonly #byUuid = new Map<string, Reserved>();
  readonly #byNumber = new Map<number, Reserved>();
  /** The MAC that a client had when a serial or UUID fitted: its later programs send the MAC alone. */
  readonly #learned = new Map<Mac, Reserved>();

  constructor(reservations: readonly Reservation[]) {
    for (const reservation of reservations) {
      const number = ipv4Number(reservation.ip);
      const reserved: Reserved = { reservation, number, key: `reservation:${reservation.ip}` };
      this.#byNumber.set(number, reserved);
      const { mac, clientId, serial, uuid } = reservation;
      if (mac) setOnce(this.#byMac, mac.toLowerCase(), reserved);
      if (clientId) setOnce(this.#byClientId, hexDigits(clientId), reserved);
      if (serial) setOnce(this.#bySerial, serial.toLowerCase(), reserved);
      if (uuid) for (const form of uuidForms(uuid)) setOnce(this.#byUuid, form, reserved);
    }
  }

  has(number: number): boolean {
    return this.#byNumber.has(number);
  }

  at(number: number): Reserved | undefined {
    return this.#byNumber.get(number);
  }

  find(client: PoolClient): Reserved | undefined {
    if (this.#byNumber.size === 0) return undefined;
    return (
      this.#byMac.get(client.mac) ??
      (client.clientId ? this.#byClientId.get(client.clientId) : undefined) ??
      (client.serial ? this.#bySerial.get(client.serial) : undefined) ??
      (client.uuid ? this.#byUuid.get(client.uuid) : undefined) ??
      this.#learned.get(client.mac)
    );
  }

  /** One MAC for each reservation, so that a board with a new MAC at every start leaves no trail. */
  learn(reserved: Reserved, mac: Mac, before: Mac): void {
    if (this.#learned.get(before) === reserved) this.#learned.delete(before);
    if (mac) this.#learned.set(mac, reserved);
  }
}

function setOnce(map: Map<string, Reserved>, mark: string, reserved: Reserved): void {
  if (!map.has(mark)) map.set(mark, reserved);
}

const hexDigits = (text: string): string => text.replace(/[^0-9a-f]/gi, '').toLowerCase();

/** SMBIOS text has its first three groups in the other byte order than most firmware sends them; both are meant. */
function uuidForms(text: string): readonly string[] {
  const digits = hexDigits(text);
  if (digits.length !== 32 || !text.includes('-')) return [digits];
  const octets = Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
  octets.subarray(0, 4).reverse();
  octets.subarray(4, 6).reverse();
  octets.subarray(6, 8).reverse();
  return [toHex(octets), digits];
}

/** FNV-1a, 32 bits: spreads keys over the pool, the same way at every start. */
export function hash(key: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) value = Math.imul(value ^ key.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
