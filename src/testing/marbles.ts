import { deepStrictEqual } from 'node:assert/strict';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { Rejection, type RejectionCode } from '../domain/index.js';

/** What a marble test works with: the helpers of rxjs, and its clock. */
export interface MarbleHelpers extends RunHelpers {
  /** The virtual clock. `asyncScheduler` goes by it as well, and with it whatever is told of no scheduler. */
  readonly scheduler: TestScheduler;
}

/** A marble test, to be handed to `it` of whatever runner. */
export type MarbleTest = () => void;

/**
 * Runs marble tests in virtual time: one character of a diagram is one millisecond. Each gets a scheduler of its own.
 * A `Rejection`, as an error or within a value, is compared by its code alone: its message is for people.
 *
 * @param assertEqual What tells whether two values are the same, such as `(actual, expected) => expect(actual).toEqual(expected)`;
 *   `deepStrictEqual` of `node:assert`, if not said.
 */
export function marblesWith(
  assertEqual: (actual: unknown, expected: unknown) => void,
): (test: (tools: MarbleHelpers) => void) => MarbleTest {
  return (test) => () => {
    const scheduler = new TestScheduler((actual, expected) => assertEqual(readable(actual), readable(expected)));
    scheduler.run((helpers) => test({ ...helpers, scheduler }));
  };
}

/** `marblesWith` that needs no test runner. */
export const marbles = marblesWith(deepStrictEqual);

/** A rejection as a port or an operator would error with, and what stands for one where a diagram says `#`. */
export function rejection(
  code: RejectionCode,
  details: { retryAfter?: number; originStatus?: number; url?: URL } = {},
): Rejection {
  return new Rejection(code, `for a test: ${code}`, details);
}

/** The same, with the code in place of each rejection, however deep it lies in what is no instance of a class. */
function readable(value: unknown): unknown {
  if (value instanceof Rejection) return { rejection: value.code };
  if (Array.isArray(value)) return value.map(readable);
  return isPlain(value) ? Object.fromEntries(Object.entries(value).map(([key, of]) => [key, readable(of)])) : value;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
