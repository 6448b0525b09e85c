import { mergeMap, type ObservableInput, type OperatorFunction } from 'rxjs';
import type { Bulkhead } from './bulkhead.js';

/**
 * `mergeMap` that is polite: a concurrency for each host, so that whoever is slow holds up nobody else.
 *
 * Emits what the work for each value emits, as it comes. Errors as the work does, and with `overloaded` when too many
 * wait for one host. Unsubscribing leaves the queue, or stops the work and frees its place. Shared by all streams
 * that pass through the same bulkhead.
 *
 * ```
 * values  aab-------|
 * ofA     ---(r|)
 * ofB     ---(s|)
 * result  ---r-sr---|
 * ```
 *
 * @example
 * ```ts
 * import { from, map, timer } from 'rxjs';
 * import { Bulkhead, perHost } from 'img-linuxfr/operators';
 *
 * const links = ['http://a.example/1', 'http://a.example/2', 'http://b.example/1'].map((link) => new URL(link));
 * const polite = new Bulkhead({ concurrency: 1, queue: Infinity });
 * from(links)
 *   .pipe(
 *     perHost(
 *       polite,
 *       ({ host }) => host,
 *       ({ href }) => timer(10).pipe(map(() => href)),
 *     ),
 *   )
 *   .subscribe((href) => console.log(href)); // http://a.example/1, http://b.example/1, http://a.example/2
 * ```
 * @see {@link gate}
 */
export function perHost<T, R>(
  hosts: Bulkhead,
  hostOf: (value: T) => string,
  work: (value: T) => ObservableInput<R>,
): OperatorFunction<T, R> {
  return mergeMap((value) => hosts.run(hostOf(value), () => work(value)));
}
