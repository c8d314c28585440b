/** `benchboot watch`: who is on a wire, without sending anything. */
import { BenchError } from '../errors.ts';
import { clockText, parseDuration } from '../kit/duration.ts';
import { localEngine } from '../local-engine.ts';
import { checkSavable, saveFile } from '../save-file.ts';
import { VERSION } from '../version.ts';
import { encodePcapng } from '../wire/pcapng.ts';
import { sentence } from '../wire/station.ts';
import { command, parsed } from './command.ts';
import { elapsing, INTERRUPTED, interruption } from './interruption.ts';
import { liveScreen } from './screen.ts';

export const watch = command({
  words: 'watch',
  summary: 'listen on a port: who is on this wire, without sending anything',
  details: 'Runs until interrupted (Ctrl-C).',
  flags: {
    nic: { value: 'NAME', help: 'network port to listen on' },
    for: { value: 'TIME', help: 'stop by itself after this time' },
    capture: { value: 'FILE', help: 'at the end, write the last 10,000 packets there (pcapng)' },
  },
  async run(values, _operands, output) {
    if (!values.nic)
      throw new BenchError('USAGE', {
        problem: 'Say which network port to listen on: --nic NAME. `benchboot nics` lists them.',
      });
    const seconds = parsed('for', values.for, 'a time such as 30s', parseDuration);
    if (values.capture) await checkSavable(values.capture);
    const interrupted = interruption();
    const watching = await localEngine().watch(values.nic);
    const { nic } = watching;
    output.record({ t: new Date().toISOString(), type: 'watching', nic: nic.name, carrier: nic.carrier });

    const screen = !output.json && process.stdout.isTTY ? liveScreen() : undefined;
    const began = Date.now();
    const draw = () => {
      const lines = watching.sentences();
      screen?.draw([
        `${nic.name}: listening, sending nothing, ${clockText((Date.now() - began) / 1000)}`,
        ...(lines.length > 0 ? lines : [nic.carrier ? 'Nothing heard yet.' : 'There is no cable in this port.']).map(
          line => `  ${line}`,
        ),
      ]);
    };
    const drawing = screen && setInterval(draw, 500);
    draw();
    const said = new Set<string>();
    watching.onHeard((station, frame) => {
      const text = sentence(station);
      output.record({ t: new Date(frame.at).toISOString(), type: 'wire.station', ...station, sentence: text });
      if (screen || said.has(text)) return;
      said.add(text);
      output.line(text);
    });

    const { elapsed, cancel } = elapsing(seconds);
    const end = await Promise.race([interrupted, elapsed, watching.lost]);
    cancel();
    clearInterval(drawing);
    draw();
    screen?.close();
    await watching.close();
    if (values.capture) {
      const about = { application: `Benchboot ${VERSION}` };
      const captured = { name: nic.name, description: nic.description, frames: watching.recorder.frames() };
      await saveFile(values.capture, encodePcapng([captured], about));
    }
    if (end instanceof BenchError) throw end;
    return end === 'elapsed' ? 0 : INTERRUPTED;
  },
});
