import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { expect } from 'vitest';
import { Rejection, type RejectionCode } from '../../src/domain/index.js';

export interface Marbles extends RunHelpers {
  /** The virtual clock, for whatever takes a scheduler. */
  readonly scheduler: TestScheduler;
}

/** Runs a spec in virtual time: one character of a diagram is one millisecond. */
export function marbles(spec: (tools: Marbles) => void): () => void {
  return () => {
    const scheduler = new TestScheduler((actual, expected) => expect(readable(actual)).toEqual(expected));
    scheduler.run((helpers) => spec({ ...helpers, scheduler }));
  };
}

/** What stands for a rejection where a diagram says `#`: its code is what counts, its message is for people. */
export function rejected(code: RejectionCode): unknown {
  return { rejection: code };
}

/** A rejection as a port or an earlier operator would error with. */
export function rejection(
  code: RejectionCode,
  details: { retryAfter?: number; originStatus?: number; url?: URL } = {},
): Rejection {
  return new Rejection(code, `for a spec: ${code}`, details);
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
