const BITMAP_HEADERS: ReadonlySet<number> = new Set([12, 16, 40, 52, 56, 64, 108, 124]);

/** Two letters are all the magic a BMP has, and many a text begins with `BM`: its headers must make sense too. */
export function isBitmap(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  if (view.byteLength < 26) return false;
  const [pixels, header] = [view.getUint32(10, true), view.getUint32(14, true)];
  return BITMAP_HEADERS.has(header) && pixels >= 14 + header && pixels < view.byteLength;
}

/** An icon begins with mostly zeros: its directory must lie within it, and so must its first picture. */
export function isIcon(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  if (view.byteLength < 22) return false;
  const [count, size, offset] = [view.getUint16(4, true), view.getUint32(14, true), view.getUint32(18, true)];
  return count > 0 && offset >= 6 + 16 * count && offset + size <= view.byteLength;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
