/** What the calls of the iPXE view do: each is one step to whom it concerns. */
import { randomBytes } from 'node:crypto';
import type { Mac } from 'node-dhcpd-lite';
import type { HandlersOf } from '../contract/calls.ts';
import type { IPXE_CALLS, Machine } from '../contract/ipxe-calls.ts';
import type { Engine } from '../engine.ts';
import { hashPassword } from '../flash/customise/seal.ts';
import type { Clock } from '../host/host.ts';
import type { BenchDesk } from './bench-desk.ts';
import { benchFacts, libraryOf, lookUp, machinesOf, placeFile } from './ipxe-bench.ts';
import type { IpxeFiles } from './ipxe-files.ts';
import type { ScriptChoices } from './script-choices.ts';
import type { ScriptStore } from './script-store.ts';
import type { SettingsStore } from './settings.ts';

export interface IpxeHandlerParts {
  readonly engine: Engine;
  readonly desk: BenchDesk;
  readonly settings: SettingsStore;
  readonly scripts: ScriptStore;
  readonly choices: ScriptChoices;
  readonly files: IpxeFiles;
  readonly library: string;
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
}

export function ipxeHandlers(parts: IpxeHandlerParts): HandlersOf<typeof IPXE_CALLS> {
  const { engine, desk, settings, scripts, choices, files, library, platform, clock } = parts;
  const facts = () => benchFacts(desk.view, settings.get(), library);
  const machines = (): readonly Machine[] => machinesOf(desk.devices(), engine.events.since(0));
  const textOf = async (name: string) => (await scripts.texts(name)).saved?.text;

  return {
    'ipxe.scripts': () => scripts.look(),
    'ipxe.read': ({ name }) => scripts.texts(name),
    'ipxe.draft': ({ name, text }) => scripts.draft(name, text),
    async 'ipxe.save'({ name, text, knows }) {
      const saved = await scripts.save(name, text, knows);
      await choices.saved(name);
      return saved;
    },
    async 'ipxe.rename'({ from, to }) {
      await scripts.rename(from, to);
      await choices.renamed(from, to);
    },
    async 'ipxe.delete'({ name }) {
      await scripts.delete(name);
      await choices.deleted(name);
    },

    'ipxe.lookup': ({ mac, urls }) =>
      lookUp(urls, mac as Mac, {
        bench: facts(),
        programs: engine.settings.programs,
        clock,
        platform,
        choices: choices.all,
        textOf,
        machines: machines(),
      }),
    'ipxe.machines': machines,
    'ipxe.library': () => libraryOf(facts().root),
    async 'ipxe.place'({ path, text, replace }) {
      return { path: await placeFile(facts().root ?? library, path, text, { replace: replace ?? false, platform }) };
    },

    'ipxe.hash': ({ password }) => ({ hash: hashPassword(password, length => randomBytes(length)) }),

    'ipxe.build': ({ ca, ...request }, caller) => files.build({ ...request, ...(ca && { ca: named(ca) }) }, caller),
    'ipxe.octets': ({ sha256, offset }, caller) => files.octets(sha256, offset, caller),
    async 'ipxe.keep'({ sha256, name }, caller) {
      return { path: await files.keep(sha256, name, caller) };
    },
    'ipxe.upload': ({ offset, base64 }, caller) => files.upload(offset, base64, caller),
    'ipxe.inspect': ({ name, path }, caller) => files.inspect(name, path, caller),

    'ipxe.give': ({ to, name }) => choices.give(to as Mac | 'default', name),
  };
}

const named = ({ name, base64 }: { name: string; base64: string }) => ({
  name,
  bytes: new Uint8Array(Buffer.from(base64, 'base64')),
});
