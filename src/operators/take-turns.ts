import { defer, type Observable, type ObservableInput, tap } from 'rxjs';
import { Rejection } from '../domain/index.js';
import type { BackOff } from './back-off.js';
import type { KeyedGate } from './keyed-gate.js';
import type { Gate } from './gate.js';

/**
 * Decides when an origin may be asked for a URL; the exchange begins when its turn has come. It emits once it is known
 * what the answer comes to, be it that it is refused, and errors when none came or it stayed away.
 */
export type Turn = <T>(url: URL, exchange: () => ObservableInput<T>) => Observable<T>;

/** What decides about turns, shared by all requests. */
export interface TakeTurnsOptions {
  /** Which origins are being left alone. */
  readonly backOff: BackOff;
  /** Bounds the exchanges with each host. */
  readonly hostGates: KeyedGate;
  /** Bounds the exchanges with all of them. */
  readonly fetchGate: Gate;
}

/**
 * Asks no origin that rests, and none too often at once: an exchange waits for a place at its host first,
 * and then for one among all, so that those who wait for a slow host take no place from others.
 *
 * Gives a function for the option `turn` of `fetch`. What that gives mirrors the exchange, and errors as it does, or with
 * `resting` or `overloaded` before it begins. Unsubscribing leaves the queue, or stops the exchange.
 */
export function takeTurns({ backOff, hostGates, fetchGate }: TakeTurnsOptions): Turn {
  return (url, exchange) =>
    unlessResting(backOff, url, () =>
      hostGates.run(url.host, () =>
        fetchGate.run(() =>
          // Looked at again when its turn comes: others may have found the host failing meanwhile.
          unlessResting(backOff, url, () => {
            backOff.asking(url);
            return defer(exchange).pipe(tap(() => backOff.hostAnswered(url)));
          }),
        ),
      ),
    );
}

function unlessResting<T>(backOff: BackOff, url: URL, ask: () => Observable<T>): Observable<T> {
  return defer(() => {
    const rest = backOff.remainingRest(url);
    if (rest > 0) throw new Rejection('resting', `${url.host} failed lately; next try in ${Math.ceil(rest / 1000)} s`);
    return ask();
  });
}
