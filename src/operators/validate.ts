import { from, map, mergeMap, of, type OperatorFunction } from 'rxjs';
import {
  type FetchedImage,
  type ImageFormat,
  type NotModified,
  type Ports,
  Rejection,
  type ValidImage,
} from '../domain/index.js';

/**
 * Lets only real pictures pass: the bytes must be a known image format, whatever their label says.
 *
 * SVG is the exception to that "whatever": it is text that can hold script, so it must also be
 * labelled as SVG. Errors with `invalid-type`. A copy that is still current was validated when it came.
 */
export function validate({
  sniffer,
}: Pick<Ports, 'sniffer'>): OperatorFunction<FetchedImage | NotModified, ValidImage | NotModified> {
  return mergeMap((fetched) =>
    fetched.kind === 'fetched'
      ? from(sniffer.sniff(fetched.bytes)).pipe(map((format) => ({ ...fetched, format: accepted(fetched, format) })))
      : of(fetched),
  );
}

function accepted({ type }: FetchedImage, format: ImageFormat | undefined): ImageFormat {
  if (!format) throw new Rejection('invalid-type', `the bytes labelled ${type} are no image`);
  if (format === 'svg' && type.toLowerCase() !== 'image/svg+xml') {
    throw new Rejection('invalid-type', `the bytes labelled ${type} are SVG`);
  }
  return format;
}
