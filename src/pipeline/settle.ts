import type { Limits, StageOptions } from './options.js';
import { type PipelineOverrides, stageOptions, type StageOverrides } from './overrides.js';
import { type SharedState, sharedState } from './shared.js';

/** What a pipeline is told beside what is shared, the limits of which are set. */
export type OverridesBesideShared = StageOverrides & { readonly [K in keyof Limits]?: never };

/**
 * How a pipeline is told what to do otherwise than `PIPELINE_DEFAULTS` say: all of it by options, or the limits by what is
 * shared, made by `sharedState`, and only the rest by options.
 */
export type PipelineArguments =
  [overrides?: PipelineOverrides] | [overrides: OverridesBesideShared, shared: SharedState];

/** What that comes to. */
export function settle([overrides = {}, shared = sharedState(overrides)]: PipelineArguments): {
  readonly options: StageOptions;
  readonly shared: SharedState;
} {
  return { options: stageOptions(overrides), shared };
}
