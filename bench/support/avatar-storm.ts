import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { timeOf } from './client.js';
import type { Origin } from './origin.js';
import type { Server } from './process.js';
import { pathOf, type Stage } from './stage.js';

/** Readers who want avatars of pictures that nobody has asked for before, one after another. */
export interface AvatarStorm {
  /** Avatars that they got so far. */
  readonly made: () => number;
  /** Rejects when any of them did not get one. */
  readonly end: () => Promise<void>;
}

/** Avatars that are waited for at any time. */
const IN_FLIGHT = 16;

let last = 0;

/** Begins a storm of avatars of the picture of this name. Resolves when the service is in the midst of it. */
export async function startStorm(stage: Stage, { url }: Server, origin: Origin, name: string): Promise<AvatarStorm> {
  let made = 0;
  const leaving = new AbortController();
  const { signal } = leaving;
  setMaxListeners(0, signal);

  const ask = async () => {
    while (!signal.aborted) {
      const uri = origin.uri(name, ++last);
      await stage.declare([uri]);
      await timeOf(url + pathOf('avatars', uri), { signal });
      made++;
    }
  };
  const asking = Array.from({ length: IN_FLIGHT }, () => ask().catch(unlessAborted(signal)));
  const storm = {
    made: () => made,
    end: async () => {
      leaving.abort();
      await Promise.all(asking);
    },
  };
  while (made < IN_FLIGHT) await Promise.race([delay(50), Promise.all(asking)]);
  return storm;
}

function unlessAborted(signal: AbortSignal) {
  return (error: unknown) => {
    if (!signal.aborted) throw error;
  };
}
