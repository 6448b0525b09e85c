/** One in so many is let in. */
const ADMITTED = 8;

/**
 * Whether something is let into a memory that is full: others are not to go for the sake of what is asked for once. Left to
 * chance, so that nothing has to be counted.
 */
export function isLetIn(): boolean {
  return Math.random() < 1 / ADMITTED;
}
