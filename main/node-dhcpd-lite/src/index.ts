export * from './addresses.ts';
export { architectureName, isUefiPxe } from './codec/arch.ts';
export { decodeSuboptions, type Suboption } from './codec/encapsulated.ts';
export { encodeIpxe, NO_PXEDHCP } from './codec/ipxe.ts';
export * from './codec/message.ts';
export { fromHex, fromText, printable, toHex, toText } from './codec/octets.ts';
export {
  describeOptions,
  messageType,
  OPTIONS,
  type OptionDescription,
  type OptionName,
  type OptionValue,
  optionCode,
  optionName,
  optionValue,
  type Reading,
  readOption,
  writeOption,
} from './codec/options.ts';
export { decodePacket, encodePacket, MINIMUM_OCTETS } from './codec/packet.ts';
export { bootMenu, bootServers, discoveryControl, encodePxe, menuPrompt, PXE_DISCOVERY } from './codec/pxe.ts';
export type { Route } from './codec/values.ts';
export { type LeaseFileOptions, openLeaseFile } from './leases/file-store.ts';
export * from './leases/lease.ts';
export { LeasePool, type PoolSettings } from './leases/pool.ts';
export * from './leases/store.ts';
export { leaseMode } from './server/answer.ts';
export { BOOT_CLASSES, recogniseClient } from './server/client.ts';
export * from './server/config.ts';
export * from './server/events.ts';
export type { Answer, Mode, Request } from './server/mode.ts';
export * from './server/policy.ts';
export { proxyMode } from './server/proxy.ts';
export { type DhcpServer, type ServerParts, startDhcpServer } from './server/server.ts';
export * from './transport.ts';
