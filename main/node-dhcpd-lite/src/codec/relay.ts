/** Option 82, what a relay agent adds (RFC 3046) and a server echoes unread. */
import { encapsulation, suboption } from './encapsulated.ts';
import { bytes, ip, text } from './values.ts';

export const RELAY_SUBOPTIONS = [
  suboption(1, 'circuit-id', bytes),
  suboption(2, 'remote-id', bytes),
  suboption(5, 'link-selection', ip),
  suboption(6, 'subscriber-id', text),
  suboption(9, 'vendor-specific', bytes),
  suboption(10, 'relay-flags', bytes),
  suboption(11, 'server-id-override', ip),
  suboption(12, 'relay-source-port', bytes),
] as const;

export const relayAgentInformation = encapsulation('relay agent sub-options', false, RELAY_SUBOPTIONS);
