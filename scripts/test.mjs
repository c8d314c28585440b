// `npm test`: every suite this machine can run, then one line `N passed, N failed` over all of them.
// With BENCHBOOT_REQUIRE=all (CI) a suite that cannot run here is a failure instead of a notice.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from './bootstrap.mjs';

const required = process.env.BENCHBOOT_REQUIRE === 'all';
const only = process.argv.slice(2);
const isRoot = process.getuid?.() === 0;
const results = join(root, 'test-results');
const bin = name => join(root, 'node_modules', '.bin', name);
let passed = 0;
let failed = 0;
/** What failed, said again at the end: the reports above it are long. */
const failures = [];
function fail(what, count = 1) {
  failed += count;
  failures.push(what);
}

/** Debian packages of the suites that need real peers: one a line, `#` starts a comment. */
function debianPackages() {
  return readFileSync(join(root, 'test/lab/packages.txt'), 'utf8')
    .split('\n')
    .map(line => line.replace(/#.*/, '').trim())
    .filter(Boolean);
}

/** Installs what is missing when we may; returns the reason why the suites that need it cannot run, or undefined. */
function prepareDebian() {
  if (process.platform !== 'linux') return 'they need Linux (network namespaces, QEMU)';
  const packages = debianPackages();
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own format
  const format = '${db:Status-Abbrev}';
  const missing = packages.filter(
    name => spawnSync('dpkg-query', ['-W', '-f', format, name]).stdout?.toString().trim() !== 'ii',
  );
  const command = `apt-get update && apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (!isRoot) return `they need root${missing.length ? `, and: ${command}` : ''} (sudo npm test)`;
  if (missing.length === 0) return undefined;
  if (!existsSync('/usr/bin/apt-get')) return `they need these Debian packages: ${missing.join(' ')}`;
  console.log(`test: installing ${missing.length} Debian packages for the lab …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = { stdio: 'pipe', env };
  spawnSync('apt-get', ['-q', 'update'], quiet);
  const install = spawnSync('apt-get', ['-qy', 'install', '--no-install-recommends', ...missing], quiet);
  return install.status === 0 ? undefined : `this failed: ${command}\n${install.stderr}`;
}

function check(name, command, args) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (result.status === 0) passed++;
  else fail(name);
  console.log(`test: ${name} ${result.status === 0 ? 'ok' : 'FAILED'}`);
}

function suite(project) {
  const report = join(results, `${project}.json`);
  rmSync(report, { force: true });
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const result = spawnSync(bin('vitest'), args, { cwd: root, stdio: 'inherit' });
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
  const skipped = (counts.numPendingTests ?? 0) + (counts.numTodoTests ?? 0);
  passed += counts.numPassedTests ?? 0;
  for (const { name, assertionResults } of counts.testResults ?? [])
    for (const { status, fullName } of assertionResults)
      if (status === 'failed') fail(`${project}: ${relative(root, name)}: ${fullName}`);
  if (skipped && required) fail(`${project}: ${skipped} tests were skipped, which counts as failed here`, skipped);
  // A file that does not load, an error after the last test, or a runner that dies, has no failed test to show for it.
  if (result.status !== 0 && !counts.numFailedTests)
    fail(`${project}: it ended with ${result.signal ?? result.status} and no failed test; its report above says why`);
}

ensureInstalled();
// The suites run on the Node that the app embeds, whatever started this script.
if (!process.env.BENCHBOOT_TEST_NODE) {
  const env = {
    ...process.env,
    BENCHBOOT_TEST_NODE: '1',
    PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}`,
  };
  process.exit(
    spawnSync(bin('node'), [import.meta.filename, ...only], { cwd: root, stdio: 'inherit', env }).status ?? 1,
  );
}
ensureBuilt();
mkdirSync(results, { recursive: true });

const wants = name => only.length === 0 || only.includes(name);
if (wants('check')) {
  check('format and lint', bin('biome'), ['ci', '--colors=off', '.']);
  check('types', bin('tsc'), ['-p', '.']);
  check('types of the window', bin('tsc'), ['-b', 'renderer', 'test/renderer']);
}
if (wants('unit')) suite('unit');
const privileged = ['network', 'boards', 'browser'].filter(wants);
if (privileged.length > 0) {
  const obstacle = prepareDebian();
  if (obstacle === undefined) for (const project of privileged) suite(project);
  else {
    console.log(`test: ${required ? 'FAILED' : 'skipped'}: the suites ${privileged.join(', ')}: ${obstacle}`);
    if (required) fail(`${privileged.join(', ')}: ${obstacle}`, privileged.length);
  }
}
for (const what of failures) console.log(`test: FAILED: ${what}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
