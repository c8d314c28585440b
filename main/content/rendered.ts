/**
 * Text made per device: from a template in the root, else by the generators handed in. Knows where the pieces come from
 * by name only; what a boot script says is the generators' business.
 */
import { readSync } from 'node:fs';
import type { Ipv4, Mac } from 'node-dhcpd-lite';
import type { Emit } from '../bench/events.ts';
import { printable } from '../kit/printable.ts';
import type { ContentRequest, ContentRoute, Finding, FoundFile, NotFound } from './content.ts';
import {
  type DeviceFacts,
  deviceValue,
  hostnameOf,
  macInName,
  macSpellings,
  type ServerFacts,
} from './device-values.ts';
import type { Folder } from './folder.ts';
import { readName } from './name.ts';
import { perMacName } from './per-mac.ts';
import { render } from './template.ts';

/** Makes the text of one kind of name (`boot.ipxe`, `pxelinux.cfg/…`), or leaves it to the next. `name` is normalised. */
export type GenerateText = (name: string, device: DeviceFacts, request: ContentRequest) => string | undefined;

/** The name in the root that stands for the one asked, e.g. `9ffefdef/start4.elf` for `start4.elf`, or undefined. */
export type AliasName = (name: string, device: DeviceFacts) => string | undefined;

export interface RenderedOptions {
  /** The root, for templates and aliased files; undefined without `--root`. */
  readonly root: Folder | undefined;
  readonly server: ServerFacts;
  /** What is known of the device with that MAC (a name may hold another than the asker's) or at that address. */
  readonly device: (key: { readonly mac: Mac | undefined; readonly ip: Ipv4 | undefined }) => DeviceFacts;
  readonly generators: readonly GenerateText[];
  readonly alias?: AliasName;
  readonly emit: Emit;
}

const LARGEST_TEMPLATE = 1024 * 1024;
const TEXT = 'text/plain; charset=utf-8';

export function renderedRoute(options: RenderedOptions): ContentRoute {
  const { root, server, emit } = options;

  /** A file for the MAC in another spelling than the asked one counts as its own. */
  function perMac(name: string, tried?: (what: string) => void): Finding | undefined {
    const asked = perMacName(name);
    const mac = asked && macInName(asked.mac);
    if (!mac) return undefined;
    for (const spelling of macSpellings(mac)) {
      const found = root?.open(asked.file(spelling), tried);
      if (found) return found;
    }
    const template = asked.file('default');
    const found = root?.open(template, tried);
    const device = options.device({ mac, ip: undefined });
    if (found) return found.kind === 'file' ? fromTemplate(template, found, name, { ...device, mac }) : found;
    return asked.part === 'meta-data' ? text(name, metaData(mac, device)) : undefined;
  }

  function fromTemplate(template: string, file: FoundFile, name: string, device: DeviceFacts): Finding {
    const source = readText(file);
    if (typeof source !== 'string') return source;
    const rendering = render(source, variable => deviceValue(variable, device, server));
    if (rendering.ok) return text(name, rendering.text);
    const detail =
      `the template "${template}" uses {{${printable(rendering.unknown, 60)}}} in line ${rendering.line}, ` +
      `which has no value for ${device.mac ?? device.ip}`;
    emit({
      type: 'notice',
      code: 'template-value-missing',
      message: `${detail}. Nothing was served; give that host the variable in the bench file, or write \\{{…}} for plain text.`,
    });
    return unreadable(detail);
  }

  return {
    route: 'text made per device',

    async find(request, tried) {
      const reading = readName(request.name, 'linux');
      if (!reading.ok || reading.segments.length === 0) return undefined;
      const name = reading.segments.join('/');
      const found = perMac(name, tried);
      if (found) return found;

      const named = macInName(reading.segments.at(-1)!.replace(/\.[a-z]+$/i, ''));
      const device = options.device(
        named && named !== request.mac ? { mac: named, ip: undefined } : { mac: request.mac, ip: request.ip },
      );
      for (const generate of options.generators) {
        const made = generate(name, device, request);
        if (made !== undefined) return text(name, made);
      }
      const other = options.alias?.(name, device);
      // A folder of that very name is the owner's complete answer for the device; what it lacks is meant to be missing.
      if (other !== undefined && root && !root.hasFolder(reading.segments[0]!)) return root.open(other, tried);
      return undefined;
    },
  };
}

const text = (name: string, made: string): Finding => ({
  kind: 'bytes',
  name,
  bytes: Buffer.from(made),
  mediaType: TEXT,
});

const unreadable = (detail: string): NotFound => ({ kind: 'none', why: 'unreadable', detail });

/** cloud-init takes no seed without this file; the id changes per machine, so a cloned disk runs its first boot again. */
function metaData(mac: Mac, device: DeviceFacts): string {
  const id = `benchboot-${mac.replaceAll(':', '-')}`;
  const hostname = hostnameOf(device) ?? `bench-${mac.replaceAll(':', '').slice(6)}`;
  return `instance-id: ${id}\nlocal-hostname: ${hostname}\n`;
}

function readText(file: FoundFile): string | NotFound {
  try {
    if (file.size > LARGEST_TEMPLATE) return unreadable(`the template "${file.name}" is larger than 1 MiB`);
    const bytes = Buffer.alloc(file.size);
    const length = readSync(file.fd, bytes, 0, file.size, 0);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length));
  } catch (error) {
    const reason = error instanceof TypeError ? 'it is not UTF-8 text' : String(error);
    return unreadable(`the template "${file.name}" cannot be used: ${reason}`);
  } finally {
    file.close();
  }
}
