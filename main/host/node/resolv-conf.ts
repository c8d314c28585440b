/** The resolvers that a `resolv.conf` names. Pure; reading the file is the caller's business. */
import { type Ipv4, parseIpv4 } from 'node-dhcpd-lite';

/**
 * `nameserver` lines in their order (resolv.conf(5)), IPv4 only, none twice. The stub of systemd-resolved (127.0.0.53)
 * counts: it is asked over loopback like any other.
 */
export function parseResolvConf(text: string): readonly Ipv4[] {
  const servers = new Set<Ipv4>();
  for (const line of text.split('\n')) {
    const address = /^nameserver[ \t]+(\S+)/.exec(line)?.[1];
    if (address !== undefined && parseIpv4(address) !== undefined) servers.add(address);
  }
  return [...servers];
}
