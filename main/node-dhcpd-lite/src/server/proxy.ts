/**
 * Proxy mode: boot fields for PXE clients beside a server that gives the addresses (PXE specification 2.1), and the
 * boot server of port 4011, which lease mode has too. It knows no pool and never gives an address.
 */
import { isStation } from '../addresses.ts';
import { isUefiPxe } from '../codec/arch.ts';
import { decodeSuboptions } from '../codec/encapsulated.ts';
import { fromText } from '../codec/octets.ts';
import { messageType, optionValue } from '../codec/options.ts';
import { discoveryControl, encodePxe, PXE_DISCOVERY } from '../codec/pxe.ts';
import type { Destination } from '../transport.ts';
import type { OptionBytes, ProxyConfig } from './config.ts';
import { viaRelay } from './delivery.ts';
import { type Answer, consult, ignore, type Mode, type Request } from './mode.ts';
import type { BootFields, BootPolicy, ClientFacts } from './policy.ts';
import { buildReply, type ReplyTemplate, replyTemplate } from './reply.ts';

const BOOT_FILE_GIVEN: OptionBytes = [43, encodePxe([discoveryControl(PXE_DISCOVERY.bootFileGiven)])];
/** Sub-option of 43: which boot server, and which layer of it, the client chose from a menu. */
const BOOT_ITEM = 71;

export function proxyMode(config: ProxyConfig, policy: BootPolicy): Mode {
  const template = replyTemplate(config);
  return {
    answer(request) {
      if (request.packet.op !== 1) return ignore('not-a-request', 'it is a reply of another server');
      if (request.port === 4011) return bootServerAnswer(request, 'proxy', policy, template);
      return offerAnswer(request, policy, template);
    },
  };
}

function offerAnswer(request: Request, policy: BootPolicy, template: ReplyTemplate): Answer {
  const { packet, client } = request;
  if (client.bootClass === undefined) return ignore('not-for-a-proxy', 'it does not ask to boot from the network');
  if (client.relay !== undefined && !isStation(client.relay))
    return ignore('malformed', `${client.relay} cannot be the address of a relay agent`);
  if (messageType(packet) !== 'DISCOVER')
    return ignore('not-for-a-proxy', 'it is for the server that gives the addresses');
  const { boot, error } = consult(policy, request, {
    mode: 'proxy',
    message: 'DISCOVER',
    ip: undefined,
    server: template.server,
  });
  const fields = offerFields(boot, client, template);
  const reply = buildReply(template, packet, client, { message: 'OFFER', boot: fields });
  // It has no address yet, or not from us: everybody hears it, and the port tells who listens.
  const to: Destination = viaRelay(packet) ?? { via: 'broadcast', port: 68 };
  return {
    kind: 'reply',
    message: 'OFFER',
    packet: reply,
    to,
    ip: undefined,
    leaseSeconds: undefined,
    boot: fields,
    proxy: true,
    reason: undefined,
    policyError: error,
  };
}

/**
 * BIOS ROMs take the file from the OFFER when option 43 says that there is nothing to discover. UEFI firmware has
 * trouble with option 43; without it and without a file it asks port 4011 (pixiecore and dnsmasq do the same).
 */
function offerFields(boot: BootFields, client: ClientFacts, template: ReplyTemplate): BootFields {
  const marked = { siaddr: template.server, ...boot, options: withClass(boot.options, client) };
  const isUefi = client.archs.some(isUefiPxe) && !client.ipxe && client.bootClass !== 'HTTPClient';
  if ((boot.proxy ?? (isUefi ? 'boot-server' : 'offer')) === 'boot-server') {
    const { file: _file, ...rest } = marked;
    return { ...rest, options: marked.options.filter(([code]) => code !== 67) };
  }
  const discovers = isUefi || client.ipxe || client.bootClass === 'HTTPClient' || !boot.file;
  if (discovers || marked.options.some(([code]) => code === 43)) return marked;
  return { ...marked, options: [...marked.options, BOOT_FILE_GIVEN] };
}

/** Option 60 is what makes an answer one of a boot server; firmware drops it otherwise. */
function withClass(options: readonly OptionBytes[] | undefined, client: ClientFacts): readonly OptionBytes[] {
  const own = options ?? [];
  if (own.some(([code]) => code === 60)) return own;
  return [[60, fromText(client.bootClass ?? 'PXEClient')], ...own];
}

/** Port 4011: the client has an address and asks by unicast for its file. */
export function bootServerAnswer(
  request: Request,
  mode: 'lease' | 'proxy',
  policy: BootPolicy,
  template: ReplyTemplate,
): Answer {
  const { packet, client, from } = request;
  const message = messageType(packet);
  if (client.bootClass === undefined) return ignore('not-for-a-proxy', 'it does not ask to boot from the network');
  if (message !== 'REQUEST' && message !== 'INFORM')
    return ignore('not-for-a-proxy', `${message ?? 'BOOTP'} is not for a boot server`);
  const server = optionValue(packet.options, 'server-identifier');
  if (server !== undefined && server !== template.server)
    return ignore('other-server', `it is meant for the server ${server}`);
  const ip = packet.ciaddr === '0.0.0.0' ? undefined : packet.ciaddr;
  const { boot, error } = consult(policy, request, { mode, message, ip, server: template.server });
  const fields = { siaddr: template.server, ...boot, options: withItem(withClass(boot.options, client), request) };
  const reply = buildReply(template, packet, client, { message: 'ACK', ciaddr: packet.ciaddr, boot: fields });
  const to: Destination =
    from.address === '0.0.0.0'
      ? { via: 'broadcast', port: 68 }
      : { via: 'unicast', address: from.address, port: from.port };
  return {
    kind: 'reply',
    message: 'ACK',
    packet: reply,
    to,
    ip: undefined,
    leaseSeconds: undefined,
    boot: fields,
    proxy: true,
    reason: undefined,
    policyError: error,
  };
}

/** A client that chose from a menu wants its choice confirmed. */
function withItem(options: readonly OptionBytes[], request: Request): readonly OptionBytes[] {
  const asked = request.packet.options.get(43);
  const item = asked && decodeSuboptions(asked, true)?.get(BOOT_ITEM);
  if (!item || item.length > 255) return options;
  const own = options.find(([code]) => code === 43)?.[1];
  const suboptions = new Map(own ? (decodeSuboptions(own, true) ?? []) : []);
  suboptions.set(BOOT_ITEM, item);
  return [...options.filter(([code]) => code !== 43), [43, encodePxe(suboptions)]];
}
