import { map, merge, type Observable, of, type SchedulerLike } from 'rxjs';
import { describe, it } from 'vitest';
import { after } from '../../src/operators/after.js';
import { fetch, Gate, resize, staleWhileRevalidate } from '../../src/operators/index.js';
import { stubPorts, stubOrigin, unexpected } from '../../src/testing/index.js';
import { type Marbles, marbles } from '../support/marbles.js';
import { AVATAR_REQUEST, FIRST_DUE, HELD } from '../support/nouns.js';
import { sending } from '../support/world.js';

const LONGEST = 2 ** 31 - 1;

/** Would a timer be set on it, the real one would end it at once. */
const UNTIMED = { now: () => 0, schedule: unexpected('schedule') } as SchedulerLike;

/** Work that takes a while, by an operator that is given a time for it. */
const WAITS: [string, (tools: Marbles, time: number) => Observable<unknown>][] = [
  [
    'fetchTimeout',
    ({ cold }, fetchTimeout) => {
      const origin = stubOrigin(() => cold('--(r|)', { r: sending() }));
      return of(FIRST_DUE).pipe(fetch({ origin }, { maxBytes: 99, maxRedirects: 0, fetchTimeout, scheduler: UNTIMED }));
    },
  ],
  [
    'resizeDeadline',
    ({ cold }, resizeTimeout) => {
      const ports = stubPorts({ resizer: { resize: () => cold('--(b|)', { b: Buffer.from('small') }) } });
      const unresizable = new Map<string, true>();
      const shared = { resizing: new Map(), resizeGate: new Gate({ concurrency: 1, queueLimit: 0 }), unresizable };
      const served = { request: AVATAR_REQUEST, image: HELD, cacheStatus: { hit: true } } as const;
      return of(served).pipe(resize(ports, { ...shared, resizeTimeout, scheduler: UNTIMED }));
    },
  ],
  [
    'the wait of staleWhileRevalidate',
    ({ cold }, patience) =>
      cold('--(f|)').pipe(staleWhileRevalidate({ maxWait: patience, stale: unexpected('stale'), scheduler: UNTIMED })),
  ],
  [
    'the wait for a turn',
    ({ cold }, patience) => {
      const gate = new Gate({ concurrency: 1, queueLimit: 1, queueTimeout: patience, scheduler: UNTIMED });
      return merge(
        gate.run(() => cold('--|')),
        gate.run(() => of('r')),
      );
    },
  ],
];

describe('after', () => {
  it(
    'emits when the time is over, also the longest that timers can count',
    marbles(({ expectObservable, scheduler }) => {
      expectObservable(after(3, scheduler)).toBe('---(a|)', { a: 0 });
      expectObservable(after(0, scheduler)).toBe('(a|)', { a: 0 });
      expectObservable(after(LONGEST, scheduler)).toBe(`${LONGEST}ms (a|)`, { a: 0 });
    }),
  );

  for (const time of [LONGEST + 1, Infinity]) {
    for (const [name, waiting] of WAITS) {
      it(
        `lets ${name} be ${time}, and sets no timer`,
        marbles((tools) => {
          tools.expectObservable(waiting(tools, time).pipe(map(() => 'v'))).toBe('--(v|)');
        }),
      );
    }
  }
});
