import { asyncScheduler, concatMap, delay, map, of } from 'rxjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { BackOff } from '../../src/operators/index.js';
import { marbles, type Marbles } from '../support/marbles.js';

const PAUSES = { firstPause: 10, longestPause: 70, jitter: 0, failuresToOpen: 3, longestRetryAfter: 5000 };
const HERE = new URL('http://origin.example/a.png');
const THERE = new URL('http://origin.example/b.png');
const ELSEWHERE = new URL('http://other.example/a.png');

function backOffOf({ scheduler }: Marbles): BackOff {
  return new BackOff({ ...PAUSES, scheduler });
}

describe('BackOff', () => {
  it(
    'lets a URI rest after a failure, twice as long after each further one, up to the longest',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      const failures = tools.cold('a 10ms b 20ms c 40ms d 70ms (e|)').pipe(
        map(() => {
          backOff.failed(HERE);
          return backOff.remainingRest(HERE);
        }),
      );
      tools.expectObservable(failures).toBe('a 10ms b 20ms c 40ms d 70ms (e|)', { a: 10, b: 20, c: 40, d: 70, e: 70 });
    }),
  );

  it(
    'counts the rest down, and only that of the URI',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      const rests = tools.cold(' f--r--o---------r|').pipe(
        map((what) => {
          if (what === 'f') backOff.failed(HERE);
          return backOff.remainingRest(what === 'o' ? THERE : HERE);
        }),
      );
      tools.expectObservable(rests).toBe('f--r--o---------z|', { f: 10, r: 7, o: 0, z: 0 });
    }),
  );

  it(
    'lets a whole host rest after so many failures in a row, whichever its URIs',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      const rests = tools.cold('a-b-(c|)').pipe(
        map((path) => {
          backOff.hostFailed(new URL(path, HERE));
          return [backOff.remainingRest(THERE), backOff.remainingRest(ELSEWHERE)];
        }),
      );
      tools.expectObservable(rests).toBe('a-b-(c|)', { a: [0, 0], b: [0, 0], c: [10, 0] });
    }),
  );

  it(
    'does not hold against the host what speaks against a URI only',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      for (const path of ['a', 'b', 'c', 'd']) backOff.failed(new URL(path, HERE));
      tools.expectObservable(of(backOff.remainingRest(new URL('e', HERE)))).toBe('(z|)', { z: 0 });
    }),
  );

  it(
    'takes failures at the same time for one',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      for (let n = 0; n < 20; n++) backOff.hostFailed(HERE);
      for (let n = 0; n < 20; n++) backOff.failed(THERE);
      tools
        .expectObservable(of([backOff.remainingRest(HERE), backOff.remainingRest(THERE)]))
        .toBe('(r|)', { r: [10, 10] });
    }),
  );

  it(
    'starts from the beginning once the URI was answered',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      const rests = tools.cold('f 10ms f-a-f|').pipe(
        map((what) => {
          if (what === 'f') backOff.failed(HERE);
          else backOff.answered(HERE);
          return backOff.remainingRest(HERE);
        }),
      );
      tools.expectObservable(rests).toBe('a 10ms b-z-a|', { a: 10, b: 20, z: 0 });
    }),
  );

  it(
    'lets one request see whether a host is well again, while the others go on resting',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      const steps: Record<string, () => void> = {
        f: () => backOff.hostFailed(HERE),
        p: () => backOff.asking(HERE),
        a: () => backOff.hostAnswered(HERE),
        n: () => undefined,
      };
      const rests = tools.cold('   f-f-f 10ms n-p--f 20ms p--a|').pipe(
        map((step) => {
          steps[step]?.();
          return backOff.remainingRest(THERE);
        }),
      );
      const expected = '           z-z-t 10ms z-t--d 20ms t--z|';
      tools.expectObservable(rests).toBe(expected, { z: 0, t: 10, d: 20 });
    }),
  );

  it(
    'sees again whether a host is well when the request that should have shown it never ended',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      for (const path of ['a', 'b', 'c']) {
        backOff.hostFailed(new URL(path, HERE));
      }
      const rests = tools.cold('10ms p 10ms n|').pipe(
        map((step) => {
          if (step === 'p') backOff.asking(HERE);
          return backOff.remainingRest(THERE);
        }),
      );
      tools.expectObservable(rests).toBe('10ms t 10ms z|', { t: 10, z: 0 });
    }),
  );

  it(
    'asks a host that is well as often as one likes',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      backOff.hostFailed(HERE);
      backOff.asking(HERE);
      tools.expectObservable(of(backOff.remainingRest(THERE))).toBe('(z|)', { z: 0 });
    }),
  );

  for (const [chance, rest] of [
    [0, 10],
    [0.5, 8],
    [1, 6],
  ] as const) {
    it(
      `takes up to the given part off a pause by chance (${chance})`,
      marbles((tools) => {
        const random = vi.spyOn(Math, 'random').mockReturnValue(chance);
        onTestFinished(() => random.mockRestore());
        const backOff = new BackOff({ ...PAUSES, jitter: 0.4, scheduler: tools.scheduler });
        backOff.failed(HERE);
        tools.expectObservable(of(backOff.remainingRest(HERE))).toBe('(r|)', { r: rest });
      }),
    );
  }

  it(
    'keeps to what a host asked for, whatever others of its answers say',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      backOff.askedToWait(HERE, 3000);
      backOff.askedToWait(HERE, 1000);
      backOff.hostAnswered(THERE);
      tools.expectObservable(of(backOff.remainingRest(HERE))).toBe('(r|)', { r: 3000 });
    }),
  );

  it(
    'rests as long as the host asks for, within reason',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      const rests = of(2000, 3_600_000).pipe(
        concatMap((asked) => of(asked).pipe(delay(1, tools.scheduler))),
        map((asked) => {
          backOff.askedToWait(HERE, asked);
          return backOff.remainingRest(THERE);
        }),
      );
      tools.expectObservable(rests).toBe('-a(b|)', { a: 2000, b: 5000 });
    }),
  );

  it(
    'keeps the memory bounded: the oldest failure of very many is forgotten',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      const uris = Array.from({ length: 10_001 }, (_, at) => new URL(`/${at}`, HERE));
      for (const uri of uris) backOff.failed(uri);
      const rests = of(uris[0], uris[1], uris[10_000]).pipe(map((uri) => (uri ? backOff.remainingRest(uri) : NaN)));
      tools.expectObservable(rests).toBe('(abb|)', { a: 0, b: 10 });
    }),
  );

  it(
    'keeps the memory bounded: the oldest failures of very long URIs are forgotten',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      const uris = Array.from({ length: 100 }, (_, at) => new URL(`/${at}${'a'.repeat(50_000)}`, HERE));
      for (const uri of uris) backOff.failed(uri);
      const rests = of(uris[0], uris[99]).pipe(map((uri) => (uri ? backOff.remainingRest(uri) : NaN)));
      tools.expectObservable(rests).toBe('(ab|)', { a: 0, b: 10 });
    }),
  );

  it.each([1, 999_000])('ends rests, and notes new ones, when the clock was set back by %s ms', (setBack) => {
    const clock = { now: () => 1_000_000, schedule: asyncScheduler.schedule.bind(asyncScheduler) };
    const backOff = new BackOff({ ...PAUSES, scheduler: clock });
    const rest = () => {
      backOff.failed(HERE);
      for (const path of ['a', 'b', 'c']) backOff.hostFailed(new URL(path, HERE));
      backOff.askedToWait(HERE, 5000);
    };
    rest();
    const all = { uri: 1, host: 1, 'retry-after': 1 };
    expect(backOff.restCounts).toEqual(all);
    clock.now = () => 1_000_000 - setBack;
    expect([backOff.remainingRest(HERE), backOff.restCounts]).toEqual([0, { uri: 0, host: 0, 'retry-after': 0 }]);
    rest();
    expect([backOff.remainingRest(HERE), backOff.restCounts]).toEqual([5000, all]);
  });

  it(
    'tells which rest is the longest, and until when',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      const rests = tools.cold('0--u--h--w 5s e|').pipe(
        map((what) => {
          if (what === 'u') backOff.failed(HERE);
          if (what === 'h') for (let n = 0; n < 4; n++) backOff.hostFailed(HERE);
          if (what === 'w') backOff.askedToWait(HERE, 5000);
          return backOff.restFor(HERE);
        }),
      );
      tools.expectObservable(rests).toBe('0--u--h--w 5s e|', {
        0: undefined,
        u: { cause: 'uri', until: 13 },
        h: { cause: 'host', until: 16 },
        w: { cause: 'retry-after', until: 5009 },
        e: undefined,
      });
    }),
  );

  it(
    'has no rest left in the very moment in which it is over',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      backOff.failed(HERE);
      const rests = tools.cold('9ms r(e|)').pipe(map(() => backOff.restFor(HERE)));
      tools.expectObservable(rests).toBe('9ms r(e|)', { r: { cause: 'uri', until: 10 }, e: undefined });
    }),
  );

  it(
    'blames the URI when it and its host rest for as long',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      backOff.failed(HERE);
      for (const path of ['a', 'b', 'c']) backOff.hostFailed(new URL(path, HERE));
      tools.expectObservable(of(backOff.restFor(HERE))).toBe('(r|)', { r: { cause: 'uri', until: 10 } });
    }),
  );

  it(
    'counts what rests, by what it rests for, until the moment in which that is over',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      backOff.failed(HERE);
      backOff.failed(ELSEWHERE);
      for (const path of ['a', 'b', 'c']) backOff.hostFailed(new URL(path, HERE));
      backOff.askedToWait(ELSEWHERE, 20);
      const counts = tools.cold('a 8ms a(b|)').pipe(map(() => backOff.restCounts));
      tools.expectObservable(counts).toBe('a 8ms a(b|)', {
        a: { uri: 2, host: 1, 'retry-after': 1 },
        b: { uri: 0, host: 0, 'retry-after': 1 },
      });
    }),
  );
});
