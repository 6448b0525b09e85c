/** They end the process; but for that, the terminal would stay without its cursor. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Shows on the standard error how far some work is, when that is a terminal, and leaves nothing behind.
 *
 * @param total How many steps there are, as far as that is known; `undefined` when nobody can tell.
 */
export async function withProgress<T>(
  what: string,
  total: number | undefined,
  work: (step: (count?: number) => void) => Promise<T>,
): Promise<T> {
  // Not before: the service, which knows all commands, starts sooner without it.
  const { progressBar } = await import('./progress-bar.js');
  const bar = progressBar(what, total);
  const endedBy = (signal: NodeJS.Signals) => {
    bar.stop();
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.once(signal, endedBy);
  bar.start(total ?? 0, 0);
  try {
    return await work((count = 1) => bar.increment(count));
  } finally {
    bar.stop();
    for (const signal of SIGNALS) process.off(signal, endedBy);
  }
}
