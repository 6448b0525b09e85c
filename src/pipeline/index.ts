export * from './image-pipeline.js';
export * from './once-per-uri.js';
export * from './options.js';
export * from './refresh.js';
export * from './selection.js';
export * from './shared.js';
