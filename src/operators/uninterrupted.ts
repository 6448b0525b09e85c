import { AsyncSubject, defer, Observable, type ObservableInput } from 'rxjs';

/**
 * Work that, once begun, runs to its end even if everyone leaves; its result is then dropped.
 *
 * For steps that must not stop half-way (a file and its record belong together) and for work that
 * cannot be stopped. It begins anew for each subscriber. Emits the last value of the work, when it completes; errors
 * as it does. Unsubscribing leaves the work, which goes on; an error that comes then reaches nobody.
 */
export function uninterrupted<T>(work: () => ObservableInput<T>): Observable<T> {
  return new Observable((subscriber) => {
    const result = new AsyncSubject<T>();
    result.subscribe(subscriber);
    defer(work).subscribe(result);
  });
}
