import { expect } from 'vitest';
import { marblesWith } from '../../src/testing/index.js';

export { type Marbles, rejected, rejection } from '../../src/testing/index.js';

/** Marble tests whose differences vitest shows. */
export const marbles = marblesWith((actual, expected) => expect(actual).toEqual(expected));
