import {
  catchError,
  concat,
  defer,
  EMPTY,
  from,
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
  { uri }: ImageRequest,
  { catalogue }: Pick<Ports, 'catalogue'>,
  backOff: BackOff,
): MonoTypeOperatorFunction<T> {
  const { url } = uri;
  const rest = () => url && backOff.failed(url);

  const note = (rejection: Rejection): Observable<unknown> => {
    const { memory, retryAfter } = rejection;
    if (url && retryAfter !== undefined) backOff.askedToWait(url, retryAfter);
    if (memory.in === 'process') rest();
    if (memory.in !== 'catalogue') return EMPTY;
    return from(catalogue.recordError(uri, memory.reason)).pipe(
      catchError(() => {
        rest();
        return EMPTY;
      }),
    );
  };

  return (source) =>
    source.pipe(
      tap(() => url && backOff.succeeded(url)),
      catchError((error: unknown) =>
        concat(
          defer(() => (isRejection(error) ? note(error) : EMPTY)).pipe(ignoreElements()),
          throwError(() => error),
        ),
      ),
    );
}
