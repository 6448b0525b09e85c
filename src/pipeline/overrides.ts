import { checkNumbers } from '../domain/check-numbers.js';
import { type Clock, DEFAULTS, type Limits, type StageOptions } from './options.js';

/** Some of the options; one that is `undefined` is as good as one that is left out. */
type Some<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** What the stages are told otherwise than `DEFAULTS` say. */
export type StageOverrides = Some<StageOptions>;

/** What is shared otherwise than `DEFAULTS` say, limit by limit: those that are left out stay as they are. */
export type SharedOverrides = Some<Clock> & { readonly [K in keyof Limits]?: Some<Limits[K]> | undefined };

/** What a pipeline is told otherwise than `DEFAULTS` say. */
export type PipelineOverrides = StageOverrides & SharedOverrides;

/** All that the stages are told. Throws a `TypeError` or a `RangeError` that names the number which cannot be. */
export function stageOptions(overrides: StageOverrides): StageOptions {
  const options = overridden<StageOptions>(DEFAULTS, overrides);
  const { maxBytes, maxRedirects, fetchDeadline, resizeDeadline, refreshWait } = options;
  checkNumbers({ maxBytes, maxRedirects, fetchDeadline, resizeDeadline, refreshWait }, 0);
  return options;
}

/** All that is shared is made with. */
export function limits({ perHost, fetches, resizes, unsaved, backOff }: SharedOverrides): Limits {
  return {
    perHost: overridden(DEFAULTS.perHost, perHost),
    fetches: overridden(DEFAULTS.fetches, fetches),
    resizes: overridden(DEFAULTS.resizes, resizes),
    unsaved: overridden(DEFAULTS.unsaved, unsaved),
    backOff: overridden(DEFAULTS.backOff, backOff),
  };
}

function overridden<T extends object>(defaults: T, overrides: Some<T> = {}): T {
  const said = Object.entries(overrides).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(said) };
}
