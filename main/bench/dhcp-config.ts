/** A plan in the terms of the DHCP server: its mode, its network, and the addresses kept for hosts of the bench file. */
import { parseMac, type Reservation, type ServerConfig } from 'node-dhcpd-lite';
import type { BenchHost } from '../bench-file/bench-file.ts';
import type { BenchPlan } from './plan.ts';

export function dhcpConfig(plan: BenchPlan): ServerConfig {
  const { address, subnet, range } = plan;
  if (plan.mode === 'proxy' || !range) return { mode: 'proxy', server: address };
  return {
    mode: 'lease',
    server: address,
    subnet,
    range,
    leaseSeconds: plan.leaseSeconds,
    identity: plan.identity,
    routers: plan.gateway ? [plan.gateway] : [],
    dns: plan.nameServers,
    domain: plan.domain,
    reservations: reservations(plan.hosts),
  };
}

/** Hosts with a fixed address, as the DHCP server takes them. */
export function reservations(hosts: readonly BenchHost[]): Reservation[] {
  return hosts.flatMap(({ name, address, mac, serial, uuid, clientId }) =>
    address === undefined
      ? []
      : [
          {
            ip: address,
            ...(mac !== undefined && { mac: parseMac(mac)! }),
            ...(serial !== undefined && { serial }),
            ...(uuid !== undefined && { uuid }),
            ...(clientId !== undefined && { clientId }),
            ...(name !== undefined && { hostname: name }),
          },
        ],
  );
}
