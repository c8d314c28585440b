/** What the first octet of a MAC says (IEEE 802). Pure. */
import type { Mac } from 'node-dhcpd-lite';

const firstOctet = (mac: Mac): number => Number.parseInt(mac.slice(0, 2), 16);

/** Broadcast, multicast or nobody: never a station's own address. */
export const isGroup = (mac: Mac): boolean => mac === '00:00:00:00:00:00' || (firstOctet(mac) & 1) === 1;

/** Locally administered: drawn or set by software, not burnt in. */
export const isMadeUp = (mac: Mac): boolean => (firstOctet(mac) & 2) !== 0;
