/** `benchboot web`: the app in a browser, with an engine of its own that ends with this command. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineKeeper } from '../app/keeper.ts';
import { tcpPort } from '../bench/wish.ts';
import { type ChildEngine, spawnEngine } from '../web/child-engine.ts';
import { openInBrowser } from '../web/open-browser.ts';
import { loadRenderer } from '../web/renderer-files.ts';
import { startWebServer } from '../web/server.ts';
import { Windows } from '../web/windows.ts';
import { command, parsed } from './command.ts';
import { INTERRUPTED, interruption } from './interruption.ts';

/** The build: the engine's program and the renderer lie beside this one. */
const dist = dirname(fileURLToPath(import.meta.url));

export const web = command({
  words: 'web',
  summary: 'the app in a browser of this laptop, where the desktop app cannot run',
  details:
    'Listens on 127.0.0.1 alone and prints a link that lets one browser in, once; that browser may then open as many\n' +
    'windows as it likes. Runs until interrupted (Ctrl-C); what is being served ends with it.',
  flags: {
    port: { value: 'PORT', help: 'TCP port on 127.0.0.1 (default: any free one)' },
    open: { help: 'open the link in the default browser' },
  },
  async run(values, _operands, output) {
    const port = parsed('port', values.port, 'a port number from 1 to 65535', tcpPort) ?? 0;
    const interrupted = interruption();
    const files = await loadRenderer(join(dist, 'renderer'));
    const windows = new Windows(() => keeper);
    const keeper: EngineKeeper<ChildEngine> = new EngineKeeper({
      spawn: () => spawnEngine(join(dist, 'engine.js')),
      changed(state) {
        windows.engineChanged(state);
        if (state.reason !== undefined)
          output.log(`benchboot: the engine stopped. ${state.reason} It is ${state.engine}.`);
      },
    });
    const server = await startWebServer({
      port,
      files,
      onWindow: windows.add,
      onNewLink(url) {
        output.record({ t: new Date().toISOString(), type: 'web', url, port: server.port });
        output.line(`\nA browser that has no key asked to come in. A link for one more:\n\n    ${url}`);
      },
    });
    try {
      await Promise.race([keeper.start(), interrupted]);
      const url = server.link();
      output.record({ t: new Date().toISOString(), type: 'web', url, port: server.port });
      output.line(`Benchboot is open for one browser of this laptop at\n\n    ${url}\n\nCtrl-C ends it.`);
      if (values.open) await openInBrowser(url);
      await interrupted;
      return INTERRUPTED;
    } finally {
      await keeper.close();
      await server.close();
    }
  },
});
