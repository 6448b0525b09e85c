import { expect } from 'vitest';
import { marblesWith } from '../../src/testing/index.js';

export { type MarbleHelpers as Marbles, rejection } from '../../src/testing/index.js';

/** Marble tests whose differences vitest shows. Strict: a key without a value is not the same as no key. */
export const marbles = marblesWith((actual, expected) => expect(actual).toStrictEqual(expected));
