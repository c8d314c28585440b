/** The one chain of names behind TFTP and HTTP: the root folder, Benchboot's programs, then text written per device. */
import { readdirSync } from 'node:fs';
import type { Ipv4, Mac } from 'node-dhcpd-lite';
import { autoexecIpxe, defaultBootScript } from '../boot/ipxe-script.ts';
import { findLinuxPair, findLinuxPairs, type LinuxCpu } from '../boot/linux.ts';
import { allowsEepromRule, piFolderAlias } from '../boot/pi.ts';
import { type BootPlan, hyphenated } from '../boot/plan.ts';
import { pxelinuxConfig, pxelinuxMac } from '../boot/pxelinux.ts';
import { type ContentChain, createContent } from '../content/chain.ts';
import { type ChosenScripts, chosenScripts } from '../content/chosen-scripts.ts';
import type { ContentRoute } from '../content/content.ts';
import type { DeviceFacts } from '../content/device-values.ts';
import { createFolder, type Folder } from '../content/folder.ts';
import { programsRoute } from '../content/programs.ts';
import { type GenerateText, renderedRoute } from '../content/rendered.ts';
import type { Clock } from '../host/host.ts';
import type { Emit } from './events.ts';

export interface ContentParts {
  /** The `--root` folder; undefined: only what Benchboot has itself. */
  readonly root: string | undefined;
  /** Folder of the iPXE programs that ship with Benchboot. */
  readonly programs: string;
  readonly clock: Clock;
  readonly platform: NodeJS.Platform;
  readonly boot: Pick<BootPlan, 'server' | 'httpPort' | 'tftp'>;
  readonly device: (key: { readonly mac: Mac | undefined; readonly ip: Ipv4 | undefined }) => DeviceFacts;
  /** The processor of that device, as its last DHCP packet told. */
  readonly cpu: (mac: Mac | undefined) => LinuxCpu | undefined;
  readonly emit: Emit;
}

export interface ContentService extends ContentChain {
  /** The iPXE scripts that a person chooses while it serves. */
  readonly scripts: ChosenScripts;
  /** There is such a regular file under the root. */
  has(name: string): boolean;
}

export function createContentService(parts: ContentParts): ContentService {
  const { root, clock, platform, boot } = parts;
  const folder = root === undefined ? undefined : createFolder({ root, clock, platform, asksFirst: true });
  const has = (name: string): boolean => holds(folder, name);
  const scripts = chosenScripts({ autoexec: script => autoexecIpxe(boot, script), emit: parts.emit });

  /** Names in the root folder itself; a root that cannot be read has none (the folder route says why). */
  const rootNames = (): string[] => {
    try {
      return root === undefined ? [] : readdirSync(root);
    } catch {
      return [];
    }
  };

  const bootScript: GenerateText = (name, device) => {
    if (name.toLowerCase() !== 'boot.ipxe') return undefined;
    const own = device.mac && `boot/${hyphenated(device.mac)}.ipxe`;
    return defaultBootScript({
      ...boot,
      deviceScript: own && (has(own) || scripts.pathOf(device.mac)) ? own : undefined,
      linux: findLinuxPairs(rootNames()),
    });
  };

  const autoexec: GenerateText = name => (name.toLowerCase() === 'autoexec.ipxe' ? autoexecIpxe(boot) : undefined);

  const pxelinux: GenerateText = (name, device) => {
    const mac = pxelinuxMac(name);
    const cpu = mac && parts.cpu(mac);
    const pair = cpu && findLinuxPair(rootNames(), cpu);
    // Whoever wrote files there wrote the answer; a generated one would be asked first and hide them.
    if (!pair || folder?.hasFolder('pxelinux.cfg')) return undefined;
    return pxelinuxConfig({
      pair,
      append: device.vars?.append,
      fdtFolder: folder?.hasFolder('dtb') ? 'dtb' : undefined,
    });
  };

  const routes: (ContentRoute | undefined)[] = [
    eepromGuard,
    scripts,
    folder,
    programsRoute(createFolder({ root: parts.programs, clock, platform, route: 'iPXE programs' })),
    renderedRoute({
      root: folder,
      server: {
        server: boot.server,
        http: boot.httpPort === undefined ? undefined : httpBase(boot.server, boot.httpPort),
      },
      device: parts.device,
      generators: [bootScript, autoexec, pxelinux],
      alias: name => piFolderAlias(name)?.inside,
      emit: parts.emit,
    }),
  ];
  return Object.assign(createContent(routes.filter(route => route !== undefined)), { has, scripts });
}

/** A Pi rewrites its boot EEPROM as soon as it finds an update: only ever from a folder made for that one Pi. */
const eepromGuard: ContentRoute = {
  route: 'EEPROM guard',
  find: async request =>
    allowsEepromRule(request.name)
      ? undefined
      : { kind: 'none', why: 'missing', detail: 'EEPROM updates are given only from a folder named after one Pi' },
};

const httpBase = (server: Ipv4, port: number): string => `http://${server}${port === 80 ? '' : `:${port}`}`;

function holds(folder: Folder | undefined, name: string): boolean {
  const found = folder?.open(name);
  if (found?.kind !== 'file') return false;
  found.close();
  return true;
}
