import { defineConfig } from 'vitest/config';

/** What is awaited comes when the machine lets it; a slow machine is no failure. */
const expectation = { poll: { timeout: 30_000 } };

/**
 * One runner, four suites. `unit` needs Node alone; the others need Linux, root and Debian packages, which
 * `scripts/test.mjs` installs or names. They share one machine's network stack, so they run one file at a time.
 */
const alone = { fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000, expect: expectation };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'test/main/**/*.test.ts',
            'test/electron/**/*.test.ts',
            'test/renderer/**/*.test.ts',
            'test/*.test.ts',
            'main/node-dhcpd-lite/test/**/*.test.ts',
          ],
          testTimeout: 60_000,
          expect: expectation,
        },
      },
      { test: { name: 'network', include: ['test/network/**/*.test.ts'], ...alone } },
      { test: { name: 'boards', include: ['test/boards/**/*.test.ts'], ...alone, testTimeout: 300_000 } },
      { test: { name: 'browser', include: ['test/e2e/**/*.test.ts'], ...alone } },
    ],
  },
});
