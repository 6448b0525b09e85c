import { availableParallelism } from 'node:os';
import type { Observable } from 'rxjs';
import {
  PIPELINE_DEFAULTS,
  type SharedOverrides,
  type StageDecorator,
  type StageOverrides,
} from '../pipeline/index.js';
import type { Options } from './options.js';

/**
 * What a command line means for the stages of the pipeline.
 *
 * @param stage Looks on at its operators.
 */
export function stageOverrides(
  options: Options,
  shutdown: Observable<unknown>,
  stage?: StageDecorator,
): StageOverrides {
  return { shutdown, decorateStage: stage, refreshWait: options.refreshWait, fetchTimeout: options.fetchTimeout };
}

/**
 * What a command line means for what its requests share. Whoever answers readers has a processor to himself, if there are two:
 * an avatar takes all of one.
 */
export function sharedOverrides(options: Options, processors = availableParallelism()): SharedOverrides {
  const { queueTimeout } = options;
  const resizes = Math.min(PIPELINE_DEFAULTS.resizes.concurrency, Math.max(1, processors - 1));
  return {
    resizes: { concurrency: Math.ceil(resizes / options.workers) },
    perHost: { concurrency: options.hostConnections, queueLimit: options.hostQueue, queueTimeout },
    fetches: { concurrency: options.fetches, queueLimit: options.fetchQueue, queueTimeout },
    backOff: {
      firstPause: options.rest,
      longestPause: options.longestRest,
      failuresToOpen: options.hostFailures,
      longestRetryAfter: options.longestRetryAfter,
    },
  };
}
