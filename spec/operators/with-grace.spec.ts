import { catchError, concatMap, from, type Observable, type ObservableInput, of, throwError } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { type Answer, isPending, type Catalogue, type CatalogueEntry, type Rejection } from '../../src/domain/index.js';
import { withGrace } from '../../src/operators/index.js';
import { marbles, type Marbles, rejection } from '../support/marbles.js';
import { NEW_RECORD, RECORD, STAGED_AT, URI } from '../support/nouns.js';

const unused = () => {
  throw new Error('withGrace only looks');
};

const DOWN = rejection('catalogue-unavailable');
const BUG = new RangeError('a bug');

const ANSWERS: Record<string, CatalogueEntry | Error> = {
  s: { status: 'declared', stored: RECORD, freshFor: 60 },
  o: { status: 'declared', stored: RECORD, freshFor: 0 },
  n: { status: 'declared', freshFor: 0 },
  b: { status: 'blocked' },
  u: { status: 'undeclared' },
  x: DOWN,
  e: BUG,
};

/** Looks whenever the diagram says so, when the catalogue would answer as `ANSWERS` says there. */
function looks({ cold, scheduler }: Marbles, diagram: string, report: (trouble: unknown) => void = unused) {
  let answer: Observable<CatalogueEntry>;
  const outside: Catalogue = { lookup: () => answer, store: unused, recordError: unused };
  const catalogue = withGrace({ catalogue: outside, report }, { redisGrace: 10, scheduler });
  return cold(diagram).pipe(
    concatMap((name) => {
      const given = ANSWERS[name];
      answer = given instanceof Error ? throwError(() => given) : of(given as CatalogueEntry);
      return from(pending(catalogue.lookup(URI))).pipe(catchError((error: Rejection) => of(error)));
    }),
  );
}

function pending<T>(answer: Answer<T>): ObservableInput<T> {
  return isPending(answer) ? answer : of(answer);
}

function remembered(freshFor: number): CatalogueEntry {
  return { status: 'declared', stored: RECORD, freshFor, unconfirmed: true };
}

describe('withGrace', () => {
  it(
    'mirrors a catalogue that answers',
    marbles((tools) => {
      tools.expectObservable(looks(tools, 's-o-n-b-u|')).toBe('s-o-n-b-u|', ANSWERS);
    }),
  );

  it(
    'repeats what was said last, while the grace lasts, and reports each time',
    marbles((tools) => {
      const report = vi.fn();
      const said = looks(tools, '  s---x----x|', report);
      tools.expectObservable(said).toBe('s---y----z|', { ...ANSWERS, y: remembered(56), z: remembered(51) });
      tools.flush();
      expect(report.mock.calls).toEqual([[DOWN], [DOWN]]);
    }),
  );

  it(
    'calls a stale copy fresh meanwhile, since nothing new could be recorded',
    marbles((tools) => {
      const said = looks(tools, '  o---x|', () => undefined);
      tools.expectObservable(said).toBe('o---y|', { ...ANSWERS, y: remembered(6) });
    }),
  );

  it(
    'says what is wrong when the grace is over',
    marbles((tools) => {
      tools.expectObservable(looks(tools, 's 9ms x|')).toBe('s 9ms x|', ANSWERS);
    }),
  );

  it(
    'counts the grace from the last answer',
    marbles((tools) => {
      const said = looks(tools, '  s---s 8ms x|', () => undefined);
      tools.expectObservable(said).toBe('s---s 8ms y|', { ...ANSWERS, y: remembered(51) });
    }),
  );

  for (const [what, answer] of [
    ['blocked', 'b'],
    ['withdrawn', 'u'],
    ['never stored', 'n'],
  ]) {
    it(
      `never serves what was ${what} the last time, whatever it was before`,
      marbles((tools) => {
        tools.expectObservable(looks(tools, `s-${answer}-x|`)).toBe(`s-${answer}-x|`, ANSWERS);
      }),
    );
  }

  it(
    'passes on what is no trouble with the catalogue',
    marbles((tools) => {
      tools.expectObservable(looks(tools, 's-e|')).toBe('s-e|', ANSWERS);
    }),
  );

  for (const [what, stored] of [
    ['remembers what was just stored', true],
    ['forgets what could not be stored because it was blocked', false],
  ] as const) {
    it(
      what,
      marbles(({ cold, expectObservable, scheduler }) => {
        const answers = [of<CatalogueEntry>(remembered(60)), throwError(() => DOWN)];
        const outside: Catalogue = {
          lookup: () => answers.shift() as Observable<CatalogueEntry>,
          store: (...args) => of(args[0] === URI && args[1] === NEW_RECORD && args[2] === STAGED_AT && stored),
          recordError: unused,
        };
        const catalogue = withGrace({ catalogue: outside, report: () => undefined }, { redisGrace: 10, scheduler });
        const steps: Record<string, () => ObservableInput<unknown>> = {
          l: () => pending(catalogue.lookup(URI)),
          s: () => catalogue.store(URI, NEW_RECORD, STAGED_AT),
        };
        const said = cold('  l-s-l|').pipe(
          concatMap((step) => from(steps[step]?.() ?? []).pipe(catchError((error: Rejection) => of(error)))),
        );
        const last = stored ? { ...remembered(8), stored: NEW_RECORD } : DOWN;
        expectObservable(said).toBe('l-s-r|', { l: remembered(60), s: stored, r: last });
      }),
    );
  }

  it('leaves remembering errors to the catalogue', () => {
    const recordError = vi.fn(() => of(undefined));
    const outside: Catalogue = { lookup: unused, store: unused, recordError };
    withGrace({ catalogue: outside, report: unused }, { redisGrace: 10 }).recordError(URI, 'exceeded max size');
    expect(recordError).toHaveBeenCalledWith(URI, 'exceeded max size');
  });
});
