import type { Logger } from 'pino';

/** Milliseconds for which trouble of one kind is only counted once it was logged. */
const QUIET = 60_000;

interface Kind {
  readonly loggedAt: number;
  readonly since: number;
}

/** Logs each kind of trouble when it begins, and once a minute while it lasts, however many requests meet it. */
export class TroubleLog {
  readonly #log: Logger;
  readonly #kinds = new Map<string, Kind>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** To be handed on as it is. */
  readonly report = (trouble: unknown): void => {
    const kind = kindOf(trouble);
    const { loggedAt = -Infinity, since = 0 } = this.#kinds.get(kind) ?? {};
    const now = performance.now();
    if (now - loggedAt < QUIET) {
      this.#kinds.set(kind, { loggedAt, since: since + 1 });
      return;
    }
    this.#kinds.set(kind, { loggedAt: now, since: 0 });
    this.#log.error({ err: trouble, ...(since > 0 ? { unlogged: since } : {}) }, 'trouble');
  };
}

/** By codes, of which there are few: a message may name a file. */
function kindOf(trouble: unknown): string {
  const { code, name, cause } = trouble as { code?: string; name?: string; cause?: unknown };
  const own = code ?? name ?? 'unknown';
  return cause instanceof Error ? `${own} ${kindOf(cause)}` : own;
}
