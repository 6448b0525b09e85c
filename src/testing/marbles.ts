import { deepStrictEqual } from 'node:assert/strict';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { Rejection, type RejectionCode } from '../domain/index.js';

export interface Marbles extends RunHelpers {
  /** The virtual clock, for whatever takes a scheduler. */
  readonly scheduler: TestScheduler;
}

/** A marble test, to be handed to `it` of whatever runner. */
export type MarbleTest = () => void;

/**
 * Runs marble tests in virtual time: one character of a diagram is one millisecond. Each gets a scheduler of its own.
 * An error that is a `Rejection` is compared by its code, as `rejected` says; its message is for people.
 *
 * @param assertEqual What tells whether two values are the same, such as `(actual, expected) => expect(actual).toEqual(expected)`;
 *   `deepStrictEqual` of `node:assert`, if not said.
 */
export function marblesWith(
  assertEqual: (actual: unknown, expected: unknown) => void,
): (test: (tools: Marbles) => void) => MarbleTest {
  return (test) => () => {
    const scheduler = new TestScheduler((actual, expected) => assertEqual(readable(actual), expected));
    scheduler.run((helpers) => test({ ...helpers, scheduler }));
  };
}

/** `marblesWith` that needs no test runner. */
export const marbles = marblesWith(deepStrictEqual);

/** What stands for a rejection where a diagram says `#`. */
export function rejected(code: RejectionCode): unknown {
  return { rejection: code };
}

/** A rejection as a port or an earlier operator would error with. */
export function rejection(
  code: RejectionCode,
  details: { retryAfter?: number; originStatus?: number; url?: URL } = {},
): Rejection {
  return new Rejection(code, `for a test: ${code}`, details);
}

interface Frame {
  readonly frame: number;
  readonly notification: { readonly error?: unknown };
}

function readable(actual: unknown): unknown {
  return Array.isArray(actual) ? actual.map((entry: unknown) => (isFrame(entry) ? coded(entry) : entry)) : actual;
}

function isFrame(entry: unknown): entry is Frame {
  return typeof entry === 'object' && entry !== null && 'notification' in entry;
}

function coded(entry: Frame): unknown {
  const { error } = entry.notification;
  return error instanceof Rejection
    ? { ...entry, notification: { ...entry.notification, error: rejected(error.code) } }
    : entry;
}
