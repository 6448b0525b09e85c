import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import { type Due, Rejection } from '../domain/index.js';
import type { BackOff } from './back-off.js';

/** Errors with `resting` while the URI, or its whole host, is being left alone after failures. */
export function skipResting(backOff: BackOff): MonoTypeOperatorFunction<Due> {
  return tap(({ request: { uri } }) => {
    const rest = uri.url ? backOff.restOf(uri.url) : 0;
    if (rest > 0) throw new Rejection('resting', `${uri} failed lately; next try in ${Math.ceil(rest / 1000)} s`);
  });
}
