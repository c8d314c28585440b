/** This laptop's ordinary sockets towards its resolvers, routed like any other program's. */
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { UpstreamSockets } from './forward.ts';

export const upstreamSockets: UpstreamSockets = {
  udp(to) {
    const socket = createSocket('udp4');
    let failed: (error: Error) => void = () => {};
    let closed = false;
    socket.on('error', error => failed(error));
    socket.unref();
    return {
      onMessage: listener => void socket.on('message', bytes => listener(bytes, to)),
      onError(listener) {
        failed = listener;
      },
      send(bytes) {
        // Connected: the kernel drops what others send and reports a refused port at once. Port 0 draws a random one.
        socket.connect(to.port, to.address, ((error?: Error) => {
          if (error) failed(error);
          else if (!closed) socket.send(bytes, problem => problem && failed(problem));
        }) as () => void);
      },
      close() {
        if (!closed) socket.close();
        closed = true;
      },
    };
  },
  tcp(to) {
    const socket = connect(to.port, to.address);
    socket.unref();
    return socket;
  },
};
