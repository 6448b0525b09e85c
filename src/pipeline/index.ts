export * from './image-pipeline.js';
export * from './once-per-uri.js';
export {
  PIPELINE_DEFAULTS,
  type Clock,
  type GateLimits,
  type Limits,
  type PipelineOptions,
  type StageDecorator,
  type StageOptions,
} from './options.js';
export type { PipelineOverrides, SharedOverrides, StageOverrides } from './overrides.js';
export * from './refresh.js';
export * from './selection.js';
export type { OverridesBesideShared, PipelineArguments } from './settle.js';
export * from './shared.js';
