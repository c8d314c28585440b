import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The window's page as static files: hashed assets, no inline script, a nonce's place for styles (`main/contract/page.ts`). */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  html: { cspNonce: 'benchboot-nonce' },
  build: {
    target: 'es2023',
    outDir: '../dist/renderer',
    emptyOutDir: true,
    sourcemap: true,
    modulePreload: { polyfill: false },
    // A data URL is no file of ours: fonts and pictures stay files.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
});
