import sharp, { type OverlayOptions } from 'sharp';

/** A picture as the service gave it back: itself, and as an avatar. */
export interface Exhibit {
  readonly name: string;
  readonly original: Buffer;
  readonly avatar: Buffer;
}

const COLUMNS = 4;
const CELL = { width: 340, height: 200, margin: 10, pictureHeight: 140 };

/** All exhibits on one PNG: each original scaled down, its avatar beside it in its own size, its name below. */
export async function contactSheet(exhibits: readonly Exhibit[]): Promise<Buffer> {
  const overlays = await Promise.all(exhibits.map((exhibit, at) => cell(exhibit, at)));
  return sharp({
    create: {
      width: COLUMNS * CELL.width,
      height: Math.ceil(exhibits.length / COLUMNS) * CELL.height,
      channels: 3,
      background: 'white',
    },
  })
    .composite(overlays.flat())
    .png()
    .toBuffer();
}

async function cell({ name, original, avatar }: Exhibit, at: number): Promise<OverlayOptions[]> {
  const left = (at % COLUMNS) * CELL.width + CELL.margin;
  const top = Math.floor(at / COLUMNS) * CELL.height + CELL.margin;
  const pictured = await scaled(original, CELL.pictureHeight);
  const beside = left + 220;
  return [
    { input: pictured, left, top },
    { input: await scaled(avatar, 64), left: beside, top },
    { input: caption(name), left, top: top + CELL.pictureHeight + 8 },
  ];
}

/** sharp reads no BMP: such a picture is for the browser, and a grey field stands for it here. */
async function scaled(bytes: Buffer, height: number): Promise<Buffer> {
  if (bytes.subarray(0, 2).toString('latin1') === 'BM') return placeholder(height);
  return sharp(bytes).resize({ height, withoutEnlargement: true }).png().toBuffer();
}

function placeholder(height: number): Promise<Buffer> {
  const width = Math.round(height * 1.5);
  return sharp({ create: { width, height, channels: 3, background: '#cfd8dc' } })
    .png()
    .toBuffer();
}

function caption(text: string): Buffer {
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${CELL.width - 2 * CELL.margin}" height="24">
  <text x="0" y="17" font-family="sans-serif" font-size="15" fill="#263238">${text}</text></svg>`);
}
