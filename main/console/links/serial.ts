/**
 * Dials a serial port. Once it was open, the port is known by its adapter (USB ids and serial number, else the place on
 * the bus) and found again under whatever name it comes back; settings and modem lines come back with it.
 */
import { BenchError } from '../../errors.ts';
import type { LineControl, LineSettings, SerialLine, SerialPortInfo, SerialPorts } from '../../host/host.ts';
import type { Dialer, Link } from '../link.ts';
import { LinkEvents } from './link-events.ts';

export const DEFAULT_LINE: LineSettings = {
  baudRate: 115_200,
  dataBits: 8,
  parity: 'none',
  stopBits: 1,
  flowControl: 'none',
};

/** Rates people choose from; any other number is as good. */
export const USUAL_BAUD_RATES: readonly number[] = [
  9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600, 1_000_000, 1_500_000, 2_000_000, 3_000_000,
];

export interface SerialDialerOptions {
  readonly ports: SerialPorts;
  readonly path: string;
  readonly settings: LineSettings;
  /** How often a port that is not there is looked for, milliseconds; default 250. */
  readonly lookEveryMs?: number;
}

export function serialDialer({ ports, path, settings, lookEveryMs = 250 }: SerialDialerOptions): Dialer {
  let wanted = settings;
  let outputs: { dtr?: boolean; rts?: boolean } = {};
  let identity: string | undefined;

  /** Where the adapter is now. */
  const find = async (): Promise<string> => {
    const known = await ports.list();
    const real = ports.realPath(path);
    const named = known.find(port => port.path === real || port.path === path);
    if (identity === undefined || (named && portIdentity(named) === identity)) {
      identity = named && portIdentity(named);
      return path;
    }
    const moved = known.find(port => portIdentity(port) === identity);
    if (!moved) throw new BenchError('CONSOLE_NOT_THERE', { target: path });
    return moved.path;
  };

  return {
    target: path,
    retryAfter: () => lookEveryMs,
    async open(signal) {
      const line = await ports.open(await find(), wanted);
      try {
        if (outputs.dtr !== undefined || outputs.rts !== undefined) await line.setModemLines(outputs);
      } catch {
        // Another adapter in its place may have none.
      }
      if (signal.aborted) await line.close();
      return serialLink(line, {
        settings: changed => {
          wanted = changed;
        },
        outputs: changed => {
          outputs = { ...outputs, ...changed };
        },
      });
    },
  };
}

/** What stays the same when an adapter is plugged in again; undefined for ports that have nothing of the kind. */
export function portIdentity(port: SerialPortInfo): string | undefined {
  const { vendorId, productId, serialNumber, interfaceNumber = 0, busPath } = port;
  if (vendorId !== undefined && serialNumber !== undefined)
    return `${vendorId}:${productId}:${serialNumber}:${interfaceNumber}`;
  // Many CH340 have no serial number: then the socket it is plugged into tells them apart.
  return busPath === undefined ? undefined : `${busPath}:${interfaceNumber}`;
}

interface Remember {
  settings(settings: LineSettings): void;
  outputs(lines: { readonly dtr?: boolean; readonly rts?: boolean }): void;
}

function serialLink(line: SerialLine, remember: Remember): Link {
  const events = new LinkEvents();
  let wanted = false;
  line.onData(bytes => events.data(bytes));
  line.onClose(reason => events.end({ reason, wanted }));
  const control: LineControl = {
    get settings() {
      return line.settings;
    },
    get appliedBaudRate() {
      return line.appliedBaudRate;
    },
    async set(change) {
      await line.set(change);
      remember.settings(line.settings);
    },
    modemLines: () => line.modemLines(),
    async setModemLines(lines) {
      await line.setModemLines(lines);
      remember.outputs(lines);
    },
    sendBreak: ms => line.sendBreak(ms),
    drain: () => line.drain(),
  };
  const { hold } = line;
  return {
    onData: events.onData,
    onClose: events.onClose,
    write: bytes => line.write(bytes),
    close: () => {
      wanted = true;
      return line.close();
    },
    line: control,
    ...(hold && { hold }),
  };
}
