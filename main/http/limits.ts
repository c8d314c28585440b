/** How much of this laptop HTTP clients may take, together and each, in connections and in time. */

/** Connections at once; a bench of 40 boards with an installer each stays well below. */
export const MOST_CONNECTIONS = 512;
/** Connections at once from one address; installers and browsers use up to a dozen. */
export const MOST_PER_ADDRESS = 128;
/** Connections that an address keeps in any case; those beyond are cut for others when all are taken. */
export const FAIR_SHARE = 32;

/** Waiting for the next request, ms. */
export const IDLE_MS = 60_000;
/** From the first octet of a request to the end of its head or body, ms; dripping octets does not extend it. */
export const REQUEST_MS = 20_000;
/** Without any octet taken by a reader, ms. Installers stop reading while a slow card swallows what they fetched. */
export const STALL_MS = 300_000;
/** From our last octet to the client's end of the connection, ms. */
export const LINGER_MS = 5_000;
/** For answers under way to let go of their files when the server closes, ms. */
export const CLOSE_MS = 2_000;
/** How often deadlines are looked at, ms. */
export const SWEEP_MS = 1_000;

/** Octets kept of requests that arrive while another is being answered; beyond that the connection is not read. */
export const PIPELINE_LIMIT = 16_384;
