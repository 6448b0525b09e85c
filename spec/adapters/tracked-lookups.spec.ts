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
  /** Since when changes are announced, whether all of them have been, and what comes of waiting for that. */
  let announced: { since: number; isShown: boolean; shown: () => Promise<boolean> };

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
    asked = 0;
    announced = { since: 0, isShown: true, shown: () => Promise.resolve(true) };
    lookups = new TrackedLookups({
      ask: () => {
        asked++;
        const entry: CatalogueEntry = { status: 'declared', freshFor: HOUR };
        const askedAt = performance.now();
        return Promise.resolve({ entry, askedAt, until: askedAt + HOUR });
      },
      announcements: {
        listen: ({ changed }) => (announce = (uri) => changed(Buffer.from(`img/${uri}`))),
        get since() {
          return announced.since;
        },
        isShown: () => announced.isShown,
        shown: () => announced.shown(),
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
      announced.isShown = false;
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

    it('asks at once for what nothing is known of, what is over, and what was asked before they came', async () => {
      announced.shown = () => new Promise(() => undefined);
      await lookups.lookup(SourceUri.of('http://origin.example/other.png'));
      expect(asked).toBe(2);
      vi.advanceTimersByTime(5 * MINUTE);
      await lookups.lookup(URI);
      expect(asked).toBe(3);
      announced.since = performance.now() + 1;
      await lookups.lookup(URI);
      expect(asked).toBe(4);
    });

    it('asks when they do not come', async () => {
      announced.shown = () => Promise.resolve(false);
      await lookups.lookup(URI);
      expect(asked).toBe(2);
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
