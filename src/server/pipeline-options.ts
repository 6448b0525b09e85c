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

/** What a command line means for what its requests share. */
export function sharedOverrides(options: Options): SharedOverrides {
  const { queueTimeout } = options;
  return {
    resizes: { concurrency: Math.ceil(PIPELINE_DEFAULTS.resizes.concurrency / options.workers) },
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
