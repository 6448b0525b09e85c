export * from './marbles.js';
export * from './operator-laws.js';
export * from './ports.js';
