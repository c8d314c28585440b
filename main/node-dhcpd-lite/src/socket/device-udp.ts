/** Opens Node UDP sockets that send and receive on one network device alone. */
import { createSocket, type Socket } from 'node:dgram';
import { type DeviceSocketOptions, devicePlatform } from './platform.ts';

/**
 * A bound `dgram` socket. On Linux (SO_BINDTODEVICE) and macOS (IP_BOUND_IF) packets of other devices neither reach nor
 * leave it, and 255.255.255.255 goes out of the device whatever the default route says; elsewhere it is bound to the address.
 * Rejects with a system error: EADDRINUSE, EACCES or EPERM, ENODEV (no such device), EADDRNOTAVAIL.
 */
export async function openDeviceUdp(options: DeviceSocketOptions): Promise<Socket> {
  return (await openDeviceSocket(options)).socket;
}

/**
 * The same with the descriptor behind it, where Node can adopt descriptors. It is open as long as the socket. `adopt`
 * takes a descriptor that somebody with the right opened already by `openSocket('udp', options)`.
 */
export async function openDeviceSocket(
  options: DeviceSocketOptions,
  adopt?: number,
): Promise<{ readonly socket: Socket; readonly fd: number | undefined }> {
  const platform = await devicePlatform();
  const fd = adopt ?? platform.openSocket('udp', options);
  const socket = createSocket({ type: 'udp4', reuseAddr: options.reuse ?? false });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('listening', () => {
        socket.off('error', reject);
        resolve();
      });
      if (fd === undefined) socket.bind({ address: platform.localAddress(options), port: options.port });
      else socket.bind({ fd });
    });
  } catch (error) {
    closeSocket(socket);
    if (fd !== undefined) platform.closeDescriptor(fd);
    throw error;
  }
  if (fd !== undefined) platform.adopted(fd, options);
  else {
    if (options.broadcast) socket.setBroadcast(true);
    if (options.receiveBuffer) growReceiveBuffer(socket, options.receiveBuffer);
  }
  return { socket, fd };
}

/** A system that caps the buffer says so by an error; the smaller one it has will do then. */
function growReceiveBuffer(socket: Socket, size: number): void {
  try {
    socket.setRecvBufferSize(size);
  } catch {
    return;
  }
}

function closeSocket(socket: Socket): void {
  try {
    socket.close();
  } catch {
    return; // never opened
  }
}
