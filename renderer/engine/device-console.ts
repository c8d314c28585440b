/** Which console is a device's: by the address that the console told of its board. */
import type { ConsoleView, DeviceView } from '../../main/contract/views.ts';
import { useTable } from './use-engine.tsx';

export function consoleOf(
  device: Pick<DeviceView, 'macs' | 'ip'>,
  consoles: Iterable<Pick<ConsoleView, 'id' | 'story'>>,
): string | undefined {
  const macs: readonly string[] = device.macs;
  for (const { id, story } of consoles) {
    const { mac, ip } = story?.owner ?? {};
    if ((mac !== undefined && macs.includes(mac)) || (ip !== undefined && ip === device.ip)) return id;
  }
  return undefined;
}

/** Id of the console; undefined while none is bound to the device. */
export const useDeviceConsole = (device: Pick<DeviceView, 'macs' | 'ip'> | undefined): string | undefined => {
  const consoles = useTable('consoles');
  return device && consoleOf(device, consoles.values());
};
