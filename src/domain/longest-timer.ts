/** Milliseconds that timers can count, some 25 days: Node ends a longer one at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;
