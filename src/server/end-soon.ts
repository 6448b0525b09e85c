/** Milliseconds for which work that cannot be stopped may hold up the end of the process. */
const LAST_WORDS = 500;

/** Ends the process when everything is done, even if something is left that keeps it alive. */
export function endSoon(): void {
  setTimeout(() => process.exit(), LAST_WORDS).unref();
}
