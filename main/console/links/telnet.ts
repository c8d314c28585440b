/** Dials a telnet server; with line settings also an RFC 2217 access server, whose serial port is then ours to set. */
import type { LineSettings } from '../../host/host.ts';
import type { Dialer, Link } from '../link.ts';
import { COMMAND, encodeData, encodeSubnegotiation, OPTION, TelnetDecoder } from '../telnet.ts';
import { TelnetOptions } from '../telnet-options.ts';
import { LinkEvents } from './link-events.ts';
import { RemoteLine } from './remote-line.ts';
import { backOff, openSocket, type SocketPlace } from './socket.ts';

/** RFC 1091: the server asks with SEND, we answer with IS. */
const TERMINAL_TYPE = { is: 0, send: 1, name: 'xterm' } as const;

/** RFC 854: the break key, for servers without RFC 2217. */
const BREAK = Uint8Array.of(COMMAND.iac, COMMAND.break);

export function telnetDialer(target: string, place: SocketPlace): Dialer {
  return {
    target,
    retryAfter: backOff,
    open: async signal => telnetLink(await openSocket(target, place, signal), target, 'telnet').link,
  };
}

export function remotePortDialer(target: string, place: SocketPlace, settings: LineSettings): Dialer {
  let wanted = settings;
  return {
    target,
    retryAfter: backOff,
    async open(signal) {
      const { link, remote } = telnetLink(await openSocket(target, place, signal), target, 'rfc2217');
      try {
        await remote!.begin(wanted, signal);
      } catch (error) {
        await link.close();
        throw error;
      }
      remote!.onChange(changed => {
        wanted = changed;
      });
      return link;
    },
  };
}

/** A telnet client over `socket`. */
function telnetLink(socket: Link, target: string, kind: 'telnet' | 'rfc2217'): { link: Link; remote?: RemoteLine } {
  const rfc2217 = kind === 'rfc2217';
  const serial = rfc2217 ? [OPTION.binary, OPTION.suppressGoAhead] : [];
  const options = new TelnetOptions({
    local: {
      // A terminal server begins by itself; an access server waits for its client.
      wanted: rfc2217 ? [OPTION.comPort, ...serial] : [],
      allowed: [OPTION.binary, OPTION.suppressGoAhead, ...(rfc2217 ? [] : [OPTION.terminalType, OPTION.windowSize])],
    },
    remote: { wanted: serial, allowed: [OPTION.binary, OPTION.echo, OPTION.suppressGoAhead] },
  });
  const decoder = new TelnetDecoder();
  const events = new LinkEvents();
  let size = { columns: 80, rows: 24 };

  const send = (bytes: Uint8Array): void => {
    socket.write(bytes).catch(() => {}); // its end is told by onClose
  };
  const remote = rfc2217 ? new RemoteLine(target, body => send(encodeSubnegotiation(OPTION.comPort, body))) : undefined;
  const sendSize = (): void => {
    const body = new Uint8Array(4);
    new DataView(body.buffer).setUint16(0, size.columns);
    new DataView(body.buffer).setUint16(2, size.rows);
    send(encodeSubnegotiation(OPTION.windowSize, body));
  };

  const negotiate = (verb: 'will' | 'wont' | 'do' | 'dont', option: number): void => {
    const { answer, change } = options.receive(verb, option);
    if (answer) send(answer);
    if (!change) return;
    if (change.side === 'remote' && option === OPTION.binary) decoder.binary = change.on;
    if (change.side === 'local' && option === OPTION.windowSize && change.on) sendSize();
    if (change.side === 'local' && option === OPTION.comPort) remote?.offered(change.on);
  };

  socket.onData(bytes => {
    for (const item of decoder.decode(bytes)) {
      if (item.type === 'data') events.data(item.bytes);
      else if (item.type === 'negotiation') negotiate(item.verb, item.option);
      else if (item.type === 'subnegotiation') {
        if (item.option === OPTION.comPort) remote?.receive(item.bytes);
        else if (item.option === OPTION.terminalType && item.bytes[0] === TERMINAL_TYPE.send)
          send(
            encodeSubnegotiation(
              OPTION.terminalType,
              Buffer.concat([Uint8Array.of(TERMINAL_TYPE.is), Buffer.from(TERMINAL_TYPE.name)]),
            ),
          );
      } else if (item.command === COMMAND.areYouThere) send(Buffer.from('\r\n[yes]\r\n'));
    }
  });
  socket.onClose(end => {
    remote?.ended();
    events.end(end);
  });
  for (const first of options.begin()) send(first);

  const link: Link = {
    onData: events.onData,
    onClose: events.onClose,
    write: bytes => socket.write(encodeData(bytes, options.isOn('local', OPTION.binary))),
    close: () => socket.close(),
    resize(columns, rows) {
      size = { columns, rows };
      if (options.isOn('local', OPTION.windowSize)) sendSize();
    },
    ...(socket.hold && { hold: socket.hold }),
    ...(remote ? { line: remote } : { sendBreak: () => socket.write(BREAK) }),
  };
  return remote ? { link, remote } : { link };
}
