import sharp from 'sharp';
import { restrictLoaders } from './sharp-loaders.js';

/** In pixels, as it is stored: a photograph may be turned on its side. */
export interface Dimensions {
  readonly width: number;
  readonly height: number;
  /** More than one of an animation. */
  readonly frames: number;
}

/** How large a picture is, by its head; `undefined` when it has no pixels, or is none of the formats we resize. */
export async function dimensionsOf(bytes: Uint8Array): Promise<Dimensions | undefined> {
  restrictLoaders();
  try {
    const { width, height, pageHeight, pages } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return { width, height: pageHeight ?? height, frames: pages ?? 1 };
  } catch {
    return undefined;
  }
}
