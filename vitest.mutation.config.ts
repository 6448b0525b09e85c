import { defineConfig } from 'vitest/config';

/** The specs that touch nothing outside of the process: no Redis, and fast enough to be run once for each mutant. */
export default defineConfig({
  test: {
    include: ['spec/{operators,pipeline}/**/*.spec.ts'],
    // They share nothing that has to be kept apart, and loading everything for each file is most of what a run takes.
    isolate: false,
  },
});
