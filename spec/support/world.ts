import { type Observable, of } from 'rxjs';
import type { CatalogueEntry, OriginRequest, OriginResponse, Ports, StagedFile } from '../../src/domain/index.js';
import { stubPorts, stubOrigin } from '../../src/testing/index.js';
import { NEW_BYTES, STAGED_AT } from './nouns.js';

/** What the parts of a pipeline's world do; whatever is not said answers at once and well. */
export interface World {
  readonly lookup?: Ports['catalogue']['lookup'];
  readonly store?: Ports['catalogue']['store'];
  readonly recordError?: Ports['catalogue']['recordError'];
  readonly read?: Ports['files']['read'];
  readonly staged?: Partial<StagedFile>;
  /** Opens a connection, which lives as long as it is subscribed to. */
  readonly connect: (request: OriginRequest) => Observable<OriginResponse>;
  readonly resize?: Ports['resizer']['resize'];
  readonly report?: Ports['report'];
}

export const DECLARED: CatalogueEntry = { status: 'declared', freshFor: 0 };
export const SMALL_BYTES = Buffer.from('the avatar');

/** The outside world of a pipeline, in which nothing is stored and everything but the origin answers at once. */
export function world({
  connect,
  staged,
  resize = () => of(SMALL_BYTES),
  report = () => undefined,
  ...told
}: World): Ports {
  const { lookup, store, recordError, read } = told;
  const stagedFile: StagedFile = {
    lastModified: STAGED_AT,
    commit: () => of(undefined),
    discard: () => of(undefined),
    ...staged,
  };
  return stubPorts({
    catalogue: { ...(lookup && { lookup }), ...(store && { store }), ...(recordError && { recordError }) },
    files: { ...(read && { read }), stage: () => of(stagedFile) },
    origin: stubOrigin(connect),
    resizer: { resize },
    report,
  });
}

/** The new picture, its body as told. */
export function sending(body: Observable<Uint8Array> = of(NEW_BYTES)): OriginResponse {
  return { status: 200, contentType: 'image/png', etag: '"new"', body };
}
