import { map, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { FetchedImage, NotModified } from '../../src/domain/index.js';
import {
  BackOff,
  KeyedGate,
  fetch,
  Gate,
  limitBytes,
  resize,
  staleWhileRevalidate,
  Unsaved,
} from '../../src/operators/index.js';
import { stubPorts, stubOrigin } from '../../src/testing/index.js';
import { marbles, rejection } from '../support/marbles.js';
import { FIRST_DUE, NEW_BYTES, URL_OF_IT, valid } from '../support/nouns.js';
import { sending } from '../support/world.js';

const RESIZING = {
  resizing: new Map(),
  resizeGate: new Gate({ concurrency: 1, queueLimit: 1 }),
  unresizable: new Map<string, true>(),
};

describe('numbers that cannot be', () => {
  it.each([
    ['maxBytes', () => limitBytes(NaN)],
    ['maxBytes', () => fetch(stubPorts(), { maxBytes: NaN })],
    ['maxWait', () => staleWhileRevalidate({ maxWait: NaN, stale: () => of(1) })],
    ['concurrency', () => new Gate({ concurrency: NaN, queueLimit: 1 })],
    ['queueLimit', () => new KeyedGate({ concurrency: 1, queueLimit: NaN })],
    ['resizeTimeout', () => resize(stubPorts(), { ...RESIZING, resizeTimeout: NaN })],
  ])('are named: %s', (name, making) => {
    expect(making).toThrow(TypeError);
    expect(making).toThrow(new RegExp(`^${name} `));
  });
});

describe('what operators do that were told nothing', () => {
  it(
    'is to fetch what has 5 MiB at most, within 30 s',
    marbles(({ cold, expectObservable, scheduler }) => {
      const fetching = (bytes: Buffer, wait = '') => {
        const connection = cold(`${wait}(r|)`, { r: sending(of(bytes)) });
        return of(FIRST_DUE).pipe(fetch({ origin: stubOrigin(() => connection) }, { scheduler }), map(sizeOf));
      };
      const sizeOf = (image: FetchedImage | NotModified) => (image.kind === 'fetched' ? image.bytes.length : 0);
      expectObservable(fetching(Buffer.alloc(5_242_880))).toBe('(s|)', { s: 5_242_880 });
      expectObservable(fetching(Buffer.alloc(5_242_881))).toBe('#', undefined, rejection('too-large'));
      expectObservable(fetching(NEW_BYTES, '29999ms ')).toBe('29999ms (s|)', { s: NEW_BYTES.length });
      expectObservable(fetching(NEW_BYTES, '30001ms ')).toBe('30s #', undefined, rejection('timeout'));
    }),
  );

  it(
    'is to leave what fails alone for half a minute or somewhat less, and to hold what cannot be stored',
    marbles(({ scheduler }) => {
      const backOff = new BackOff({ scheduler });
      backOff.failed(URL_OF_IT);
      expect(backOff.remainingRest(URL_OF_IT)).toBeGreaterThan(24_000);
      expect(backOff.remainingRest(URL_OF_IT)).toBeLessThanOrEqual(30_000);
      const unsaved = new Unsaved({ scheduler });
      unsaved.hold(valid());
      expect(unsaved.size).toBe(1);
    }),
  );
});

describe('Unsaved', () => {
  it('holds nothing within 0 bytes', () => {
    const unsaved = new Unsaved({ maxBytes: 0 });
    expect(unsaved.hold(valid())).toMatchObject({ body: NEW_BYTES });
    expect([unsaved.size, unsaved.bytes]).toEqual([0, 0]);
  });

  it(
    'holds for ever, when it is told so',
    marbles(({ cold, expectObservable, scheduler }) => {
      const unsaved = new Unsaved({ retention: Infinity, scheduler });
      unsaved.hold(valid());
      const look = cold('9999s (l|)').pipe(map(() => unsaved.recall(FIRST_DUE)?.recalled));
      expectObservable(look).toBe('9999s (l|)', { l: true });
    }),
  );

  it.each([
    [{ maxBytes: Infinity }, 'maxBytes'],
    [{ maxBytes: 0.5 }, 'maxBytes'],
    [{ retention: 0 }, 'retention'],
  ])('does not take %j, and says so', (options, name) => {
    expect(() => new Unsaved(options)).toThrow(new RegExp(`^${name} `));
  });
});
