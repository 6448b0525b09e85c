import type { Limits, StageOptions } from './options.js';
import { type PipelineOverrides, stageOptions, type StageOverrides } from './overrides.js';
import { type Shared, sharedWithin } from './shared.js';

/** What a pipeline is told beside what is shared, the limits of which are set. */
export type OverridesBesideShared = StageOverrides & { readonly [K in keyof Limits]?: never };

/**
 * How a pipeline is told what to do otherwise than `DEFAULTS` say: all of it by options, or the limits by what is
 * shared, made by `sharedWithin`, and only the rest by options.
 */
export type Told = [overrides?: PipelineOverrides] | [overrides: OverridesBesideShared, shared: Shared];

/** What that comes to. */
export function settle([overrides = {}, shared = sharedWithin(overrides)]: Told): {
  readonly options: StageOptions;
  readonly shared: Shared;
} {
  return { options: stageOptions(overrides), shared };
}
