import { SingleBar } from 'cli-progress';

const BOUNDED = '[{bar}] {percentage}% | {value}/{total} | {eta_formatted} left';
const UNBOUNDED = '{value} | {duration_formatted}';

/**
 * A bar on the standard error, when that is a terminal. It leaves nothing behind.
 *
 * @param total How many steps there are, as far as that is known; `undefined` when nobody can tell.
 */
export function progressBar(what: string, total: number | undefined): SingleBar {
  return new SingleBar({
    format: `${what} ${total === undefined ? UNBOUNDED : BOUNDED}`,
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
}
