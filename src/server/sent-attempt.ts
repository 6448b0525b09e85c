import type { Attempt, Timings } from '../domain/index.js';
import type { Rest } from '../operators/index.js';

/** An attempt as the operations port and `explain --json` give it. Times are ISO 8601, durations milliseconds. */
export interface SentAttempt {
  readonly startedAt: string;
  readonly duration: number;
  readonly outcome: Attempt['outcome'];
  readonly reason?: string;
  readonly bytes?: number;
  readonly hops: readonly SentHop[];
}

export interface SentHop {
  readonly url: string;
  readonly address?: string;
  readonly status?: number;
  readonly duration: number;
  readonly timings: Timings;
}

/** Why a picture is not asked for at the moment. */
export interface SentRest {
  readonly cause: Rest['cause'];
  readonly until: string;
}

/** What a server knows of a picture and the catalogue does not. */
export interface LastAttempt {
  readonly attempt: SentAttempt | null;
  readonly rest: SentRest | null;
}

export function sentAttempt({ uri: _asked, startedAt, hops, ...attempt }: Attempt): SentAttempt {
  return {
    startedAt: new Date(startedAt).toISOString(),
    ...attempt,
    hops: hops.map(({ url, ...hop }) => ({ url: url.href, ...hop })),
  };
}

export function sentRest({ cause, until }: Rest): SentRest {
  return { cause, until: new Date(until).toISOString() };
}
