import sharp from 'sharp';

/** A picture as an origin would send it. */
export interface Picture {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
  /** Whether an avatar is made of it. */
  readonly resizable: boolean;
}

const WIDTH = 120;
const HEIGHT = 240;

/** One real picture of every format that is let in, 120 by 240 pixels where there are pixels. */
export async function pictures(): Promise<Picture[]> {
  const image = noise(WIDTH, HEIGHT);
  const frames = await Promise.all(
    [1, 2].map((seed) =>
      raw(noise(WIDTH, HEIGHT, seed))
        .png()
        .toBuffer(),
    ),
  );
  return [
    { name: 'plain.png', type: 'image/png', bytes: await raw(image).png().toBuffer(), resizable: true },
    { name: 'photo.jpg', type: 'image/jpeg', bytes: await raw(image).jpeg().toBuffer(), resizable: true },
    { name: 'modern.webp', type: 'image/webp', bytes: await raw(image).webp().toBuffer(), resizable: true },
    { name: 'modern.avif', type: 'image/avif', bytes: await raw(image).avif().toBuffer(), resizable: true },
    { name: 'scan.tiff', type: 'image/tiff', bytes: await raw(image).tiff().toBuffer(), resizable: true },
    {
      name: 'moving.gif',
      type: 'image/gif',
      bytes: await sharp(frames, { join: { animated: true } })
        .gif()
        .toBuffer(),
      resizable: true,
    },
    { name: 'vector.svg', type: 'image/svg+xml', bytes: Buffer.from(SVG), resizable: false },
    { name: 'old.bmp', type: 'image/bmp', bytes: bitmap(), resizable: false },
    {
      name: 'favicon.ico',
      type: 'image/x-icon',
      bytes: icon(await raw(noise(16, 16)).png().toBuffer()),
      resizable: false,
    },
  ];
}

const SVG = `<?xml version="1.0"?>
<!-- a circle -->
<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><circle cx="5" cy="5" r="4"/></svg>`;

interface Pixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Deterministic noise, so that no two seeds compress to the same bytes. */
export function noise(width: number, height: number, seed = 7): Pixels {
  const data = Buffer.alloc(width * height * 3);
  let state = seed;
  for (let at = 0; at < data.length; at++) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    data[at] = state >> 16;
  }
  return { data, width, height };
}

export function raw({ data, width, height }: Pixels) {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** One blue pixel with a BITMAPINFOHEADER. */
function bitmap(): Buffer {
  const bytes = Buffer.alloc(58);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(1, 18);
  bytes.writeInt32LE(1, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  bytes[54] = 255;
  return bytes;
}

/** An icon directory with one PNG in it. */
function icon(png: Buffer): Buffer {
  const head = Buffer.alloc(22);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(1, 4);
  head.writeUInt8(16, 6);
  head.writeUInt8(16, 7);
  head.writeUInt16LE(1, 10);
  head.writeUInt16LE(32, 12);
  head.writeUInt32LE(png.length, 14);
  head.writeUInt32LE(head.length, 18);
  return Buffer.concat([head, png]);
}
