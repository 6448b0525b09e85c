import type { Observable } from 'rxjs';
import { DEFAULTS, type PipelineOptions, type Stage } from '../pipeline/index.js';
import type { Options } from './options.js';

/**
 * What a command line means for the pipeline.
 *
 * @param stage Looks on at its operators.
 */
export function pipelineOptions(options: Options, shutdown: Observable<unknown>, stage?: Stage): PipelineOptions {
  const patience = options.queueTimeout;
  return {
    ...DEFAULTS,
    shutdown,
    ...(stage ? { stage } : {}),
    resizes: { ...DEFAULTS.resizes, concurrency: Math.ceil(DEFAULTS.resizes.concurrency / options.workers) },
    refreshWait: options.refreshWait,
    fetchDeadline: options.fetchTimeout,
    perHost: { concurrency: options.hostConnections, queue: options.hostQueue, patience },
    fetches: { concurrency: options.fetches, queue: options.fetchQueue, patience },
    backOff: {
      ...DEFAULTS.backOff,
      firstPause: options.rest,
      longestPause: options.longestRest,
      failuresToOpen: options.hostFailures,
      longestRetryAfter: options.longestRetryAfter,
    },
  };
}
