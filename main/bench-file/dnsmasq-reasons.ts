/** Why a setting of dnsmasq has no field in a bench file: data, the first row that fits. */
import type { NoteKind } from './import-notes.ts';

type Row = readonly [key: RegExp, kind: NoteKind, reason: string];

export const DNSMASQ_REASONS: readonly Row[] = [
  [/^conf-(dir|file|script)$|^servers-file$/, 'left-out', 'that file is not read; import it too'],
  [
    /^dhcp-(hosts|opts)(file|dir)$|^addn-hosts$|^hostsdir$|^read-ethers$/,
    'left-out',
    'that file is not read; write its hosts into "hosts"',
  ],
  [
    /^(interface|except-interface|no-dhcp-interface|no-dhcpv4-interface|bridge-interface|shared-network)$/,
    'left-out',
    'a name of one machine’s port; say "port": {"mac": …} or choose it when serving',
  ],
  [/^(bind-interfaces|bind-dynamic|localise-queries)$/, 'not-needed', 'Benchboot answers on the chosen port only'],
  [
    /^(listen-address|dhcp-authoritative|dhcp-rapid-commit|dhcp-sequential-ip|no-ping|dhcp-lease-max|dhcp-leasefile|leasefile-ro|dhcp-script|dhcp-scriptuser|script-arp|script-on-renewal|dhcp-ignore-names|dhcp-broadcast|dhcp-no-override|dhcp-reply-delay|pxe-prompt)$/,
    'not-needed',
    'Benchboot decides this by itself',
  ],
  [
    /^(log-|quiet-|user$|group$|pid-file$|no-daemon$|keep-in-foreground$|version$|test$|dumpfile|dumpmask|enable-dbus|enable-ubus|connmark)/,
    'not-needed',
    'it is about dnsmasq as a service',
  ],
  [
    /^(server|rev-server|local|no-resolv|resolv-file|no-poll|strict-order|all-servers|no-hosts|expand-hosts|domain-needed|bogus-priv|filterwin2k|filter-|cache-size|no-negcache|neg-ttl|max-|min-|local-ttl|auth-|dnssec|trust-anchor|stop-dns-rebind|rebind-|clear-on-reload|edns-packet-max|dns-|query-port|localmx|selfmx|proxy-dnssec|fast-dns-retry|use-stale-cache|umbrella|add-|strip-)/,
    'not-needed',
    'Benchboot answers the bench’s own names and asks the laptop’s name servers for the rest',
  ],
  [
    /^(address|host-record|cname|alias|bogus-nxdomain|ignore-address|mx-host|mx-target|srv-host|txt-record|ptr-record|naptr-record|caa-record|dns-rr|interface-name|synth-domain|dynamic-host)$/,
    'left-out',
    'Benchboot’s DNS knows the names of hosts alone',
  ],
  [/^(ipset|nftset)$/, 'left-out', 'firewall sets have no field'],
  [/^(enable-ra|ra-param|dhcp-duid|quiet-ra|quiet-dhcp6)$/, 'left-out', 'a bench is IPv4'],
  [
    /^(dhcp-ignore|dhcp-generate-names|dhcp-name-match|dhcp-hostname-match|dhcp-circuitid|dhcp-remoteid|dhcp-subscrid|dhcp-relay|dhcp-proxy|dhcp-fqdn|dhcp-client-update|dhcp-pxe-vendor|dhcp-alternate-port|dhcp-split-relay|dhcp-ttl|dhcp-option-pxe|dhcp-option6?)$/,
    'left-out',
    'a bench file has no field for this',
  ],
  [/^tftp-/, 'not-needed', 'Benchboot decides this by itself, and its root is one folder for all'],
];
