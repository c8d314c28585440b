/** Network ports on macOS: `networksetup`, `ifconfig` and `netstat`. */
import type { Nics } from '../host.ts';
import {
  addAddressCommand,
  darwinNetworks,
  darwinNicList,
  LIST_COMMANDS,
  removeAddressCommand,
  setUpCommand,
} from './darwin-nics.ts';
import type { Command, Run } from './run.ts';
import { watchList } from './watch-list.ts';

export function darwinNics(run: Run): Nics {
  const outputs = async () => {
    const [hardwarePorts, interfaces, routes] = await Promise.all([
      run(LIST_COMMANDS.hardwarePorts),
      run(LIST_COMMANDS.interfaces),
      run(LIST_COMMANDS.routes),
    ]);
    return { hardwarePorts, interfaces, routes };
  };
  const list = async () => darwinNicList(await outputs());
  const change = async (command: Command): Promise<void> => void (await run(command));
  return {
    list,
    // Nothing cheaper than the commands themselves shows a cable; they take a few milliseconds.
    watch: changed => watchList({ list, signature: () => '', everyMs: 1000, refreshMs: 1000 }, changed),
    knownNetworks: async () => darwinNetworks(await outputs()),
    addAddress: (nic, address) => change(addAddressCommand(nic, address)),
    removeAddress: (nic, address) => change(removeAddressCommand(nic, address)),
    setUp: (nic, up) => change(setUpCommand(nic, up)),
  };
}
