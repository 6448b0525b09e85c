import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, install, isOnPath, provide, ROOT } from './prepare.mjs';

const RESULTS = join(ROOT, '.vitest-results.json');
const isCi = process.env.CI === 'true';

install();
provideRedis();
for (const name of ['chromium', 'openssl']) provideForAll(name, () => isOnPath(name));
// Of its package only `promtool` is used.
provideForAll('prometheus', () => isOnPath('promtool'));
provideForAll('nginx-light', () => isOnPath('nginx') || isOnPath('/usr/sbin/nginx'));
build();
rmSync(RESULTS, { force: true });
const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
});
printSummary();
process.exit(status ?? 1);

function provideRedis() {
  provide('redis-server', hasRedis);
  if (hasRedis()) return;
  console.error('No redis-server or valkey-server on PATH: install one to run the Redis specs.');
  if (isCi) process.exit(1);
}

/** For a few specs: only where everything has to be checked; elsewhere they are skipped by name. */
function provideForAll(name, isThere) {
  if (!isCi) return;
  provide(name, isThere);
  if (isThere()) return;
  console.error(`No ${name} on PATH: install it to run its specs.`);
  process.exit(1);
}

function hasRedis() {
  return isOnPath('redis-server') || isOnPath('valkey-server');
}

function printSummary() {
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(RESULTS, 'utf8'));
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  for (const { status, fullName } of tests) if (status === 'skipped') console.log(`skipped: ${fullName}`);
  printCorpus(tests.map(({ ancestorTitles }) => ancestorTitles[0]).filter((title) => title?.startsWith('corpus: ')));
  const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
  console.log(`${numPassedTests} passed, ${numFailedTests} failed${skipped}`);
}

function printCorpus(classes) {
  const counts = new Map();
  for (const name of classes.sort()) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const [name, count] of counts) console.log(`${name}: ${count} rows`);
}
