import sharp, { type Metadata } from 'sharp';
import { restrictLoaders } from './sharp-loaders.js';

/**
 * Memory for each pixel, next to a picture of which only some lines are held at a time. Measured at 100
 * megapixels: 0.3 GB for the interlaced and the progressive, 1.8 GB for AVIF, 0.03 GB for the others.
 */
const WHOLE_PICTURE = 4;
const WHOLE_FRAMES = 8;

/** In what a picture, given its head, has more pixels than an avatar may be made from; `undefined` when it has not. */
export function excessOf(metadata: Metadata, maxPixels: number): string | undefined {
  const [pixels, allowed] = [pixelsOf(metadata), maxPixels / weightOf(metadata)];
  return pixels > allowed ? `${pixels} pixels, ${Math.floor(allowed)} are allowed` : undefined;
}

/** The same, given the picture. One that is none of the formats we resize has no pixels. */
export async function excessIn(bytes: Uint8Array, maxPixels: number): Promise<string | undefined> {
  restrictLoaders();
  const metadata = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => undefined);
  return metadata && excessOf(metadata, maxPixels);
}

function pixelsOf({ width, height, pageHeight, pages = 1 }: Metadata): number {
  return width * (pageHeight ?? height) * pages;
}

function weightOf({ format, isProgressive }: Metadata): number {
  if (format === 'heif') return WHOLE_FRAMES;
  return isProgressive ? WHOLE_PICTURE : 1;
}
