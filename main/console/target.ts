/** Where a console is, as people write it: a serial path, or `tcp:`, `telnet:`, `rfc2217:`, `ssh:`, `unix:` and a place. */

export type ConsoleTarget =
  | { readonly kind: 'serial'; readonly path: string }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp' | 'telnet' | 'rfc2217'; readonly host: string; readonly port: number }
  | { readonly kind: 'ssh'; readonly host: string; readonly port: number; readonly user: string };

/** Ports that need not be written; raw TCP and RFC 2217 have none that is usual. */
const USUAL_PORTS: Readonly<Record<string, number>> = { telnet: 23, ssh: 22 };

/** Undefined when the text is no target. */
export function parseTarget(text: string): ConsoleTarget | undefined {
  const [, scheme, rest = ''] = /^(tcp|telnet|rfc2217|ssh|unix|serial):(.*)$/s.exec(text) ?? [];
  if (/[\0\r\n]/.test(text)) return undefined;
  switch (scheme) {
    case 'unix':
      return rest === '' ? undefined : { kind: 'unix', path: rest };
    case 'serial':
      return serialTarget(rest);
    case 'ssh': {
      const [, user, place = ''] = /^([^@\s]+)@(\S+)$/.exec(rest) ?? [];
      const endpoint = parseEndpoint(place, USUAL_PORTS.ssh);
      return user && endpoint ? { kind: 'ssh', user, ...endpoint } : undefined;
    }
    case 'tcp':
    case 'telnet':
    case 'rfc2217': {
      const endpoint = parseEndpoint(rest.replace(/^\/\//, ''), USUAL_PORTS[scheme]);
      return endpoint && { kind: scheme, ...endpoint };
    }
    default:
      return serialTarget(text);
  }
}

/** The text that `parseTarget` makes the same target of. */
export function targetText(target: ConsoleTarget): string {
  switch (target.kind) {
    case 'serial':
      return target.path;
    case 'unix':
      return `unix:${target.path}`;
    default: {
      const host = target.host.includes(':') ? `[${target.host}]` : target.host;
      const user = target.kind === 'ssh' ? `${target.user}@` : '';
      const port = target.port === USUAL_PORTS[target.kind] ? '' : `:${target.port}`;
      return `${target.kind}:${user}${host}${port}`;
    }
  }
}

/** `/dev/…`, `COM5`, a relative path, or the bare name of a device: `ttyUSB0`. */
function serialTarget(text: string): ConsoleTarget | undefined {
  if (/^COM[1-9]\d{0,2}$/i.test(text)) return { kind: 'serial', path: text.toUpperCase() };
  if (/^(tty|cu\.|rfcomm)[\w.-]*$/.test(text)) return { kind: 'serial', path: `/dev/${text}` };
  return /^(\/|\.\.?\/|\\\\\.\\)./.test(text) ? { kind: 'serial', path: text } : undefined;
}

/** `host:port`, `[2001:db8::1]:port`; the port may be missing when there is a usual one. */
function parseEndpoint(text: string, usual?: number): { host: string; port: number } | undefined {
  const [, six, name, digits] = /^(?:\[([0-9a-fA-F:.]+(?:%\w+)?)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = six ?? name;
  const port = digits === undefined ? usual : Number(digits);
  return host && port !== undefined && port > 0 && port < 65_536 ? { host, port } : undefined;
}
