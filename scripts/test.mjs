import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, install, isOnPath, provide, ROOT } from './prepare.mjs';

const RESULTS = join(ROOT, '.vitest-results.json');
const isCi = process.env.CI === 'true';

install();
provideRedis();
provideBrowser();
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

/** A few hundred megabytes, so only where everything has to be checked; elsewhere its specs are skipped by name. */
function provideBrowser() {
  if (!isCi) return;
  provide('chromium', () => isOnPath('chromium'));
  if (isOnPath('chromium')) return;
  console.error('No chromium on PATH: install it to run the browser specs.');
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
