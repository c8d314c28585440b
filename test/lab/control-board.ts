/** A cluster box's control board: OpenSSH's server, a nodectl that prints what the real ones print, ptys behind picocom. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Program } from './program.ts';

export interface ControlBoardOptions {
  readonly folder: string;
  readonly port: number;
  /** Put before the server's command, e.g. to run it in a namespace. */
  readonly through?: readonly string[];
}

const maker = (folder: string): string => `
echo "$@" >> ${folder}/calls
case $1 in
  list) echo "01:00.0 Network controller: Mixtile Limited Blade 3 (rev 01)"; echo "02:00.0 Network controller: Mixtile Limited Blade 3 (rev 01)";;
  poweron|poweroff|reboot) [ "$3" != 4 ] || { echo "open gpio failed: No such file or directory" >&2; exit 1; };;
  rescan) ;;
  flash) echo "This function is under active development.";;
  *) echo "Usage: nodectl {list|poweron|reboot|flash|console|rescan} [-n NODE]"; exit 1;;
esac
`;
const REWRITE = `
case $1 in
  --version) echo "nodectl version v0.0.2";;
  list) echo "No devices found. Run the rescan command then try again.";;
esac
`;
/** A blade's console: says which adapter was asked for, then echoes. */
const PICOCOM = `
[ "$1 $2" = "-b 1500000" ] || exit 2
stty raw -echo 2>/dev/null
printf 'Terminal ready\\r\\n%s\\r\\nU-Boot 2017.09 (x)\\r\\n' "$3"
exec cat
`;

export class ControlBoard {
  /** Private key that logs in. */
  readonly key: string;
  readonly port: number;
  readonly #folder: string;
  readonly #bin: string;
  readonly #through: readonly string[];
  #sshd: Program | undefined;

  constructor({ folder, port, through = [] }: ControlBoardOptions) {
    this.port = port;
    this.key = join(folder, 'id');
    this.#folder = folder;
    this.#bin = join(folder, 'bin');
    this.#through = through;
    mkdirSync(this.#bin, { recursive: true });
    mkdirSync('/run/sshd', { recursive: true });
    for (const key of ['host1', 'host2', 'id'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)]);
    writeFileSync(join(folder, 'authorized'), readFileSync(join(folder, 'id.pub')));
    this.nodectl('maker');
    this.script('picocom', PICOCOM);
  }

  /** Which nodectl is installed. */
  nodectl(variant: 'maker' | 'rewrite'): void {
    this.script('nodectl', variant === 'maker' ? maker(this.#folder) : REWRITE);
  }

  /** What nodectl was asked for, a line each. */
  get calls(): string {
    return readFileSync(join(this.#folder, 'calls'), 'utf8');
  }

  get bin(): string {
    return this.#bin;
  }

  script(name: string, text: string): void {
    writeFileSync(join(this.#bin, name), `#!/bin/sh\n${text}`);
    chmodSync(join(this.#bin, name), 0o755);
  }

  /** Switches it on, with one of its two host keys. */
  async on(hostKey: 'host1' | 'host2' = 'host1'): Promise<void> {
    const options = [
      `ListenAddress=127.0.0.1:${this.port}`,
      `HostKey=${join(this.#folder, hostKey)}`,
      `AuthorizedKeysFile=${join(this.#folder, 'authorized')}`,
      'StrictModes=no',
      'UsePAM=no',
      'PasswordAuthentication=no',
      'PidFile=none',
      `SetEnv=PATH=${this.#bin}:/usr/bin:/bin`,
    ];
    const command = ['/usr/sbin/sshd', '-D', '-e', '-f', '/dev/null', ...options.flatMap(option => ['-o', option])];
    const sshd = new Program([...this.#through, ...command], { name: 'sshd', log: join(this.#folder, 'sshd.log') });
    this.#sshd = sshd;
    await sshd.line(/Server listening/);
  }

  /** Ends the server and the connections it holds, as a control board that loses power does. */
  async off(): Promise<void> {
    const sshd = this.#sshd;
    this.#sshd = undefined;
    if (!sshd) return;
    const held = spawnSync('pgrep', ['-P', String(sshd.pid)], { encoding: 'utf8' })
      .stdout.split('\n')
      .filter(Boolean);
    sshd.kill('SIGTERM');
    for (const pid of held) kill(Number(pid));
    await sshd.ended;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It ended with the server.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
