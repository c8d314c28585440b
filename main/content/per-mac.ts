/** Files that are there once for every machine: names that hold a MAC, and the file `default` that stands for those without one. Pure. */

const PER_MAC = [
  { asked: /^boot\/([^/]+)\.ipxe$/i, file: (mac: string) => `boot/${mac}.ipxe` },
  { asked: /^kickstart\/([^/]+)\.cfg$/i, file: (mac: string) => `kickstart/${mac}.cfg` },
  { asked: /^kickstart-([^/]+)\.cfg$/i, file: (mac: string) => `kickstart-${mac}.cfg` },
  { asked: /^preseed\/([^/]+)\.cfg$/i, file: (mac: string) => `preseed/${mac}.cfg` },
  {
    asked: /^cloud-init\/([^/]+)\/(user-data|meta-data|network-config|vendor-data)$/i,
    file: (mac: string, part: string) => `cloud-init/${mac}/${part.toLowerCase()}`,
  },
] as const;

export interface PerMacName {
  /** What stands where the MAC belongs. */
  readonly mac: string;
  /** The same name for another spelling of the MAC, or for `default`. */
  readonly file: (mac: string) => string;
  /** Of cloud-init's four files which; empty elsewhere. */
  readonly part: string;
}

/** `name` without a slash in front. Undefined: no file is made from `default` under this name. */
export function perMacName(name: string): PerMacName | undefined {
  for (const { asked, file } of PER_MAC) {
    const match = asked.exec(name);
    if (!match) continue;
    const part = (match[2] ?? '').toLowerCase();
    return { mac: match[1]!, part, file: spelling => file(spelling, part) };
  }
  return undefined;
}
