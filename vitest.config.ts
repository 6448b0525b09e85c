import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** They measure times or memory, which others at the same time would take from them. */
const ALONE = [
  'spec/adapters/{catalogue,give-way,magic-sniffer,redis-pulse,tracked-lookups}.spec.ts',
  'spec/integration/{addresses,aborts,bombs,exact,failing-origins,hostile-readers,isolated-resizer,metrics}.spec.ts',
  'spec/integration/{redis-trouble,request-lines,stopping,workers}.spec.ts',
  'spec/server/{head-lines,heap,malformed-request}.spec.ts',
  'spec/soak/*.spec.ts',
];

export default defineConfig({
  test: {
    globalSetup: ['spec/support/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ['default', 'json'],
    outputFile: { json: '.vitest-results.json' },
    projects: [
      {
        extends: true,
        test: {
          name: 'side by side',
          include: ['spec/**/*.spec.ts'],
          exclude: ALONE,
          // One of them on two processors, if not said: they wait as much as they compute.
          maxWorkers: Math.max(2, availableParallelism() - 1),
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE, fileParallelism: false } },
    ],
  },
});
