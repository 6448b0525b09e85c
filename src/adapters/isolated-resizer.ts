import { Rejection, type Resizer } from '../domain/index.js';
import { ProcessEnded, ResizerProcess } from './resizer-process.js';
import type { SharpResizerOptions } from './sharp-resizer.js';

/** Those of `sharpResizer`, and who is told when the process ends. */
export interface IsolatedResizerOptions extends SharpResizerOptions {
  /** Told, for each picture that it was to make an avatar of, that the process has ended. */
  readonly report?: (trouble: unknown) => void;
}

/**
 * `sharpResizer` in a process of its own, which is started when it is first needed: it gives way to whoever answers
 * readers, its threads are not those that read files, its memory is not theirs, and bytes that crash a decoder end
 * nothing else.
 *
 * What was being resized when the process ends is resized anew, each picture in a process by itself: one that ends
 * that too is `undecodable`, and those that were only beside it are not.
 */
export function isolatedResizer({ report, ...options }: IsolatedResizerOptions = {}): Resizer {
  let shared: ResizerProcess | undefined;
  const running = (): ResizerProcess => {
    if (!shared?.isRunning) shared = new ResizerProcess(options);
    return shared;
  };

  return {
    async resize(...picture) {
      try {
        return await running().resize(...picture);
      } catch (error) {
        if (!(error instanceof ProcessEnded)) throw error;
        report?.(error);
        return await resizeAlone(options, ...picture);
      }
    },
  };
}

async function resizeAlone(
  options: SharpResizerOptions,
  ...picture: Parameters<ResizerProcess['resize']>
): Promise<Uint8Array> {
  const alone = new ResizerProcess(options);
  try {
    return await alone.resize(...picture);
  } catch (error) {
    if (!(error instanceof ProcessEnded)) throw error;
    throw new Rejection('undecodable', error.message, { cause: error });
  } finally {
    alone.end();
  }
}
