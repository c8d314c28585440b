/** `firstrun.sh`: what Raspberry Pi OS runs once, as root, when its command line says so; and reading it back. */

import { keyfile } from './network-manager.ts';
import type { Recipe } from './recipe.ts';

/** Added to cmdline.txt (systemd.run(7)); Bookworm rewrites the path to /boot/firmware itself. */
export const FIRSTRUN_WORDS = [
  'systemd.run=/boot/firstrun.sh',
  'systemd.run_success_action=reboot',
  'systemd.unit=kernel-command-line.target',
] as const;

/** Any text as one word of a shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const CUSTOM = '/usr/lib/raspberrypi-sys-mods/imager_custom';

/** The parts of a recipe that a script takes over. */
export type ScriptPart = 'hostname' | 'user' | 'wifi' | 'language' | 'place' | 'network';

/** Undefined when none of `parts` has anything to do. Values stand as variables at the top, where they are read back. */
export function firstrunScript(recipe: Recipe, parts: readonly ScriptPart[]): string | undefined {
  const { hostname, user, ssh, wifi, locale, network } = recipe;
  const variables: Record<string, string> = {};
  const blocks: string[] = [];
  const does = (part: ScriptPart): boolean => parts.includes(part);

  if (does('hostname') && hostname !== undefined) {
    variables.HOST_NAME = hostname;
    blocks.push(HOSTNAME);
  }
  if (does('user') && user) {
    variables.USER_NAME = user.name;
    variables.PASSWORD_HASH = user.passwordHash ?? '!';
    blocks.push(USER);
    if (user.sudoWithoutPassword) blocks.push(SUDO);
    const keys = user.sshKeys ?? [];
    if (keys.length > 0) {
      variables.SSH_KEYS = keys.map(key => key.trim()).join('\n');
      blocks.push(KEYS);
    }
    const byPassword = ssh?.passwordLogin ?? keys.length === 0;
    if (!byPassword) blocks.push(NO_PASSWORD_LOGIN);
  }
  if (does('wifi') && wifi) {
    variables.WIFI_SSID = wifi.ssid;
    variables.WIFI_SSID_HEX = Array.from(new TextEncoder().encode(wifi.ssid), octet =>
      octet.toString(16).padStart(2, '0'),
    ).join('');
    variables.WIFI_PSK = wifi.psk ?? '';
    variables.WIFI_COUNTRY = wifi.country ?? '';
    variables.WIFI_HIDDEN = wifi.hidden ? '1' : '';
    blocks.push(WIFI);
  }
  if (does('language') && locale?.language) {
    variables.LANGUAGE_CODE = locale.language;
    blocks.push('raspi-config nonint do_change_locale "$LANGUAGE_CODE"');
  }
  if (does('place') && locale?.keyboard) {
    variables.KEYBOARD = locale.keyboard;
    blocks.push('raspi-config nonint do_configure_keyboard "$KEYBOARD"');
  }
  if (does('place') && locale?.timezone) {
    variables.TIMEZONE = locale.timezone;
    blocks.push('raspi-config nonint do_change_timezone "$TIMEZONE"');
  }
  if (does('network') && network) {
    variables.NET_INTERFACE = network.interface ?? 'eth0';
    variables.NET_ADDRESS = network.address;
    variables.NET_GATEWAY = network.gateway ?? '';
    variables.NET_DNS = (network.dns ?? []).join(' ');
    variables.NET_KEYFILE = keyfile(network);
    blocks.push(NETWORK);
  }
  if (blocks.length === 0) return undefined;
  const assignments = Object.entries(variables).map(([name, value]) => `${name}=${quoted(value)}`);
  return [HEAD, assignments.join('\n'), ...blocks, TAIL].join('\n\n');
}

/** The variables of a script that Benchboot wrote; undefined for any other. */
export function scriptVariables(text: string): Readonly<Record<string, string>> | undefined {
  if (!text.startsWith(HEAD)) return undefined;
  const found = text.matchAll(/^([A-Z_]+)=((?:'[^']*'|\\')+)$/gm);
  return Object.fromEntries(
    Array.from(found, ([, name, value = '']) => [
      name,
      value.replace(/'([^']*)'|\\'/g, (whole, inner?: string) => inner ?? whole[1]!),
    ]),
  );
}

const HEAD = `#!/bin/bash
# Written by Benchboot. Runs once at the first start, then removes itself.
set +e`;

const HOSTNAME = `if [ -x ${CUSTOM} ]; then
  ${CUSTOM} set_hostname "$HOST_NAME"
else
  echo "$HOST_NAME" >/etc/hostname
  sed -i "s/^127\\.0\\.1\\.1.*/127.0.1.1\\t$HOST_NAME/" /etc/hosts
fi`;

/** userconf-pi came in April 2022; before, the first user is renamed by hand. */
const USER = `FIRST_USER=$(getent passwd 1000 | cut -d: -f1)
if [ -x /usr/lib/userconf-pi/userconf ]; then
  /usr/lib/userconf-pi/userconf "$USER_NAME" "$PASSWORD_HASH"
else
  echo "$FIRST_USER:$PASSWORD_HASH" | chpasswd -e
  if [ "$FIRST_USER" != "$USER_NAME" ]; then
    usermod -l "$USER_NAME" "$FIRST_USER"
    usermod -m -d "/home/$USER_NAME" "$USER_NAME"
    groupmod -n "$USER_NAME" "$FIRST_USER"
    [ -f /etc/sudoers.d/010_pi-nopasswd ] && sed -i "s/^$FIRST_USER /$USER_NAME /" /etc/sudoers.d/010_pi-nopasswd
  fi
fi`;

const SUDO = `echo "$USER_NAME ALL=(ALL) NOPASSWD:ALL" >/etc/sudoers.d/010_benchboot
chmod 0440 /etc/sudoers.d/010_benchboot`;

const KEYS = `HOME_FOLDER=$(getent passwd 1000 | cut -d: -f6)
OWNER=$(getent passwd 1000 | cut -d: -f1)
install -d -o "$OWNER" -g "$OWNER" -m 700 "$HOME_FOLDER/.ssh"
echo "$SSH_KEYS" >>"$HOME_FOLDER/.ssh/authorized_keys"
chown "$OWNER:$OWNER" "$HOME_FOLDER/.ssh/authorized_keys"
chmod 600 "$HOME_FOLDER/.ssh/authorized_keys"`;

/** The first setting counts for sshd, so it goes to the front. */
const NO_PASSWORD_LOGIN = `sed -i '1i PasswordAuthentication no' /etc/ssh/sshd_config`;

const WIFI = `if [ -x ${CUSTOM} ] && [ -d /etc/NetworkManager ]; then
  ${CUSTOM} set_wlan \${WIFI_HIDDEN:+-h} "$WIFI_SSID" "$WIFI_PSK" "$WIFI_COUNTRY"
else
  {
    [ -n "$WIFI_COUNTRY" ] && echo "country=$WIFI_COUNTRY"
    echo "ctrl_interface=DIR=/var/run/wpa_supplicant GROUP=netdev"
    echo "update_config=1"
    echo "network={"
    echo "  ssid=$WIFI_SSID_HEX"
    [ -n "$WIFI_HIDDEN" ] && echo "  scan_ssid=1"
    if [ -n "$WIFI_PSK" ]; then echo "  psk=$WIFI_PSK"; else echo "  key_mgmt=NONE"; fi
    echo "}"
  } >/etc/wpa_supplicant/wpa_supplicant.conf
  chmod 600 /etc/wpa_supplicant/wpa_supplicant.conf
  rfkill unblock wifi
fi`;

const NETWORK = `if [ -d /etc/NetworkManager/system-connections ]; then
  echo "$NET_KEYFILE" >/etc/NetworkManager/system-connections/benchboot.nmconnection
  chmod 600 /etc/NetworkManager/system-connections/benchboot.nmconnection
else
  {
    echo "interface $NET_INTERFACE"
    echo "static ip_address=$NET_ADDRESS"
    [ -n "$NET_GATEWAY" ] && echo "static routers=$NET_GATEWAY"
    [ -n "$NET_DNS" ] && echo "static domain_name_servers=$NET_DNS"
  } >>/etc/dhcpcd.conf
fi`;

/** Bookworm cuts the script at the line with the removal and puts its own ending there: nothing may follow it that matters. */
const TAIL = `sed -i 's| systemd\\.[^ ]*||g' /boot/cmdline.txt
rm -f /boot/firstrun.sh
exit 0
`;
