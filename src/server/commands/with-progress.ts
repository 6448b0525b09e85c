import { SingleBar } from 'cli-progress';

/**
 * Shows on the standard error how far some work is, when that is a terminal, and leaves nothing behind.
 *
 * @param total How many steps there are, as far as that is known.
 */
export async function withProgress<T>(
  what: string,
  total: number,
  work: (step: (count?: number) => void) => Promise<T>,
): Promise<T> {
  const bar = new SingleBar({
    format: `${what} [{bar}] {percentage}% | {value}/{total} | {eta_formatted} left`,
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
  bar.start(total, 0);
  try {
    return await work((count = 1) => bar.increment(count));
  } finally {
    bar.stop();
  }
}
