import { defineConfig } from 'vite';

/** The preload script: one CommonJS file, which is all that a sandboxed window can load. The rest of the shell is in `../vite.config.ts`. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    target: 'chrome140',
    outDir: '../dist/electron',
    emptyOutDir: false,
    sourcemap: true,
    lib: { entry: 'preload.ts', formats: ['cjs'], fileName: () => 'preload.cjs' },
    rolldownOptions: { external: ['electron'] },
  },
});
