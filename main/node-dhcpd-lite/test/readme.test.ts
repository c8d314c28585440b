import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

it('the example of the README is the one that is type-checked', () => {
  expect(read('README.md')).toContain(`\`\`\`ts\n${read('examples/serve.ts')}\`\`\``);
});
