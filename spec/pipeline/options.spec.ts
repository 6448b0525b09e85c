import { describe, expect, it } from 'vitest';
import { PIPELINE_DEFAULTS } from '../../src/pipeline/index.js';

describe('PIPELINE_DEFAULTS', () => {
  it('are the limits that operators are told of, in bytes and milliseconds', () => {
    expect(PIPELINE_DEFAULTS).toEqual({
      maxBytes: 5_242_880,
      maxRedirects: 9,
      fetchTimeout: 30_000,
      perHost: { concurrency: 6, queueLimit: 64, queueTimeout: 10_000 },
      fetches: { concurrency: 64, queueLimit: 1024, queueTimeout: 10_000 },
      resizeTimeout: 10_000,
      resizes: { concurrency: 2, queueLimit: 256 },
      refreshWait: 1_000,
      unsaved: { maxBytes: 67_108_864, retention: 3_600_000 },
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
