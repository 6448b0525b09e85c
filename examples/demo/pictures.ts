import sharp from 'sharp';

/** A picture as a host would offer it. */
export interface Picture {
  readonly path: string;
  readonly type: string;
  readonly bytes: Buffer;
}

const WIDTH = 480;
const HEIGHT = 320;

/** A landscape whose sun stands at `hour` (0 to 1), so that no two pictures look alike. */
function landscape(hour: number): string {
  const x = 40 + 400 * hour;
  const y = 200 - 160 * Math.sin(Math.PI * hour);
  const hue = Math.round(200 + 120 * hour);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">
  <defs><linearGradient id="sky" x2="0" y2="1">
    <stop offset="0" stop-color="hsl(${hue},70%,45%)"/><stop offset="1" stop-color="hsl(${hue + 40},80%,85%)"/>
  </linearGradient></defs>
  <rect width="${WIDTH}" height="${HEIGHT}" fill="url(#sky)"/>
  <circle cx="${x}" cy="${y}" r="34" fill="#fff3b0"/>
  <path d="M0 250 130 110 230 220 330 140 480 260V320H0z" fill="#37474f"/>
  <path d="M0 290 Q120 230 240 280T480 270V320H0z" fill="#558b2f"/>
</svg>`;
}

function drawn(hour: number) {
  return sharp(Buffer.from(landscape(hour))).flatten();
}

/** One real picture of each format that embedded pictures come in. */
export async function drawPictures(): Promise<Picture[]> {
  const frames = await Promise.all([0.1, 0.3, 0.5, 0.7, 0.9].map((hour) => drawn(hour).png().toBuffer()));
  const moving = sharp(frames, { join: { animated: true } });
  return [
    { path: '/morning.png', type: 'image/png', bytes: await drawn(0.15).png().toBuffer() },
    { path: '/forenoon.jpg', type: 'image/jpeg', bytes: await drawn(0.3).jpeg().toBuffer() },
    { path: '/noon.webp', type: 'image/webp', bytes: await drawn(0.5).webp().toBuffer() },
    { path: '/afternoon.avif', type: 'image/avif', bytes: await drawn(0.65).avif().toBuffer() },
    { path: '/evening.tiff', type: 'image/tiff', bytes: await drawn(0.85).tiff().toBuffer() },
    { path: '/day.gif', type: 'image/gif', bytes: await moving.gif({ delay: 300 }).toBuffer() },
    { path: '/drawing.svg', type: 'image/svg+xml', bytes: Buffer.from(landscape(0.4)) },
    { path: '/old.bmp', type: 'image/bmp', bytes: await bitmap(0.75) },
  ];
}

/** sharp writes no BMP: a BITMAPINFOHEADER (40 bytes) before rows of BGR from the bottom up. */
async function bitmap(hour: number): Promise<Buffer> {
  const { data } = await drawn(hour).flip().removeAlpha().raw().toBuffer({ resolveWithObject: true });
  for (let at = 0; at < data.length; at += 3) data.subarray(at, at + 3).reverse();
  const head = Buffer.alloc(54);
  head.write('BM');
  head.writeUInt32LE(head.length + data.length, 2);
  head.writeUInt32LE(head.length, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(WIDTH, 18);
  head.writeInt32LE(HEIGHT, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(24, 28);
  return Buffer.concat([head, data]);
}
