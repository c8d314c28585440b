/** `benchboot serve`: one port served until interrupted, as event lines or as a calm live view. */
import type { LoggedEvent } from '../bench/event-log.ts';
import { OVERRIDABLE_RULES } from '../bench/events.ts';
import { type BenchWish, readWish } from '../bench/wish.ts';
import { BenchError } from '../errors.ts';
import { parseDuration } from '../kit/duration.ts';
import { localEngine } from '../local-engine.ts';
import { checkSavable, saveFile } from '../save-file.ts';
import { command, parsed } from './command.ts';
import { elapsing, INTERRUPTED, interruption } from './interruption.ts';
import { plainView, screenView } from './serve-view.ts';

/** The flag behind each field of a wish. */
const flagOf = (field: keyof BenchWish): string =>
  `--${field === 'httpPort' ? 'http-port' : field === 'dnsServers' ? 'dns' : field === 'benchFile' ? 'bench' : field}`;

export const serve = command({
  words: 'serve',
  summary: 'serve one network port: DHCP, TFTP, HTTP and DNS for the boards behind it',
  details:
    'Runs until interrupted (Ctrl-C). Then addresses and everything else on this laptop are as they were.\n' +
    'Without --address it uses the address the port has, else a free network of its own; without --range, its middle.',
  flags: {
    nic: { value: 'NAME', help: 'network port to serve (`benchboot nics` lists them)' },
    address: { value: 'CIDR', help: "this laptop's address there, e.g. 10.32.0.1/24" },
    range: { value: 'A-B', help: 'addresses to give, e.g. 10.32.0.50-10.32.0.250' },
    lease: { value: 'TIME', help: 'how long an address is given for: 90s, 10m, 2h (default 10m)' },
    gateway: { value: 'IP', help: 'router told to boards (default: none)' },
    dns: { value: 'IP,IP', help: 'name servers told to boards (default: this laptop)' },
    mode: {
      value: 'MODE',
      help: 'dhcp gives addresses (default); proxy adds boot files to the DHCP server that is there',
    },
    identity: { value: 'KEY', help: 'what a board keeps its address by: mac (default) or client-id (RFC 2131)' },
    root: { value: 'DIR', help: 'folder behind TFTP and HTTP' },
    'http-port': { value: 'PORT', help: 'HTTP port (default 80)' },
    'no-tftp': { help: 'leave TFTP out' },
    'no-http': { help: 'leave HTTP out' },
    'no-dns': { help: 'leave DNS out' },
    for: { value: 'TIME', help: 'stop by itself after this time' },
    bench: { value: 'FILE', help: 'bench file; flags given here win over it' },
    capture: { value: 'FILE', help: 'at the end, write the last 10,000 packets there (pcapng)' },
    force: { value: 'RULE', repeat: true, help: `override a safety rule, by name: ${OVERRIDABLE_RULES.join(', ')}` },
  },
  async run(values, _operands, output) {
    const request = readWish(
      {
        ...values,
        dnsServers: values.dns,
        httpPort: values['http-port'],
        tftp: values['no-tftp'] ? false : undefined,
        http: values['no-http'] ? false : undefined,
        dns: values['no-dns'] ? false : undefined,
        benchFile: values.bench,
      },
      flagOf,
    );
    if (!request.nic && !request.benchFile)
      throw new BenchError('USAGE', {
        problem: 'Say which network port to serve: --nic NAME. `benchboot nics` lists them, the best one first.',
      });
    const seconds = parsed('for', values.for, 'a time such as 30m', parseDuration);

    if (values.capture) await checkSavable(values.capture);
    const interrupted = interruption();
    const engine = localEngine();
    const view = output.json ? undefined : process.stdout.isTTY ? screenView(engine) : plainView(engine);
    const records = readyFirst(output.record);
    const offRecords = engine.events.on(records.take);
    try {
      const starting = engine.start(request);
      const bench = await Promise.race([starting, interrupted]);
      if (bench === 'interrupted') {
        await starting.catch(() => undefined); // what it had begun is undone below, or was by itself
        return INTERRUPTED;
      }
      view?.started(bench);
      const { elapsed, cancel } = elapsing(seconds);
      const end = await Promise.race([interrupted, elapsed, bench.failed]);
      cancel();
      await bench.stop(
        end instanceof BenchError ? end.message : end === 'elapsed' ? `--for ${values.for} is over` : end,
      );
      if (values.capture) await saveFile(values.capture, bench.capture());
      if (end instanceof BenchError) throw end;
      return end === 'elapsed' ? 0 : INTERRUPTED;
    } finally {
      await engine.close();
      view?.close();
      records.flush();
      offRecords();
    }
  },
});

/** The first line is `ready`: a script reads one line and knows every address. What came before follows it. */
function readyFirst(record: (event: LoggedEvent) => void): { take: (event: LoggedEvent) => void; flush: () => void } {
  let held: LoggedEvent[] | undefined = [];
  const flush = (): void => {
    for (const event of held ?? []) record(event);
    held = undefined;
  };
  return {
    take(event) {
      if (held && event.type !== 'ready') held.push(event);
      else {
        record(event);
        flush();
      }
    },
    flush,
  };
}
