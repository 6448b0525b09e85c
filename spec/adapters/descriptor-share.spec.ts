import { describe, expect, it } from 'vitest';
import { descriptorShare } from '../../src/adapters/descriptor-share.js';

const limits = (soft: number | 'unlimited') =>
  `Limit                     Soft Limit           Hard Limit           Units     
Max processes             95814                95814                processes 
Max open files            ${soft}              1048576              files     
Max locked memory         8388608              8388608              bytes     
`;

describe('descriptorShare', () => {
  it.each([
    [256, 64],
    [1024, 256],
    [4096, 1024],
    [10_923, 2731],
    [20_000, 11_808],
    [24_576, 16_384],
    [1_048_576, 16_384],
    ['unlimited' as const, 16_384],
  ])('of %s is %s: enough are left to connections', (soft, share) => {
    expect(descriptorShare(limits(soft))).toBe(share);
  });

  it('is small where the system does not say how many there are', () => {
    expect(descriptorShare('')).toBe(64);
  });

  it('is that of this process', () => {
    expect(descriptorShare()).toBeGreaterThanOrEqual(64);
    expect(descriptorShare()).toBeLessThanOrEqual(16_384);
  });
});
