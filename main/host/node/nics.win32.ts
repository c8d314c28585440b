/** Network ports on Windows, through Windows PowerShell, which every Windows 10 and 11 has. */
import { networkInterfaces } from 'node:os';
import type { Nics } from '../host.ts';
import type { Command, Run } from './run.ts';
import { watchList } from './watch-list.ts';
import {
  addAddressCommand,
  LIST_COMMAND,
  parseWindowsNetwork,
  removeAddressCommand,
  setUpCommand,
  windowsNetworks,
  windowsNicList,
} from './win32-nics.ts';

export function win32Nics(run: Run): Nics {
  const network = async () => parseWindowsNetwork(await run(LIST_COMMAND));
  const list = async () => windowsNicList(await network());
  const change = async (command: Command): Promise<void> => void (await run(command));
  return {
    list,
    // PowerShell takes half a second to start: it runs when Node sees a change, and now and then for the rest.
    watch: changed =>
      watchList(
        { list, signature: () => JSON.stringify(networkInterfaces()), everyMs: 500, refreshMs: 10_000 },
        changed,
      ),
    knownNetworks: async () => windowsNetworks(await network()),
    addAddress: (nic, address) => change(addAddressCommand(nic, address)),
    removeAddress: (nic, address) => change(removeAddressCommand(nic, address)),
    setUp: (nic, up) => change(setUpCommand(nic, up)),
  };
}
