/** Sockets bound to one network device, and the DHCP transport made of them. Needs `koffi` on Linux and macOS. */
export * from './device-transport.ts';
export * from './device-udp.ts';
export * from './frame.ts';
export { type DevicePlatform, type DeviceSocketOptions, devicePlatform, type FrameSender } from './platform.ts';
