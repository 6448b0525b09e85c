export * from './request-listener.js';
