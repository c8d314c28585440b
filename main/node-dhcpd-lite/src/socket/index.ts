/** Sockets bound to one network device, and the DHCP transport made of them. Needs `koffi` on Linux and macOS. */

/* The calls underneath, for programs that open sockets of other kinds. */
export { sockaddrLl } from './device.linux.ts';
export * from './device-transport.ts';
export * from './device-udp.ts';
export * from './frame.ts';
export { type DevicePlatform, type DeviceSocketOptions, devicePlatform, type FrameSender } from './platform.ts';
export { intBytes, libc, type SystemError, setOption, systemError, tryOption } from './posix.ts';
