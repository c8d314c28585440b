/** A fixed address as NetworkManager keeps it: the keyfile format (nm-settings-keyfile(5)). */
import type { RecipeNetwork } from './recipe.ts';

export function keyfile({ interface: port = 'eth0', address, gateway, dns = [] }: RecipeNetwork): string {
  return [
    '[connection]',
    'id=benchboot',
    'type=ethernet',
    `interface-name=${port}`,
    'autoconnect-priority=10',
    '',
    '[ipv4]',
    'method=manual',
    `address1=${address}${gateway === undefined ? '' : `,${gateway}`}`,
    ...(dns.length > 0 ? [`dns=${dns.join(';')};`] : []),
    '',
    '[ipv6]',
    'method=auto',
    '',
  ].join('\n');
}
