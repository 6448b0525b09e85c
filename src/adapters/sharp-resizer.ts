import sharp, { type Metadata, type Sharp } from 'sharp';
import type { Resizer } from '../domain/index.js';
import { Rejection } from '../domain/rejection.js';
import { restrictLoaders } from './sharp-loaders.js';
import { excessOf } from './sharp-pixels.js';

/** What avatars are made of at most. */
export interface SharpResizerOptions {
  /**
   * The most pixels a picture may have, all frames of an animation together. A decoder that cannot read line
   * by line gets less: a quarter for an interlaced PNG or a progressive JPEG, an eighth for AVIF. 100 million, if
   * not said.
   */
  readonly maxPixels?: number;
  /** Frames of an animation that are kept, from its beginning; 100, if not said. */
  readonly maxFrames?: number;
}

/** An avatar is at most so many times wider than high. */
const WIDEST = 16;

/** EXIF orientations 5 to 8 lie on their side. */
const FIRST_SIDEWAYS = 5;

/**
 * Avatars with sharp (libvips). Errors with `too-many-pixels`, or with `undecodable` for whatever sharp cannot read.
 *
 * It changes sharp for the whole process: only the loaders of the formats we resize are left open, and libvips keeps no
 * cache. Where others use sharp as well, take `isolatedResizer`.
 */
export function sharpResizer({ maxPixels = 100_000_000, maxFrames = 100 }: SharpResizerOptions = {}): Resizer {
  restrictLoaders();
  // Pictures come once each: libvips's own cache would only hold memory.
  sharp.cache(false);

  const load = (bytes: Uint8Array, pages: number): Sharp =>
    sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error', pages });

  return {
    async resize(bytes, format, height) {
      try {
        const metadata = await sharp(bytes, { limitInputPixels: false }).metadata();
        const excess = excessOf(metadata, maxPixels);
        if (excess !== undefined) throw new Rejection('too-many-pixels', excess);
        const pages = Math.min(metadata.pages ?? 1, maxFrames);
        const animated = format === 'gif' || format === 'webp';
        return await load(bytes, animated ? pages : 1)
          .autoOrient()
          .resize({ height, width: avatarWidth(metadata, height), fit: 'fill' })
          .toColourspace('srgb')
          .toFormat(format)
          .toBuffer();
      } catch (error) {
        if (error instanceof Rejection) throw error;
        throw new Rejection('undecodable', (error as Error).message, { cause: error });
      }
    },
  };
}

function avatarWidth({ width, height, pageHeight, orientation = 1 }: Metadata, avatarHeight: number): number {
  const upright = pageHeight ?? height;
  const ratio = orientation >= FIRST_SIDEWAYS ? upright / width : width / upright;
  return Math.min(Math.max(Math.round(avatarHeight * ratio), 1), avatarHeight * WIDEST);
}
