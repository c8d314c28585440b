/**
 * Many DHCP clients on one NIC, as raw frames: each DISCOVER, takes the OFFER, REQUESTs, counts its ACK.
 *
 *     node test/bench/dhcp-load.ts NIC CLIENTS AT_ONCE TIMEOUT_SECONDS [TIMES]
 *
 * `AT_ONCE` clients are busy at any time; as many as CLIENTS makes a storm. Each binds TIMES times (default 1); of several
 * the first warms this program up and is not measured. Asks again after a second, as real clients do.
 * Prints one JSON line: bound, seconds until the last ACK, exchanges per second, p50 and p99 in milliseconds, repeats.
 */
import { macBytes } from 'node-dhcpd-lite';
import { BROADCAST_MAC, buildUdpFrame } from 'node-dhcpd-lite/socket';
import { nodeHost } from '../../main/host/node/node-host.ts';

const [nic = 'eth0', clientsText = '1000', atOnceText = '16', timeoutText = '20', timesText = '1'] =
  process.argv.slice(2);
const clients = Number(clientsText);
const exchanges = clients * Number(timesText);
const atOnce = Number(atOnceText);
const AGAIN_MS = 1000;

const link = await nodeHost().links.open(nic);
if (!link) throw new Error(`${nic} cannot be opened`);

/** Prefix of every transaction id, so that a late answer to an earlier run is not counted. */
const run = (process.pid & 0xff) << 24;
const OFFSET = { xid: 14 + 20 + 8 + 4, yiaddr: 14 + 20 + 8 + 16, options: 14 + 20 + 8 + 240 };

interface Client {
  readonly mac: string;
  readonly discover: Uint8Array;
  began: number;
  sentAt: number;
  sent: Uint8Array;
  state: 'waiting' | 'discovering' | 'requesting' | 'bound';
}

const options = (...parts: number[]) => Uint8Array.of(99, 130, 83, 99, ...parts, 55, 4, 1, 3, 6, 51, 255);

function message(index: number, mac: string, tail: Uint8Array): Uint8Array {
  const payload = new Uint8Array(300);
  const view = new DataView(payload.buffer);
  payload.set([1, 1, 6, 0]);
  view.setUint32(4, (run | index) >>> 0);
  payload.set(macBytes(mac), 28);
  payload.set(tail, 236);
  const from = { mac, address: '0.0.0.0', port: 68 };
  return buildUdpFrame({ from, to: { mac: BROADCAST_MAC, address: '255.255.255.255', port: 67 }, payload });
}

const all = Array.from({ length: clients }, (_, index): Client => {
  const salt = Math.floor(Math.random() * 0x10000);
  const octets = [0x52, 0x54, salt >> 8, salt & 255, index >> 8, index & 255];
  const mac = octets.map(octet => octet.toString(16).padStart(2, '0')).join(':');
  const discover = message(index, mac, options(53, 1, 1));
  return { mac, discover, began: 0, sentAt: 0, sent: discover, state: 'waiting' };
});

let begun = 0;
let bound = 0;
/** What came before is not measured. */
let measured = { from: 0, since: performance.now() };
let repeats = 0;
const latencies: number[] = [];
const addresses = new Set<number>();

const send = (client: Client, frame: Uint8Array): void => {
  client.sent = frame;
  client.sentAt = performance.now();
  link.send(frame);
};

function begin(): void {
  if (begun === exchanges) return;
  const client = all[begun++ % clients]!;
  client.state = 'discovering';
  client.began = performance.now();
  send(client, client.discover);
}

/** Option 54, wherever the server put it. */
function serverId(frame: Uint8Array): Uint8Array | undefined {
  for (let at = OFFSET.options; at < frame.length && frame[at] !== 255; at += frame[at] === 0 ? 1 : 2 + frame[at + 1]!)
    if (frame[at] === 54) return frame.subarray(at + 2, at + 6);
  return undefined;
}

/** Option 53, wherever the server put it. */
function typeOf(frame: Uint8Array): number | undefined {
  for (let at = OFFSET.options; at < frame.length && frame[at] !== 255; at += frame[at] === 0 ? 1 : 2 + frame[at + 1]!)
    if (frame[at] === 53) return frame[at + 2];
  return undefined;
}

const finished = new Promise<void>(resolve => {
  link.onFrames(frames => {
    for (const { bytes, outgoing } of frames) {
      if (outgoing || bytes.length < OFFSET.options || bytes[42] !== 2) continue;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const xid = view.getUint32(OFFSET.xid);
      if (xid >>> 24 !== run >>> 24) continue;
      const client = all[xid & 0xffffff];
      if (!client) continue;
      const type = typeOf(bytes);
      const yiaddr = bytes.subarray(OFFSET.yiaddr, OFFSET.yiaddr + 4);
      if (type === 2 && client.state === 'discovering') {
        client.state = 'requesting';
        send(
          client,
          message(xid & 0xffffff, client.mac, options(53, 1, 3, 50, 4, ...yiaddr, 54, 4, ...serverId(bytes)!)),
        );
      } else if (type === 5 && client.state === 'requesting') {
        client.state = 'bound';
        latencies.push(performance.now() - client.began);
        addresses.add(view.getUint32(OFFSET.yiaddr));
        if (++bound === clients && bound < exchanges) {
          measured = { from: bound, since: performance.now() };
          latencies.length = 0;
        }
        if (bound === exchanges) resolve();
        else begin();
      } else if (type === 6) {
        client.state = 'discovering';
        send(client, client.discover);
      }
    }
  });
});

for (let i = 0; i < atOnce; i++) begin();
const again = setInterval(() => {
  for (const client of all) {
    if (client.state !== 'discovering' && client.state !== 'requesting') continue;
    if (performance.now() - client.sentAt < AGAIN_MS) continue;
    repeats++;
    send(client, client.sent);
  }
}, 100);
await Promise.race([finished, new Promise(resolve => setTimeout(resolve, Number(timeoutText) * 1000))]);
const seconds = (performance.now() - measured.since) / 1000;
clearInterval(again);
await link.close();

latencies.sort((a, b) => a - b);
const percentile = (share: number) =>
  latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
console.log(
  JSON.stringify({
    bound,
    addresses: addresses.size,
    seconds,
    rate: (bound - measured.from) / seconds,
    p50: percentile(0.5),
    p99: percentile(0.99),
    repeats,
  }),
);
process.exit(0);
