import { catchError, type MonoTypeOperatorFunction, type ObservableInput, throwError } from 'rxjs';

/**
 * Serves something older when the source errors (stale-if-error, RFC 5861).
 *
 * Emits what the source emits, and after an error what `stale` gives for it. Errors as the source does when `stale`
 * gives nothing, else as that does. Unsubscribing unsubscribes from whichever is running. Shares nothing.
 *
 * ```
 * source  --a--#
 * stale   --(s|)
 * result  --a----(s|)
 * ```
 *
 * @example
 * ```ts
 * import { of, throwError } from 'rxjs';
 * import { staleIfError } from 'img-linuxfr/operators';
 *
 * throwError(() => new Error('the origin is away'))
 *   .pipe(staleIfError(() => of('an older one')))
 *   .subscribe((value) => console.log(value)); // an older one
 * ```
 * @see {@link staleWhileRevalidate}
 */
export function staleIfError<T>(
  stale: (error: unknown) => ObservableInput<T> | undefined,
): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => stale(error) ?? throwError(() => error));
}
