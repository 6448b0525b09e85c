import type { Server } from 'node:net';
import type { DependencyContainer } from 'tsyringe';
import type { Log } from './log/log.js';
import type { Scrape } from './metrics/sampled.js';
import type { Options } from './options.js';
import { createReaderServer } from './reader-server.js';

/** What stands between the readers and everything else. */
export interface Front {
  /** Where readers connect to. */
  readonly server: Server;
  /** Resolves when readers can be answered; rejects with a `StartFailure`. */
  readonly start: () => Promise<void>;
  /** Why no readers should come, in one line. */
  readonly trouble: () => string | undefined;
  /** What whatever else than this process counts. */
  readonly scrape: () => Promise<readonly Scrape[]>;
  /** Opens anew whatever else than this process logs to. */
  readonly reopenLogs: () => void;
  /** Finishes what is under way, given when nothing more is accepted. */
  readonly finish: (accepted: Promise<void>) => Promise<void>;
  /** Ends whatever else than this process runs. */
  readonly kill: () => void;
}

/** This process answers readers itself. */
export function ownFront(options: Options, container: DependencyContainer, log: Log): Front {
  const nothing = () => undefined;
  return {
    ...createReaderServer(options, container, log),
    start: () => Promise.resolve(),
    trouble: nothing,
    scrape: () => Promise.resolve([]),
    reopenLogs: nothing,
    kill: nothing,
  };
}
