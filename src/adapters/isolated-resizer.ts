import { checkNumbers } from '../domain/check-numbers.js';
import { Rejection, type Resizer } from '../domain/index.js';
import { ProcessEnded, ResizerProcess } from './resizer-process.js';
import type { SharpResizerOptions } from './sharp-resizer.js';

/** Milliseconds after which a picture is given up, if not said: the slowest that was seen took 16 s. */
const PATIENCE = 120_000;

type Picture = Parameters<ResizerProcess['resize']>;

/** Those of `sharpResizer`, how long a picture may take, and who is told when the process ends. */
export interface IsolatedResizerOptions extends SharpResizerOptions {
  /**
   * Milliseconds from when a picture is handed over, after which the process is ended if there is no avatar of it:
   * whoever hands over thousands at once lets them wait for each other. 120,000, if not said; `Infinity` for never.
   */
  readonly patience?: number;
  /** Told, for each picture that it was to make an avatar of, that the process has ended. */
  readonly report?: (trouble: unknown) => void;
}

/**
 * `sharpResizer` in a process of its own, which is started when it is first needed: it gives way to whoever answers
 * readers, its threads are not those that read files, its memory is not theirs, and bytes that crash a decoder end
 * nothing else.
 *
 * What was being resized when the process ends is resized anew, each picture in a process by itself, one after
 * another: one that ends that too, or takes it too long, is `undecodable`, and those that were only beside it are not.
 */
export function isolatedResizer({ report, patience = PATIENCE, ...options }: IsolatedResizerOptions = {}): Resizer {
  checkNumbers({ patience }, 1);
  let shared: ResizerProcess | undefined;
  const running = (): ResizerProcess => {
    if (!shared?.isRunning) shared = new ResizerProcess(options, patience);
    return shared;
  };

  let last: Promise<unknown> = Promise.resolve();
  const afterTheOthers = (...picture: Picture): Promise<Uint8Array> => {
    const resized = last.then(() => resizeAlone(new ResizerProcess(options, patience), ...picture));
    last = resized.catch(() => undefined);
    return resized;
  };

  return {
    async resize(...picture) {
      try {
        return await running().resize(...picture);
      } catch (error) {
        if (!(error instanceof ProcessEnded)) throw error;
        report?.(error);
        return await afterTheOthers(...picture);
      }
    },
  };
}

async function resizeAlone(alone: ResizerProcess, ...picture: Picture): Promise<Uint8Array> {
  try {
    return await alone.resize(...picture);
  } catch (error) {
    if (!(error instanceof ProcessEnded)) throw error;
    throw new Rejection('undecodable', error.message, { cause: error });
  } finally {
    alone.end();
  }
}
