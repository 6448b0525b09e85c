export * from './address-rules.js';
export * from './disk-files.js';
export * from './embedded-catalogue.js';
export * from './http-origin.js';
export * from './magic-sniffer.js';
export * from './managed-catalogue.js';
export * from './redis-catalogue.js';
export * from './sharp-resizer.js';
