import { from, map, mergeMap, type ObservableInput, of, type OperatorFunction } from 'rxjs';
import type { NotModified, ValidImage } from 'img-linuxfr/domain';

/** Puts a mark into a picture. Errors with `undecodable` where it cannot. */
export type Marker = (picture: Uint8Array) => ObservableInput<Uint8Array>;

/**
 * Marks what origins send; a copy that is still current was marked when it came. Errors as the marker does.
 * Unsubscribing unsubscribes from the marker.
 */
export function watermark(mark: Marker): OperatorFunction<ValidImage | NotModified, ValidImage | NotModified> {
  return mergeMap((fetched) =>
    fetched.kind === 'fetched' ? from(mark(fetched.bytes)).pipe(map((bytes) => ({ ...fetched, bytes }))) : of(fetched),
  );
}
