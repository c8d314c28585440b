/** Outputs as the systems print them: nft 1.0.6 on Debian 12, macOS 14, Windows 11 (PowerShell 5.1 and 7). */
import { describe, expect, it } from 'vitest';
import {
  FIREWALL_CHECKS,
  readFirewallProfiles,
  readNftables,
  readSocketFilter,
} from '../../../main/doctor/firewall.ts';

const META = { metainfo: { version: '1.0.6', release_name: 'Lester Gooch #5', json_schema_version: 1 } };
const table = { table: { family: 'inet', name: 'filter', handle: 1 } };
const input = (policy: 'drop' | 'accept', name = 'filter') => ({
  chain: { family: 'inet', table: name, name: 'input', handle: 1, type: 'filter', hook: 'input', prio: 0, policy },
});
const output = {
  chain: {
    family: 'inet',
    table: 'filter',
    name: 'output',
    handle: 2,
    type: 'filter',
    hook: 'output',
    prio: 0,
    policy: 'drop',
  },
};
const plainChain = { chain: { family: 'inet', table: 'filter', name: 'helpers', handle: 3 } };
const accepts = (protocol: 'udp' | 'tcp', right: unknown) => ({
  rule: {
    family: 'inet',
    table: 'filter',
    chain: 'input',
    handle: 9,
    expr: [{ match: { op: '==', left: { payload: { protocol, field: 'dport' } }, right } }, { accept: null }],
  },
});
const nft = (...entries: object[]) => JSON.stringify({ nftables: [META, ...entries] });

describe('nft -j list ruleset', () => {
  it.each<[string, string]>([
    ['no rules at all', nft()],
    ['a chain that accepts', nft(table, input('accept'))],
    ['a chain that drops what goes out, and one that hangs nowhere', nft(table, output, plainChain)],
    [
      'a chain that drops, with our ports let in one by one',
      nft(input('drop'), accepts('udp', 67), accepts('udp', 69)),
    ],
    [
      'a chain that drops, with our ports let in as a set',
      nft(input('drop'), accepts('udp', { set: [53, 67, 69, 4011] })),
    ],
    ['nothing', ''],
    ['a text', 'nft: command not found'],
    ['JSON of another kind', '[1, null, {"chain": 7}]'],
    ['an empty object', '{}'],
    ['a list that is none', '{"nftables": "x"}'],
  ])('nothing is in the way: %s', (_name, text) => expect(readNftables(text)).toBeUndefined());

  it.each<[string, string, string]>([
    ['a chain that drops', nft(table, input('drop')), 'inet filter input'],
    ['one of the two ports is let in', nft(input('drop'), accepts('udp', 67)), 'inet filter input'],
    [
      'ports that only look like ours',
      nft(input('drop'), accepts('tcp', 6700), accepts('udp', 1069)),
      'inet filter input',
    ],
    [
      'two tables drop',
      nft(input('drop'), input('accept', 'a'), input('drop', 'firewalld')),
      'inet filter input, inet firewalld input',
    ],
  ])('in the way: %s', (_name, text, chains) => {
    expect(readNftables(text)).toBe(
      `nftables drops what comes in (${chains}). Allow UDP 67, 69, 4011, 53 and TCP 80 on the bench port while you serve`,
    );
  });
});

describe('socketfilterfw --getglobalstate', () => {
  it.each<[string, boolean]>([
    ['Firewall is disabled. (State = 0) \n', false],
    ['Firewall is enabled. (State = 1) \n', true],
    ['Firewall is blocking all non-essential incoming connections. (State = 2) \n', true],
    ['', false],
    ['socketfilterfw: not permitted', false],
  ])('%j', (text, isOn) => expect(readSocketFilter(text) !== undefined).toBe(isOn));
});

describe('Get-NetFirewallProfile | ConvertTo-Json', () => {
  const profiles = (...enabled: unknown[]) =>
    JSON.stringify(['Domain', 'Private', 'Public'].map((Name, i) => ({ Name, Enabled: enabled[i] })));
  it.each<[string, string, string | undefined]>([
    ['numbers, all on', profiles(1, 1, 1), 'Domain, Private, Public'],
    ['booleans, one on', profiles(false, true, false), 'Private'],
    ['all off', profiles(0, 0, 0), undefined],
    ['not configured (2) is not on', profiles(2, 0, 1), 'Public'],
    ['a single object', '{"Name":"Public","Enabled":1}', 'Public'],
    ['a single object that is off', '{"Name":"Public","Enabled":0}', undefined],
    ['null', 'null', undefined],
    ['a list with gaps', '[null, 3]', undefined],
    ['nothing', '', undefined],
    ['an error text', "Get-NetFirewallProfile : The term 'x' is not recognized", undefined],
  ])('%s', (_name, text, names) => {
    const says = readFirewallProfiles(text);
    if (names === undefined) expect(says).toBeUndefined();
    else expect(says).toContain(`the Windows firewall is on (${names}).`);
  });
});

it('each system is asked by a command that only reads', () => {
  expect(Object.keys(FIREWALL_CHECKS)).toEqual(['linux', 'darwin', 'win32']);
  for (const { command } of Object.values(FIREWALL_CHECKS))
    expect(command.join(' ')).toMatch(/ list ruleset$| --getglobalstate$| Get-NetFirewallProfile /);
});
