import { fileTypeFromBuffer } from 'file-type';
import type { ImageFormat, Sniffer } from '../domain/index.js';
import { isSvg } from './svg.js';
import { isBitmap, isIcon } from './weak-magic.js';

/** file-type needs no more than this to tell the formats below, but for TIFF. */
const HEAD = 4100;

const TIFF_MAGICS = new Set(['49492a00', '4d4d002a']);

/** file-type knows many pictures that no browser shows; only these are let in. */
const FORMATS: Readonly<Record<string, ImageFormat>> = {
  png: 'png',
  apng: 'png',
  jpg: 'jpeg',
  gif: 'gif',
  webp: 'webp',
  avif: 'avif',
  heic: 'heif',
  tif: 'tiff',
  bmp: 'bmp',
  ico: 'ico',
  jxl: 'jxl',
  jp2: 'jp2',
};

/** Tells images by their magic bytes, and SVG, which has none, by its root element. */
export const magicSniffer = {
  /** Looks at the beginning only, but for a TIFF. */
  async sniff(bytes: Uint8Array): Promise<ImageFormat | undefined> {
    const found = await fileTypeFromBuffer(telling(bytes));
    if (found?.ext === 'bmp' && !isBitmap(bytes)) return undefined;
    if (found?.ext === 'ico' && !isIcon(bytes)) return undefined;
    // Whatever else file-type takes it for: a text in UTF-16 begins like the frame of an MPEG sound.
    return FORMATS[found?.ext ?? ''] ?? (isSvg(bytes) ? 'svg' : undefined);
  },
} satisfies Sniffer;

/** A TIFF is told from a camera's raw picture by its directory, which may lie at the very end. */
function telling(bytes: Uint8Array): Uint8Array {
  const magic = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  return TIFF_MAGICS.has(magic) ? bytes : bytes.subarray(0, HEAD);
}
