import { beforeEach, describe, expect, it } from 'vitest';
import { entryAt, type Kept, KeptLookups } from '../../src/adapters/kept-lookups.js';
import type { CatalogueEntry } from '../../src/domain/index.js';

const STORED = { type: 'image/png', checksum: 'c0ffee' };
const GOOD: CatalogueEntry = { status: 'declared', stored: STORED, freshFor: 1000 };
const BLOCKED: CatalogueEntry = { status: 'blocked' };

describe('KeptLookups', () => {
  let lookups: KeptLookups;
  beforeEach(() => {
    lookups = new KeptLookups();
  });

  const answer = (entry: CatalogueEntry, askedAt = 0): Kept => ({ entry, askedAt, until: 500, renewAt: 400 });
  const learn = (entry: CatalogueEntry, hex = 'a') => lookups.learn(hex, () => Promise.resolve(answer(entry)));

  /** An answer that comes when it is told to. */
  const learnLater = (entry: CatalogueEntry) => {
    let give = () => {};
    const given = new Promise<Kept>((resolve) => (give = () => resolve(answer(entry))));
    const learning = lookups.learn('a', () => given);
    return () => (give(), learning);
  };

  it('gives what is kept, with the freshness that is left of it', async () => {
    expect(await learn(GOOD)).toEqual(GOOD);
    const kept = lookups.get('a', 200, 0);
    expect(kept && entryAt(kept, 200)).toEqual({ ...GOOD, freshFor: 800 });
  });

  it('gives nothing when it is over, nor when it was asked for too long ago', async () => {
    await learn(GOOD);
    expect(lookups.get('a', 499, 0)).toBeDefined();
    expect(lookups.get('a', 500, 0)).toBeUndefined();
    expect(lookups.get('a', 200, 1)).toBeUndefined();
  });

  it('keeps what is asked for often, however many others are learned', async () => {
    await learn(GOOD, 'hot');
    for (let other = 0; other < 50_000; other++) {
      await learn(GOOD, other.toString(16));
      if (other % 100 === 0) lookups.get('hot', 0, 0);
    }
    expect(lookups.size).toBe(50_000);
    expect(lookups.get('hot', 0, 0)).toBeDefined();
    expect(lookups.get('0', 0, 0)).toBeUndefined();
  });

  it('keeps nothing of what is undeclared, of which there is no end', async () => {
    expect(await learn({ status: 'undeclared' })).toEqual({ status: 'undeclared' });
    expect(lookups.get('a', 0, 0)).toBeUndefined();
    expect(lookups.drop('a')).toBe(false);
  });

  it('keeps so many digits of URIs at most', async () => {
    const long = (n: number) => String(n).padStart(1 << 20, '0');
    for (let n = 0; n < 40; n++) await learn(GOOD, long(n));
    expect(lookups.get(long(0), 0, 0)).toBeUndefined();
    expect(lookups.get(long(39), 0, 0)).toBeDefined();
  });

  for (const [what, change] of [
    ['changed', () => lookups.drop('a')],
    ['outdated', () => lookups.outdate('a')],
    ['asked for again', () => learn(BLOCKED)],
    ['flushed', () => lookups.dropAll()],
  ] as const) {
    it(`does not keep an answer when it was ${what} meanwhile`, async () => {
      const give = learnLater(GOOD);
      await change();
      expect(await give()).toEqual(GOOD);
      expect(lookups.get('a', 0, 0)?.entry).not.toEqual(GOOD);
      expect(lookups.knownGood('a')).toBeUndefined();
    });
  }

  it('forgets what was good when an answer says otherwise, even one that is not kept', async () => {
    await learn(GOOD);
    const give = learnLater(BLOCKED);
    const failing = lookups.learn('a', () => Promise.reject(new Error('away')));
    await expect(failing).rejects.toThrow('away');
    expect(lookups.knownGood('a')).toBeDefined();
    await give();
    expect(lookups.knownGood('a')).toBeUndefined();
  });

  it('knows what was good when it is outdated, and not when it was changed', async () => {
    await learn(GOOD);
    lookups.outdate('a');
    expect(lookups.get('a', 0, 0)).toBeUndefined();
    expect(lookups.knownGood('a')).toMatchObject({ entry: GOOD, askedAt: 0 });
    expect(lookups.drop('a')).toBe(true);
    expect(lookups.knownGood('a')).toBeUndefined();
  });

  it('calls neither good: what is blocked, what is not stored', async () => {
    await learn(BLOCKED, 'b');
    await learn({ status: 'declared', freshFor: 0 }, 'c');
    expect([lookups.knownGood('b'), lookups.knownGood('c')]).toEqual([undefined, undefined]);
  });

  it('leaves nothing behind when asking fails', async () => {
    await expect(lookups.learn('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(lookups.drop('a')).toBe(false);
  });
});
