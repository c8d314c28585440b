/** What the settings say about themselves. Values in, values out. */
import type { Finding, Settings } from '../../../main/contract/views.ts';

/** What the next bench starts with; undefined: nothing is remembered. */
export function rememberedText({ nic, wish }: Settings): string | undefined {
  const fields = Object.entries(wish)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${FIELD_WORDS[name as keyof Settings['wish']]} ${shown(value)}`);
  const all = [...(nic === undefined ? [] : [`port ${nic}`]), ...fields];
  return all.length === 0 ? undefined : all.join(', ');
}

const shown = (value: unknown): string => (value === false ? 'off' : value === true ? 'on' : String(value));

const FIELD_WORDS: Readonly<Record<keyof Settings['wish'], string>> = {
  address: 'address',
  range: 'range',
  lease: 'lease',
  gateway: 'gateway',
  dnsServers: 'name servers',
  mode: 'mode',
  identity: 'identity by',
  root: 'folder',
  httpPort: 'HTTP port',
  tftp: 'TFTP',
  http: 'HTTP',
  dns: 'DNS',
  benchFile: 'bench file',
};

export const CHECK_WORDS: Readonly<Record<Finding['check'], string>> = {
  dhcp: 'DHCP',
  tftp: 'TFTP',
  http: 'HTTP',
  firewall: 'Firewall',
  ports: 'Network ports',
  programs: 'iPXE programs',
  state: 'State folder',
};

/** The worst of the findings, as one sentence. */
export function verdictOf(findings: readonly Finding[]): {
  readonly tone: 'ok' | 'warn' | 'bad';
  readonly text: string;
} {
  const failed = findings.filter(({ result }) => result === 'failed').length;
  const other = findings.filter(({ result }) => result === 'warning' || result === 'no-right').length;
  if (failed > 0) return { tone: 'bad', text: `${failed} of ${findings.length} checks failed: see what to do below.` };
  if (other > 0)
    return {
      tone: 'warn',
      text: `This laptop can serve, with ${other === 1 ? 'one thing' : `${other} things`} to know.`,
    };
  return { tone: 'ok', text: 'This laptop can serve a bench: every check passed.' };
}
