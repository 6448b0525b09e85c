import { checkNumbers } from '../domain/check-numbers.js';
import { type Clock, PIPELINE_DEFAULTS, type Limits, type StageOptions } from './options.js';

/** What the stages are told otherwise than `PIPELINE_DEFAULTS` say; one that is `undefined` is as good as left out. */
export type StageOverrides = { readonly [K in keyof StageOptions]?: StageOptions[K] | undefined };

/** What is shared otherwise than `PIPELINE_DEFAULTS` say, limit by limit: those that are left out stay as they are. */
export type SharedOverrides = { readonly [K in keyof Clock]?: Clock[K] | undefined } & {
  readonly [K in keyof Limits]?: { readonly [L in keyof Limits[K]]?: Limits[K][L] | undefined } | undefined;
};

/** What a pipeline is told otherwise than `PIPELINE_DEFAULTS` say. */
export type PipelineOverrides = StageOverrides & SharedOverrides;

/** All that the stages are told. Throws a `TypeError` or a `RangeError` that names the number which cannot be. */
export function stageOptions(overrides: StageOverrides): StageOptions {
  const options = overridden<StageOptions>(PIPELINE_DEFAULTS, overrides);
  const { maxBytes, maxRedirects, fetchTimeout, resizeTimeout, refreshWait } = options;
  checkNumbers({ maxBytes, maxRedirects, fetchTimeout, resizeTimeout, refreshWait }, 0);
  return options;
}

/** All that is shared is made with. */
export function limits({ perHost, fetches, resizes, unsaved, backOff }: SharedOverrides): Limits {
  return {
    perHost: overridden(PIPELINE_DEFAULTS.perHost, perHost),
    fetches: overridden(PIPELINE_DEFAULTS.fetches, fetches),
    resizes: overridden(PIPELINE_DEFAULTS.resizes, resizes),
    unsaved: overridden(PIPELINE_DEFAULTS.unsaved, unsaved),
    backOff: overridden(PIPELINE_DEFAULTS.backOff, backOff),
  };
}

function overridden<T extends object>(defaults: T, overrides: { readonly [K in keyof T]?: T[K] | undefined } = {}): T {
  const said = Object.entries(overrides).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(said) };
}
