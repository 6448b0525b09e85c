export * from './image-pipeline.js';
export * from './once-per-uri.js';
export * from './options.js';
export type { PipelineOverrides, SharedOverrides, StageOverrides } from './overrides.js';
export * from './refresh.js';
export * from './selection.js';
export type { OverridesBesideShared, Told } from './settle.js';
export * from './shared.js';
