/** An Ignition configuration, spec 3.3.0 (Fedora CoreOS, Flatcar, openSUSE MicroOS). */
import type { JsonValue } from '../../kit/json-source.ts';
import { joined } from './cloud-init.ts';
import { keyfile } from './network-manager.ts';
import type { Recipe } from './recipe.ts';

/** RFC 2397; percent-encoding keeps every octet. */
const dataUrl = (text: string): string => `data:,${encodeURIComponent(text)}`;

const file = (path: string, text: string, mode: number): JsonValue => ({
  path,
  mode,
  overwrite: true,
  contents: { source: dataUrl(text) },
});

/** What Ignition has no word for (keyboard layout, Wi-Fi country) is written as the file the system reads. */
export function ignitionConfig(recipe: Recipe): string {
  const { hostname, user, locale, network, wifi, ssh } = recipe;
  const keys = user?.sshKeys?.map(key => key.trim()) ?? [];
  const files: JsonValue[] = [];
  if (hostname !== undefined) files.push(file('/etc/hostname', `${hostname}\n`, 0o644));
  if (network)
    files.push(file('/etc/NetworkManager/system-connections/benchboot.nmconnection', keyfile(network), 0o600));
  if (wifi)
    files.push(
      file(
        '/etc/NetworkManager/system-connections/benchboot-wifi.nmconnection',
        [
          '[connection]\nid=benchboot-wifi\ntype=wifi\n',
          `[wifi]\nmode=infrastructure\nssid=${Array.from(new TextEncoder().encode(wifi.ssid), octet => `${octet};`).join('')}\nhidden=${wifi.hidden ?? false}\n`,
          ...(wifi.psk ? [`[wifi-security]\nkey-mgmt=wpa-psk\npsk=${wifi.psk}\n`] : []),
          '[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=auto\n',
        ].join('\n'),
        0o600,
      ),
    );
  if (locale?.keyboard) files.push(file('/etc/vconsole.conf', `KEYMAP=${locale.keyboard}\n`, 0o644));
  if (locale?.language) files.push(file('/etc/locale.conf', `LANG=${locale.language}\n`, 0o644));
  if (user?.sudoWithoutPassword)
    files.push(file('/etc/sudoers.d/benchboot', `${user.name} ALL=(ALL) NOPASSWD:ALL\n`, 0o440));
  if (ssh?.passwordLogin !== undefined)
    files.push(
      file(
        '/etc/ssh/sshd_config.d/10-benchboot.conf',
        `PasswordAuthentication ${ssh.passwordLogin ? 'yes' : 'no'}\n`,
        0o600,
      ),
    );
  const links: JsonValue[] = locale?.timezone
    ? [{ path: '/etc/localtime', target: `../usr/share/zoneinfo/${locale.timezone}`, overwrite: true }]
    : [];
  const base: Record<string, JsonValue> = {
    ignition: { version: '3.3.0' },
    ...(user && {
      passwd: {
        users: [
          {
            name: user.name,
            groups: ['wheel'],
            ...(user.passwordHash !== undefined && user.passwordHash !== '!' && { passwordHash: user.passwordHash }),
            ...(keys.length > 0 && { sshAuthorizedKeys: keys }),
          },
        ],
      },
    }),
    ...((files.length > 0 || links.length > 0) && {
      storage: { ...(files.length > 0 && { files }), ...(links.length > 0 && { links }) },
    }),
  };
  return `${JSON.stringify(joined(base, recipe.ignition ?? {}), null, 2)}\n`;
}
