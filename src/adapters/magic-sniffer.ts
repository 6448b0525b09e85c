import { fileTypeFromBuffer } from 'file-type';
import type { ImageFormat, Sniffer } from '../domain/index.js';
import { isSvg } from './svg.js';

/** file-type needs no more than this to tell the formats below. */
const HEAD = 4100;

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
export const magicSniffer: Sniffer = {
  async sniff(bytes) {
    const found = await fileTypeFromBuffer(bytes.subarray(0, HEAD));
    if (found && found.ext !== 'xml') return FORMATS[found.ext];
    return isSvg(bytes) ? 'svg' : undefined;
  },
};
