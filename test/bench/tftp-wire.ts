/** Two network namespaces with one cable, and programs started in them. Linux and root only. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Wire {
  /** Namespace and device of the servers; its addresses are SERVERS.1 and up, /24. */
  readonly server: string;
  readonly client: string;
  readonly nic: string;
  readonly clientNic: string;
  readonly clientAddress: string;
  serverAddress(index: number): string;
  spawn(namespace: string, command: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess;
  /** Ends what was started and removes both namespaces. */
  close(): Promise<void>;
}

const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });

/** `name` begins the namespaces' names, which are this process's own; `servers` addresses on the servers' side. */
export function layWire(name: string, servers: number): Wire {
  const server = `${name}-${process.pid}-s`;
  const client = `${name}-${process.pid}-c`;
  const children = new Set<ChildProcess>();
  const serverAddress = (index: number) => `10.97.0.${index + 1}`;
  const clientAddress = '10.97.0.200';
  for (const namespace of [server, client]) {
    ip('netns', 'add', namespace);
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
  }
  ip('-n', server, 'link', 'add', 'bench0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', client);
  for (let index = 0; index < servers; index++)
    ip('-n', server, 'addr', 'add', `${serverAddress(index)}/24`, 'dev', 'bench0');
  ip('-n', client, 'addr', 'add', `${clientAddress}/24`, 'dev', 'eth0');
  ip('-n', server, 'link', 'set', 'bench0', 'up');
  ip('-n', client, 'link', 'set', 'eth0', 'up');
  return {
    server,
    client,
    nic: 'bench0',
    clientNic: 'eth0',
    clientAddress,
    serverAddress,
    spawn(namespace, command, env = {}) {
      const child = spawn('ip', ['netns', 'exec', namespace, ...command], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...env },
      });
      children.add(child);
      child.once('exit', () => children.delete(child));
      return child;
    },
    async close() {
      for (const child of [...children]) {
        const exited = once(child, 'exit');
        child.kill('SIGTERM');
        // Some clients finish their transfer first.
        const impatient = setTimeout(() => child.kill('SIGKILL'), 2000);
        await exited;
        clearTimeout(impatient);
      }
      for (const namespace of [server, client]) ip('netns', 'del', namespace);
    },
  };
}

/** What a program prints until it exits; throws with its standard error when it fails. */
export async function output(child: ChildProcess): Promise<string> {
  let out = '';
  let errors = '';
  child.stdout!.on('data', chunk => {
    out += chunk;
  });
  child.stderr!.on('data', chunk => {
    errors += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${child.spawnargs.join(' ')} failed (${code}): ${errors.trim() || out.trim()}`);
  return out;
}

/** Resolves when the program has printed a line that begins so. */
export function printed(child: ChildProcess, beginning: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = '';
    const look = (chunk: Buffer) => {
      out += chunk;
      const line = out.split('\n').find((text, at, all) => at < all.length - 1 && text.startsWith(beginning));
      if (line === undefined) {
        if (out.length > 1_000_000) out = '';
        return;
      }
      child.stdout!.off('data', look);
      child.stdout!.resume();
      resolve(line);
    };
    child.stdout!.on('data', look);
    child.once('exit', code => reject(new Error(`${child.spawnargs.join(' ')} ended (${code}) before "${beginning}"`)));
  });
}
