/** What a run leaves behind, which git ignores. */
const LEFT = '.mutation';

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: ['src/{operators,pipeline}/**/*.ts', '!src/*/index.ts'],
  ignorePatterns: [LEFT, 'cache', 'coverage', 'demo-output', 'dist', 'reference'],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts' },
  coverageAnalysis: 'perTest',
  plugins: ['@stryker-mutator/vitest-runner', './scripts/rejection-messages.mjs'],
  ignorers: ['rejection-messages'],
  // Results of mutants whose file and specs are as they were are taken from the last run.
  incremental: true,
  incrementalFile: `${LEFT}/incremental.json`,
  tempDirName: `${LEFT}/sandbox`,
  reporters: ['progress', 'clear-text', 'html', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false },
  htmlReporter: { fileName: `${LEFT}/report.html` },
  jsonReporter: { fileName: `${LEFT}/report.json` },
  thresholds: { high: 95, low: 85, break: 85 },
};
