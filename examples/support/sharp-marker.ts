import sharp from 'sharp';
import { Rejection } from 'img-linuxfr/domain';
import type { Marker } from './watermark.js';

/** Into the lower right corner, a quarter as high and wide as the picture at most. */
export function sharpMarker(mark: Buffer): Marker {
  return async (bytes) => {
    try {
      const picture = sharp(bytes).autoOrient();
      const { pages = 1, autoOrient } = await picture.metadata();
      if (pages > 1) throw new Error('animations are not marked');
      const [width, height] = [Math.ceil(autoOrient.width / 4), Math.ceil(autoOrient.height / 4)];
      const input = await sharp(mark).resize(width, height, { fit: 'inside' }).toBuffer();
      return await picture.composite([{ input, gravity: 'southeast' }]).toBuffer();
    } catch (error) {
      throw new Rejection('undecodable', (error as Error).message, { cause: error });
    }
  };
}
