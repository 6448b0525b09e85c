import { mergeMap, type ObservableInput, type OperatorFunction } from 'rxjs';
import type { KeyedGate } from './keyed-gate.js';

/**
 * `mergeMap` that is polite: a concurrency for each host, so that whoever is slow holds up nobody else.
 *
 * Emits what the work for each value emits, as it comes. Errors as the work does, and with `overloaded` when too many
 * wait for one host. Unsubscribing leaves the queue, or stops the work and frees its place. Shared by all streams
 * that pass through the same gate.
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
 * import { KeyedGate, perHost } from 'img-linuxfr/operators';
 *
 * const links = ['http://a.example/1', 'http://a.example/2', 'http://b.example/1'].map((link) => new URL(link));
 * const polite = new KeyedGate({ concurrency: 1, queueLimit: Infinity });
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
  hosts: KeyedGate,
  hostOf: (value: T) => string,
  work: (value: T) => ObservableInput<R>,
): OperatorFunction<T, R> {
  return mergeMap((value) => hosts.run(hostOf(value), () => work(value)));
}
