import { catchError, lastValueFrom, map, mergeMap, type Observable, of, throwError } from 'rxjs';
import type { DependencyContainer } from 'tsyringe';
import { type Dimensions, dimensionsOf } from '../../../adapters/sharp-dimensions.js';
import { magicSniffer } from '../../../adapters/magic-sniffer.js';
import { type Attempt, dueFor, isRejection, type SourceUri } from '../../../domain/index.js';
import { fetch, validate } from '../../../operators/index.js';
import { ORIGIN } from '../../container.js';
import type { Options } from '../../options.js';
import { type SentAttempt, sentAttempt } from '../../sent-attempt.js';

/** What a fetch of the picture gives now. */
export interface Try {
  /** `null` when nobody could be asked. */
  readonly attempt: SentAttempt | null;
  readonly outcome: Attempt['outcome'];
  readonly reason?: string;
  /** As its origin calls it. */
  readonly type?: string;
  readonly bytes?: number;
  readonly dimensions?: Dimensions;
}

type Outcome = Omit<Try, 'attempt'>;

/** Fetches a picture as a server would, whole and without a condition, and keeps nothing and notes nothing of it. */
export async function tryNow(uri: SourceUri, options: Options, parts: DependencyContainer): Promise<Try> {
  let attempt: SentAttempt | null = null;
  const onAttempt = (made: Attempt) => {
    attempt = sentAttempt(made);
  };
  const trying: Observable<Outcome> = of(dueFor(uri)).pipe(
    fetch({ origin: parts.resolve(ORIGIN), onAttempt }, { fetchTimeout: options.fetchTimeout }),
    validate({ sniffer: magicSniffer }),
    mergeMap(async (image) => (image.kind === 'fetched' ? await seen(image) : { outcome: 'not-modified' as const })),
    catchError((error: unknown) =>
      isRejection(error) ? of({ outcome: error.code, reason: error.message }) : throwError(() => error),
    ),
  );
  return lastValueFrom(trying.pipe(map((outcome) => ({ attempt, ...outcome }))));
}

async function seen({ type, bytes }: { type: string; bytes: Uint8Array }): Promise<Outcome> {
  const dimensions = await dimensionsOf(bytes);
  return { outcome: 'fetched', type, bytes: bytes.length, ...(dimensions ? { dimensions } : {}) };
}
