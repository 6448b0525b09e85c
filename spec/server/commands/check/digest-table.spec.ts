import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DigestTable } from '../../../../src/server/commands/check/digest-table.js';

const digest = (n: number) => createHash('sha1').update(`${n}`).digest();
const MANY = 20_000;

describe('DigestTable', () => {
  it('holds as many digests as it is given, and no others', () => {
    const table = new DigestTable('without values');
    for (let n = 0; n < MANY; n++) expect(table.set(digest(n))).toBe(true);
    for (let n = 0; n < MANY; n++) expect(table.set(digest(n))).toBe(false);
    expect(table.size).toBe(MANY);
    for (let n = 0; n < MANY; n++) expect([table.has(digest(n)), table.has(digest(-1 - n))]).toEqual([true, false]);
    expect(table.get(digest(0))).toHaveLength(0);
  });

  it('tells digests apart that begin alike', () => {
    const table = new DigestTable('with values');
    const alike = Array.from({ length: 50 }, (_, n) => Buffer.alloc(20, 7).fill(n, 19));
    for (const key of alike) table.set(key, digest(key[19] ?? 0));
    expect(table.size).toBe(50);
    for (const key of alike) expect(table.get(key)).toEqual(digest(key[19] ?? 0));
  });

  it('has the last value of each', () => {
    const table = new DigestTable('with values');
    for (let n = 0; n < MANY; n++) table.set(digest(n), digest(0));
    for (let n = 0; n < MANY; n++) table.set(digest(n), digest(n + 1));
    for (let n = 0; n < MANY; n++) expect(table.get(digest(n))?.equals(digest(n + 1))).toBe(true);
    expect(table.get(digest(MANY))).toBeUndefined();
  });
});
