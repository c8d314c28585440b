/** What a form calls the fields of a bench wish: a message about a field begins with its name. */
import type { BenchWish } from '../bench/wish.ts';

export const WISH_NAMES: Readonly<Record<keyof BenchWish, string>> = {
  nic: 'The port',
  address: "This laptop's address",
  range: 'The range for boards',
  lease: 'The lease time',
  gateway: 'The gateway',
  dnsServers: 'The list of name servers',
  mode: 'The mode',
  identity: 'The identity',
  root: 'The folder',
  httpPort: 'The HTTP port',
  tftp: 'TFTP',
  http: 'HTTP',
  dns: 'DNS',
  benchFile: 'The bench file',
  force: 'An override',
};
