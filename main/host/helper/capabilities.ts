/** Whether a Linux process may do by itself what a bench needs. Reads text, no file. */

/** capabilities(7), by number. */
const NEEDED = { CAP_NET_BIND_SERVICE: 10, CAP_NET_ADMIN: 12, CAP_NET_RAW: 13 } as const;

/** Needed again by the programs it starts (`ip`), which inherit ambient rights alone. */
const INHERITED = NEEDED.CAP_NET_ADMIN;

/** `status` is the text of `/proc/self/status`. Root without these rights (in a container) has no more than a user. */
export function hasBenchRights(status: string): boolean {
  const set = (name: string): bigint =>
    BigInt(`0x${new RegExp(`^${name}:\\s*([0-9a-fA-F]+)$`, 'm').exec(status)?.[1] ?? '0'}`);
  const has = (rights: bigint, capability: number): boolean => ((rights >> BigInt(capability)) & 1n) === 1n;
  const effective = set('CapEff');
  if (!Object.values(NEEDED).every(capability => has(effective, capability))) return false;
  const isRoot = /^Uid:\s*\d+\s+0\s/m.test(status);
  return isRoot || has(set('CapAmb'), INHERITED);
}
