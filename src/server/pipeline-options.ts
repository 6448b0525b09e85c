import type { Observable } from 'rxjs';
import { DEFAULTS, type SharedOverrides, type Stage, type StageOverrides } from '../pipeline/index.js';
import type { Options } from './options.js';

/**
 * What a command line means for the stages of the pipeline.
 *
 * @param stage Looks on at its operators.
 */
export function stageOverrides(options: Options, shutdown: Observable<unknown>, stage?: Stage): StageOverrides {
  return { shutdown, stage, refreshWait: options.refreshWait, fetchDeadline: options.fetchTimeout };
}

/** What a command line means for what its requests share. */
export function sharedOverrides(options: Options): SharedOverrides {
  const patience = options.queueTimeout;
  return {
    resizes: { concurrency: Math.ceil(DEFAULTS.resizes.concurrency / options.workers) },
    perHost: { concurrency: options.hostConnections, queue: options.hostQueue, patience },
    fetches: { concurrency: options.fetches, queue: options.fetchQueue, patience },
    backOff: {
      firstPause: options.rest,
      longestPause: options.longestRest,
      failuresToOpen: options.hostFailures,
      longestRetryAfter: options.longestRetryAfter,
    },
  };
}
