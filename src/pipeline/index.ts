export * from './image-pipeline.js';
export * from './options.js';
export * from './shared.js';
