import { describe, expect, it } from 'vitest';
import { DEFAULTS } from '../../src/pipeline/index.js';

describe('DEFAULTS', () => {
  it('are the limits that operators are told of, in bytes and milliseconds', () => {
    expect(DEFAULTS).toEqual({
      maxBytes: 5_242_880,
      maxRedirects: 9,
      fetchDeadline: 30_000,
      perHost: { concurrency: 6, queue: 64, patience: 10_000 },
      fetches: { concurrency: 64, queue: 1024, patience: 10_000 },
      resizeDeadline: 10_000,
      resizes: { concurrency: 2, queue: 256 },
      refreshWait: 1_000,
      unsaved: { maxBytes: 67_108_864, longest: 3_600_000 },
      backOff: {
        firstPause: 30_000,
        longestPause: 600_000,
        jitter: 0.2,
        failuresToOpen: 10,
        longestRetryAfter: 3_600_000,
      },
    });
  });
});
