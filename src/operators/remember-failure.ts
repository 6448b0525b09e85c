import {
  catchError,
  concat,
  defer,
  EMPTY,
  from,
  identity,
  ignoreElements,
  type MonoTypeOperatorFunction,
  type Observable,
  tap,
  throwError,
} from 'rxjs';
import { isRejection, type ImageRequest, type Ports, Rejection } from '../domain/index.js';
import type { BackOff } from './back-off.js';

/**
 * Notes how the fetch of one picture ended, so that a failing origin is asked once per window and not
 * once per request: in the catalogue, or in this process, as the rejection says.
 *
 * Passes everything on as it is, errors included, but only after they were noted. When the catalogue
 * cannot be written to, the failure is remembered in this process instead.
 */
export function rememberFailure<T>(
  { catalogue, report }: Pick<Ports, 'catalogue' | 'report'>,
  { uri }: ImageRequest,
  backOff: BackOff,
): MonoTypeOperatorFunction<T> {
  const { url } = uri;
  // What has no URL is never asked for, so there is nobody to leave alone.
  if (!url) return identity;

  const note = ({ code, memory, retryAfter, url: asked = url }: Rejection): Observable<unknown> => {
    switch (memory.in) {
      case 'nowhere':
        // Or the host that redirects to a resting one would be asked again and again.
        if (code === 'resting' && asked.href !== url.href) backOff.failed(url);
        return EMPTY;
      case 'process':
        backOff.failed(url);
        if (memory.blames === 'host') backOff.hostFailed(asked);
        return EMPTY;
      case 'catalogue':
        backOff.answered(url);
        if (retryAfter !== undefined) backOff.askedToWait(asked, retryAfter * 1000);
        return from(catalogue.recordError(uri, memory.reason)).pipe(
          catchError((trouble: unknown) => {
            report(trouble);
            backOff.failed(url);
            return EMPTY;
          }),
        );
    }
  };

  return (source) =>
    source.pipe(
      tap(() => backOff.answered(url)),
      catchError((error: unknown) =>
        concat(
          defer(() => (isRejection(error) ? note(error) : EMPTY)).pipe(ignoreElements()),
          throwError(() => error),
        ),
      ),
    );
}
