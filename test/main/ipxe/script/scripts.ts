/** Scripts as people write them, for tests: the stories' own, and the kinds that circulate. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
import { autoexecIpxe, defaultBootScript } from '../../../../main/boot/ipxe-script.ts';
import { renderTemplate, TEMPLATES } from '../../../../main/ipxe/script/index.ts';

const lines = (...all: string[]): string => `${all.join('\n')}\n`;

export const SERVER = '10.32.0.1';
const facts = { server: SERVER, httpPort: 80, tftp: true } as const;

/** S4 as it was: the old first line, no way out when something fails. */
export const S4 = lines(
  '#!gpxe',
  'dhcp net0',
  'set base http://10.32.0.1',
  'kernel ${base}/vmlinuz inst.ks=${base}/kickstart-${net0/mac}.cfg ip=${net0/ip}::${net0/gateway}:${net0/netmask}::: nameserver=${dns}',
  'initrd ${base}/initrd.img',
  'boot',
);

/** S3: the menu of a society's boot server. */
export const S3 = lines(
  '#!ipxe',
  'set tries:int32 0',
  ':start',
  'dhcp || goto retry',
  ':menu',
  'menu Boot server -- ${net0/mac}',
  'item --key a alpine Alpine from RAM',
  'item memtest Memory test',
  'item --gap',
  'item local Local disk',
  'choose --default alpine --timeout 10000 target || goto menu',
  'goto ${target}',
  ':alpine',
  'kernel http://${next-server}/alpine/vmlinuz-lts initrd=initramfs-lts apkovl=http://${next-server}/apkovl/${net0/mac:hexhyp}.tar.gz || goto retry',
  'initrd http://${next-server}/alpine/initramfs-lts || goto retry',
  'boot || goto retry',
  ':memtest',
  'iseq ${platform} efi && set file memtest.efi || set file memtest.bin',
  'kernel http://${next-server}/${file} || goto retry',
  'boot || goto retry',
  ':local',
  'exit 1',
  ':retry',
  'inc tries',
  'iseq ${tries} 5 && shell ||',
  'sleep 3',
  'goto start',
);

const LIBRARY = [
  { id: 'debian', title: 'Debian 13', kernel: 'debian/linux', initrd: 'debian/initrd.gz', append: 'quiet' },
  { id: 'rescue', title: 'Rescue', kernel: 'rescue/vmlinuz' },
];

/** Every template as it comes. */
export const RENDERED: Readonly<Record<string, string>> = Object.fromEntries(
  TEMPLATES.map(template => {
    const result = renderTemplate(template, {}, { library: LIBRARY });
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    return [template.name, result.text];
  }),
);

export const SCRIPTS: Readonly<Record<string, string>> = {
  S3,
  S4,
  'boot.ipxe': defaultBootScript({ ...facts, linux: [{ cpu: 'x64', kernel: 'vmlinuz', initrd: 'initrd.img' }] }),
  'autoexec.ipxe': autoexecIpxe(facts),
  ...RENDERED,
  'Windows line ends': S3.replaceAll('\n', '\r\n'),
  'mixed line ends': S3.replace(/\n/g, (end, at: number) => (at % 2 ? '\r\n' : end)),
  'no last line end': S3.slice(0, -1),
  'continued lines': lines(
    '#!ipxe',
    'kernel http://10.32.0.1/vmlinuz \\',
    '  initrd=initrd.img \\\r',
    '  quiet || shell',
    'boot',
  ),
  'a NUL': '#!ipxe\necho a\0b\nshell\n',
  'a byte order mark': `\ufeff${S3}`,
  'not ASCII': '#!ipxe\necho Größe – 大きさ 🚀\n',
  'nested settings': lines('#!ipxe', 'set a${net0/mac:hexraw} x', 'echo ${a${net0/mac:hexraw}} ${a ${} } ${${}'),
  'no script at all': '<!DOCTYPE html>\n<html><body>404</body></html>',
  empty: '',
  'ends in a backslash': '#!ipxe\necho a\\',
};
