import { SingleBar } from 'cli-progress';

const BOUNDED = '[{bar}] {percentage}% | {value}/{total} | {eta_formatted} left';
const UNBOUNDED = '{value} | {duration_formatted}';

/** A bar on the standard error, when that is a terminal. In a file of its own, to be loaded late, as only neighbours may be. */
export function progressBar(what: string, total: number | undefined): SingleBar {
  return new SingleBar({
    format: `${what} ${total === undefined ? UNBOUNDED : BOUNDED}`,
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
}
