export * from './image-pipeline.js';
export * from './options.js';
