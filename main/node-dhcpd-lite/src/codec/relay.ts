/** Option 82, what a relay agent adds (RFC 3046) and a server echoes; of it this one reads the link selection alone. */
import { encapsulation, suboption } from './encapsulated.ts';
import { bytes, ip, text } from './values.ts';

/** The network of the client where the relay agent has another address than one of it (RFC 3527). */
export const LINK_SELECTION = 5;

export const RELAY_SUBOPTIONS = [
  suboption(1, 'circuit-id', bytes),
  suboption(2, 'remote-id', bytes),
  suboption(LINK_SELECTION, 'link-selection', ip),
  suboption(6, 'subscriber-id', text),
  suboption(9, 'vendor-specific', bytes),
  suboption(10, 'relay-flags', bytes),
  suboption(11, 'server-id-override', ip),
  suboption(12, 'relay-identifier', bytes),
  suboption(19, 'relay-source-port', bytes),
] as const;

export const relayAgentInformation = encapsulation('relay agent sub-options', false, RELAY_SUBOPTIONS);
