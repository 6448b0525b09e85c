import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TrackedLookups } from '../../src/adapters/tracked-lookups.js';
import { type CatalogueEntry, SourceUri } from '../../src/domain/index.js';

const URI = SourceUri.of('http://origin.example/picture.png');
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describe('TrackedLookups', () => {
  let asked: number;
  let lookups: TrackedLookups;
  let announce: (uri: SourceUri) => void;
  /** Since when announcements are known to have come, now and for who waits. */
  let since: { now: number; shown: number };

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
    asked = 0;
    since = { now: 0, shown: 0 };
    lookups = new TrackedLookups({
      ask: () => {
        asked++;
        const entry: CatalogueEntry = { status: 'declared', freshFor: HOUR };
        const askedAt = performance.now();
        return Promise.resolve({ entry, askedAt, until: askedAt + HOUR });
      },
      announcements: {
        listen: ({ changed }) => (announce = (uri) => changed(Buffer.from(`img/${uri}`))),
        currentSince: () => since.now,
        shownSince: () => Promise.resolve(since.shown),
        confirmedAt: (askedAt) => askedAt,
        close: () => {},
      },
      grace: 0,
      report: () => {},
    });
  });
  afterEach(() => vi.useRealTimers());

  it('asks no more while what was told is young', async () => {
    await lookups.lookup(URI);
    vi.advanceTimersByTime(2 * MINUTE);
    expect(lookups.lookup(URI)).toEqual({ status: 'declared', freshFor: HOUR - 2 * MINUTE });
    expect(asked).toBe(1);
  });

  it('asks again for what is used, once, before anybody has to wait', async () => {
    await lookups.lookup(URI);
    for (let age = 1; age < 4; age++) {
      vi.advanceTimersByTime(4.7 * MINUTE);
      for (let reader = 0; reader < 3; reader++) expect(lookups.lookup(URI)).not.toBeInstanceOf(Promise);
      await nextTurn();
      expect(lookups.lookup(URI)).toEqual({ status: 'declared', freshFor: HOUR });
      expect(asked).toBe(1 + age);
    }
  });

  it('lets whoever comes too late wait', async () => {
    await lookups.lookup(URI);
    vi.advanceTimersByTime(5 * MINUTE);
    const late = lookups.lookup(URI);
    expect(late).toBeInstanceOf(Promise);
    expect(await late).toEqual({ status: 'declared', freshFor: HOUR });
  });

  describe('when announcements may not have come yet', () => {
    beforeEach(async () => {
      await lookups.lookup(URI);
      since.now = Infinity;
    });

    it('waits until they have, and does not ask for what is as it was', async () => {
      const answers = Array.from({ length: 64 }, async () => lookups.lookup(URI));
      expect(await Promise.all(answers)).toEqual(Array(64).fill({ status: 'declared', freshFor: HOUR }));
      expect(asked).toBe(1);
    });

    it('asks for what has changed meanwhile', async () => {
      const answer = lookups.lookup(URI);
      announce(URI);
      await answer;
      expect(asked).toBe(3);
    });

    it('asks for what nothing is known of, and for all when nothing can be said', async () => {
      await lookups.lookup(SourceUri.of('http://origin.example/other.png'));
      expect(asked).toBe(2);
      since.shown = Infinity;
      await lookups.lookup(URI);
      expect(asked).toBe(3);
    });
  });

  it('asks again for what somebody else has changed, before any reader does', async () => {
    await lookups.lookup(URI);
    announce(URI);
    await nextTurn();
    expect(asked).toBe(2);
    expect(lookups.lookup(URI)).not.toBeInstanceOf(Promise);
  });

  it('asks once more for what it changes itself, when all of its steps are done', async () => {
    await lookups.lookup(URI);
    await lookups.changing(URI, async () => {
      announce(URI);
      await nextTurn();
      announce(URI);
      await nextTurn();
      expect(asked).toBe(1);
    });
    await nextTurn();
    expect(asked).toBe(2);
    announce(URI);
    await nextTurn();
    expect(asked).toBe(3);
  });

  it('lets whoever comes in the midst of a change of its own ask', async () => {
    await lookups.lookup(URI);
    await lookups.changing(URI, async () => {
      announce(URI);
      expect(lookups.lookup(URI)).toBeInstanceOf(Promise);
      await nextTurn();
      expect(asked).toBe(2);
    });
  });
});
