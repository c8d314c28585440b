/** Drives the real host inside a namespace of a lab: calls it, and waits for what it tells. */
import { fileURLToPath } from 'node:url';
import type { Nic } from '../../main/host/host.ts';
import type { Lab, Namespace } from '../lab/lab.ts';
import { Agent } from './agent.ts';
import type { Verbs } from './host-agent-child.ts';

const child = fileURLToPath(new URL('./host-agent-child.ts', import.meta.url));

export interface AgentEvent {
  readonly event: 'ready' | 'message' | 'error' | 'frame' | 'nics';
  readonly id: string;
  /** Of messages and frames. */
  readonly hex: string;
  readonly from: { readonly address: string; readonly port: number };
  readonly at: number;
  readonly outgoing: boolean;
  readonly code: string;
  readonly message: string;
  readonly nics: readonly Nic[];
}

export class HostAgent extends Agent<Verbs, AgentEvent> {
  /** Starts one in a namespace; it ends with the test. */
  static async start(lab: Lab, ns: Namespace): Promise<HostAgent> {
    const agent = new HostAgent(lab, ns, [process.execPath, child]);
    await agent.event('ready');
    return agent;
  }

  all(kind: AgentEvent['event']): AgentEvent[] {
    return this.told.filter(event => event.event === kind);
  }
}
