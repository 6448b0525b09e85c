/**
 * When something that is trusted for a while is looked at again, as a part of that while: in its second half, and
 * before the end, so that no reader waits for it. Left to chance, so that what was learned together is not all looked
 * at again together.
 */
export function inSecondHalf(): number {
  return 0.5 + 0.4 * Math.random();
}
