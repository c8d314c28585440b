/** Whether this system's firewall would keep boards from us. Commands and their outputs; changes nothing. */
export interface FirewallCheck {
  readonly command: readonly [string, ...string[]];
  /** What the output says: undefined when nothing is in the way. */
  read(output: string): string | undefined;
}

/** UDP ports a board speaks to first; a firewall that lets them in is set up for netboot. */
const WANTED = [67, 69];

export const FIREWALL_CHECKS: Partial<Readonly<Record<NodeJS.Platform, FirewallCheck>>> = {
  linux: { command: ['nft', '-j', 'list', 'ruleset'], read: readNftables },
  darwin: { command: ['/usr/libexec/ApplicationFirewall/socketfilterfw', '--getglobalstate'], read: readSocketFilter },
  win32: {
    command: [
      'powershell',
      '-NoProfile',
      '-Command',
      'Get-NetFirewallProfile | Select-Object Name,Enabled | ConvertTo-Json',
    ],
    read: readFirewallProfiles,
  },
};

interface NftChain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly hook?: string;
  readonly policy?: string;
}

/** `nft -j list ruleset`: a chain that drops what comes in, without a word about our ports. */
export function readNftables(output: string): string | undefined {
  const entries = listOf(output, 'nftables') as readonly { chain?: NftChain; rule?: unknown }[];
  const dropping = entries
    .map(entry => entry.chain)
    .filter(chain => chain?.hook === 'input' && chain.policy === 'drop');
  if (dropping.length === 0) return undefined;
  const rules = JSON.stringify(entries.filter(entry => entry.rule));
  if (WANTED.every(port => new RegExp(`\\b${port}\\b`).test(rules))) return undefined;
  const names = dropping.map(chain => `${chain!.family} ${chain!.table} ${chain!.name}`).join(', ');
  return `nftables drops what comes in (${names}). Allow UDP 67, 69, 4011, 53 and TCP 80 on the bench port while you serve`;
}

/** `socketfilterfw --getglobalstate`: `Firewall is enabled. (State = 1)`. */
export function readSocketFilter(output: string): string | undefined {
  if (!/State = [12]/.test(output)) return undefined;
  return 'the application firewall is on. Allow incoming connections for Benchboot when the system asks';
}

/** `Get-NetFirewallProfile`: one object, or a list of them. */
export function readFirewallProfiles(output: string): string | undefined {
  const value = parse(output);
  const profiles = (Array.isArray(value) ? value : [value]) as readonly { Name?: string; Enabled?: unknown }[];
  const on = profiles
    .filter(profile => profile?.Enabled === true || profile?.Enabled === 1)
    .map(profile => profile.Name);
  if (on.length === 0) return undefined;
  return `the Windows firewall is on (${on.join(', ')}). It must allow the program Benchboot, not only its ports`;
}

function listOf(output: string, key: string): readonly unknown[] {
  const value = (parse(output) as Record<string, unknown> | undefined)?.[key];
  return Array.isArray(value) ? value : [];
}

function parse(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}
