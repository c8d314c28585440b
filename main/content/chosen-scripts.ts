/**
 * iPXE scripts that a person chose while the bench serves: one for a device, one for all that have none of their own.
 * They come before files of the same name. Knows names and texts; what they mean is iPXE's business.
 */
import { createHash } from 'node:crypto';
import type { Mac } from 'node-dhcpd-lite';
import type { Emit } from '../bench/events.ts';
import { hyphenated } from '../boot/plan.ts';
import type { ContentRequest, ContentRoute, Finding } from './content.ts';
import { macInName } from './device-values.ts';
import { readName } from './name.ts';

export interface ChosenScripts extends ContentRoute {
  /** Undefined takes the choice back. What is being fetched now is not changed by it. */
  set(device: Mac | 'default', text: string | undefined): void;
  get(device: Mac | 'default'): string | undefined;
  /** Where a device's own script is asked for, when it has one: `boot/52-54-00-be-00-01.ipxe`. */
  pathOf(mac: Mac): string | undefined;
}

export interface ChosenScriptsOptions {
  /** The text of `autoexec.ipxe` that opens the network and goes to the script of that name. */
  readonly autoexec: (script: string) => string;
  readonly emit: Emit;
}

export function chosenScripts({ autoexec, emit }: ChosenScriptsOptions): ChosenScripts {
  const scripts = new Map<Mac | 'default', string>();

  const pathOf = (mac: Mac): string | undefined => (scripts.has(mac) ? `boot/${hyphenated(mac)}.ipxe` : undefined);

  /** A device's own script under its name; the one for all as `boot.ipxe`. */
  function scriptAt(name: string): string | undefined {
    const named = /^boot\/([^/]+)\.ipxe$/i.exec(name)?.[1];
    const mac = named === undefined ? undefined : macInName(named);
    if (mac) return scripts.get(mac);
    return name.toLowerCase() === 'boot.ipxe' ? scripts.get('default') : undefined;
  }

  function serve(name: string, made: string, { mac, ip }: ContentRequest): Finding {
    const bytes = Buffer.from(made);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    emit({ type: 'script.served', ip, ...(mac && { mac }), file: name, bytes: bytes.length, sha256 });
    return { kind: 'bytes', name, bytes, mediaType: 'text/plain; charset=utf-8' };
  }

  return {
    route: 'chosen scripts',
    pathOf,
    get: device => scripts.get(device),

    set(device, text) {
      if (text === undefined) scripts.delete(device);
      else scripts.set(device, text);
      emit({ type: 'script.set', for: device, ...(text !== undefined && { bytes: Buffer.byteLength(text) }) });
    },

    async find(request, tried) {
      if (scripts.size === 0) return undefined;
      const reading = readName(request.name, 'linux');
      if (!reading.ok) return undefined;
      const name = reading.segments.join('/');
      tried?.(name);
      const text = scriptAt(name);
      if (text !== undefined) return serve(name, text, request);
      // UEFI builds of iPXE look beside themselves, wherever that is, and at the top.
      if (reading.segments.at(-1)?.toLowerCase() !== 'autoexec.ipxe') return undefined;
      const own = request.mac && pathOf(request.mac);
      const script = own ?? (scripts.has('default') ? 'boot.ipxe' : undefined);
      return script === undefined ? undefined : serve(name, autoexec(script), request);
    },
  };
}
