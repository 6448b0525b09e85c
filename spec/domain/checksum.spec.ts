import { describe, expect, it } from 'vitest';
import { checksumOf, CollectedBytes, RunningChecksum } from '../../src/domain/checksum.js';

/** SHA-1 of `abc` (FIPS 180-1, appendix A). */
const ABC = 'a9993e364706816aba3e25717850c26c9cd0d89d';
const [A, BC] = [Buffer.from('a'), Buffer.from('bc')];

describe('checksumOf', () => {
  it('is that of the bytes, however they came', () => {
    expect(checksumOf(Buffer.from('abc'))).toBe(ABC);
    expect(new RunningChecksum().add(A).add(BC).digest()).toBe(ABC);
    const joined = new CollectedBytes().add(A).add(BC).whole();
    expect(joined).toEqual(Buffer.from('abc'));
    expect(checksumOf(joined)).toBe(ABC);
  });

  it('does not look at bytes again whose checksum was taken while they came', () => {
    const joined = new CollectedBytes().add(A).add(BC).whole();
    joined.fill(0);
    expect(checksumOf(joined)).toBe(ABC);
  });
});
