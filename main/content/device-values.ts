/** What a template may say about a device, and which of it is fit to stand in a script. Pure. */
import { type Ipv4, type Mac, parseMac } from 'node-dhcpd-lite';

/** What is known of one device. Everything but the MAC and the bench file's own entries came from the wire. */
export interface DeviceFacts {
  readonly mac: Mac | undefined;
  readonly ip: Ipv4 | undefined;
  readonly hostname?: string | undefined;
  readonly serial?: string | undefined;
  readonly uuid?: string | undefined;
  readonly arch?: string | undefined;
  /** The host entry's variables in the bench file; they win over facts of the same name. */
  readonly vars?: Readonly<Record<string, string>> | undefined;
}

/** Of this laptop. `http` is the base URL without a final slash, undefined when HTTP is not served. */
export interface ServerFacts {
  readonly server: Ipv4;
  readonly http: string | undefined;
}

/** RFC 1123 section 2.1: letters, digits and inner hyphens, in labels of at most 63. */
const HOSTNAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const PLAIN = /^[\w.-]{1,64}$/;

/**
 * The value of a template variable, or undefined. What a device said of itself only counts when it is plainly a name or
 * a number: a kickstart is a shell script run as root (rule `untrusted-text`).
 */
export function deviceValue(variable: string, device: DeviceFacts, server: ServerFacts): string | undefined {
  const own = device.vars && Object.hasOwn(device.vars, variable) ? device.vars[variable] : undefined;
  if (own !== undefined) return own;
  switch (variable) {
    case 'mac':
      return device.mac;
    case 'mac-dashes':
      return device.mac?.replaceAll(':', '-');
    case 'ip':
      return device.ip;
    case 'hostname':
      return hostnameOf(device);
    case 'serial':
      return matching(PLAIN, device.serial);
    case 'uuid':
      return matching(PLAIN, device.uuid);
    case 'arch':
      return matching(PLAIN, device.arch);
    case 'server':
      return server.server;
    case 'http':
      return server.http;
    default:
      return undefined;
  }
}

/** A host name that is one; undefined when the device gave none or something else. */
export const hostnameOf = (device: DeviceFacts): string | undefined => matching(HOSTNAME, device.hostname);

const matching = (form: RegExp, text: string | undefined): string | undefined =>
  text !== undefined && form.test(text) ? text : undefined;

/** A MAC as it stands in file names: any spelling of `parseMac`, also behind the `01-` of pxelinux (hardware type 1). */
export function macInName(text: string): Mac | undefined {
  return parseMac(/^01[-:]/.test(text) && text.length === 20 ? text.slice(3) : text);
}

/** Spellings under which people keep a file for one MAC. Windows cannot store the first. */
export function macSpellings(mac: Mac): readonly string[] {
  const dashes = mac.replaceAll(':', '-');
  return [mac, dashes, `01-${dashes}`, mac.replaceAll(':', '')];
}
