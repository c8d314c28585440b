import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

/** The engine and its command line as plain files for Node 20 or newer; native modules stay outside. */
export default defineConfig({
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist',
    emptyOutDir: true,
    sourcemap: true,
    rolldownOptions: {
      input: {
        benchboot: 'main/cli/main.ts',
        engine: 'main/app/process.ts',
        'tftp-worker': 'main/tftp/linux/worker.ts',
        helper: 'main/host/helper/helper.ts',
        'electron/main': 'electron/main.ts',
        'flash-decoder': 'main/flash/source/decode/decoder-thread.ts',
        'flash-xz-block': 'main/flash/source/decode/block-thread.ts',
      },
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
  define: { __BENCHBOOT_VERSION__: JSON.stringify(version) },
  ssr: { noExternal: true, external: ['electron', 'koffi', 'serialport', 'ssh2'] },
});
