/** Scripts for the iPXE view's scenes and tests. */
import { renderTemplate, TEMPLATES } from '../../main/ipxe/script/index.ts';

function made(name: string): string {
  const result = renderTemplate(TEMPLATES.find(template => template.name === name)!);
  if (!result.ok) throw new Error(result.problems[0]!.message);
  return result.text;
}

export const ALMALINUX_SCRIPT = made('almalinux');
export const MENU_SCRIPT = made('alpine');

/** What people bring along: a misspelt command, a label that is not there, names that do not match. */
export const BROKEN_SCRIPT = `#!ipxe
dhcp
set base http://\${next-server}/debian
kernal \${base}/linux initrd=initrd.gz auto=true
initrd \${base}/initrd.img
boot || goto retry

:again
sleep 5
goto again
`;
