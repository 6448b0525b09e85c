declare const imageType: unique symbol;

/** A media type of the form `image/<token>`, without parameters, in the case its origin wrote it. */
export type ImageType = string & { readonly [imageType]: true };

/** RFC 9110 §5.6.2 for the subtype; one single type, so neither a list nor a second word. */
const SINGLE_IMAGE_TYPE = /^image\/[!#$%&'*+.^_`|~0-9a-z-]+$/i;

/** Reads a Content-Type field, cut at `;`. `undefined` unless it names exactly one image type. */
export function parseImageType(contentType: string | undefined): ImageType | undefined {
  const [essence = ''] = (contentType ?? '').split(';');
  const trimmed = essence.trim();
  return SINGLE_IMAGE_TYPE.test(trimmed) ? (trimmed as ImageType) : undefined;
}

/** The picture formats we accept, as recognised from the bytes themselves. */
export const IMAGE_FORMATS = [
  'png',
  'jpeg',
  'gif',
  'webp',
  'avif',
  'heif',
  'tiff',
  'bmp',
  'ico',
  'jxl',
  'jp2',
  'svg',
] as const;
/** One of `IMAGE_FORMATS`. */
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

const SUBTYPES: Partial<Record<ImageFormat, string>> = { svg: 'svg+xml', ico: 'x-icon' };

/** What a picture of this format is called when nobody knows any more how its origin called it. */
export function imageTypeOf(format: ImageFormat): ImageType {
  return `image/${SUBTYPES[format] ?? format}` as ImageType;
}

/** The formats of which avatars are made; the others are small or vectors, and pass through as they are. */
export type ResizableFormat = Extract<ImageFormat, 'png' | 'jpeg' | 'gif' | 'webp' | 'avif' | 'tiff'>;

const RESIZABLE: ReadonlySet<ImageFormat> = new Set<ResizableFormat>(['png', 'jpeg', 'gif', 'webp', 'avif', 'tiff']);

/** Whether avatars are made of pictures in this format. */
export function isResizable(format: ImageFormat | undefined): format is ResizableFormat {
  return format !== undefined && RESIZABLE.has(format);
}
