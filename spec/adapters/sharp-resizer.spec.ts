import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sharpResizer } from '../../src/adapters/index.js';
import type { ResizableFormat } from '../../src/domain/index.js';
import { noise, pictures, raw } from '../support/pictures.js';

const resizer = sharpResizer({ maxPixels: 1_000_000, maxFrames: 3 });

async function avatar(bytes: Buffer, format: ResizableFormat = 'png', height = 64): Promise<Buffer> {
  return Buffer.from((await resizer.resize(bytes, format, height)) as Uint8Array);
}

const png = (width: number, height: number) => raw(noise(width, height)).png();

describe('sharpResizer', () => {
  it('makes an avatar of every format it is for, in that format', async () => {
    const made: Record<string, unknown> = {};
    for (const { name, bytes, type, resizable } of await pictures()) {
      if (!resizable) continue;
      const small = await avatar(bytes, type.replace('image/', '') as ResizableFormat);
      const { format, width, height, pageHeight } = await sharp(small).metadata();
      made[name] = [format, width, pageHeight ?? height];
    }
    expect(made).toEqual({
      'plain.png': ['png', 32, 64],
      'photo.jpg': ['jpeg', 32, 64],
      'modern.webp': ['webp', 32, 64],
      'modern.avif': ['heif', 32, 64],
      'scan.tiff': ['tiff', 32, 64],
      'moving.gif': ['gif', 32, 64],
    });
  });

  it.each([
    [1000, 10, 1024],
    [160, 10, 1024],
    [10, 1000, 1],
    [1, 1, 64],
    [64, 64, 64],
    [100, 75, 85],
  ])('makes %d by %d pixels %d wide', async (width, height, avatarWidth) => {
    const metadata = await sharp(await avatar(await png(width, height).toBuffer())).metadata();
    expect([metadata.width, metadata.height]).toEqual([avatarWidth, 64]);
  });

  it('turns a picture upright as its EXIF says, and drops the rest of what it says', async () => {
    // Left half red, right half blue; orientation 6 says: turn it clockwise to see it upright.
    const half = (background: string) => sharp({ create: { width: 100, height: 100, channels: 3, background } });
    const blue = await half('blue').png().toBuffer();
    const lying = await half('red')
      .extend({ right: 100, background: 'red' })
      .composite([{ input: blue, left: 100, top: 0 }])
      .jpeg()
      .withExif({ IFD0: { Copyright: 'somebody', Orientation: '6' } })
      .toBuffer();
    const withOrientation = await sharp(lying).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const small = await avatar(withOrientation, 'jpeg');
    const { width, height, exif, icc, xmp, orientation } = await sharp(small).metadata();
    expect({ width, height, exif, icc, xmp, orientation }).toEqual({ width: 32, height: 64 });
    const { data } = await sharp(small).raw().toBuffer({ resolveWithObject: true });
    const pixel = (row: number) => [...data.subarray((row * 32 + 16) * 3, (row * 32 + 16) * 3 + 3)].map((c) => c > 127);
    expect([pixel(10), pixel(54)]).toEqual([
      [true, false, false],
      [false, false, true],
    ]);
  });

  it('keeps an animation moving, up to the frames it may have', async () => {
    const frames = await Promise.all(
      [1, 2, 3, 4, 5].map((seed) =>
        raw(noise(40, 80, seed))
          .png()
          .toBuffer(),
      ),
    );
    for (const format of ['gif', 'webp'] as const) {
      const moving = await sharp(frames, { join: { animated: true } })
        [format]()
        .toBuffer();
      const { pages, pageHeight, width } = await sharp(await avatar(moving, format), { pages: -1 }).metadata();
      expect([pages, pageHeight, width]).toEqual([3, 64, 32]);
    }
  });

  it('refuses more pixels than it may decode', async () => {
    const large = await png(1001, 1000).toBuffer();
    await expect(resizer.resize(large, 'png', 64)).rejects.toMatchObject({ code: 'too-many-pixels' });
    const exactly = await png(1000, 1000).toBuffer();
    expect((await avatar(exactly)).length).toBeGreaterThan(0);
  });

  it('counts all frames of an animation', async () => {
    const frames = await Promise.all(
      [1, 2, 3].map((seed) =>
        raw(noise(600, 600, seed))
          .png()
          .toBuffer(),
      ),
    );
    const moving = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    await expect(resizer.resize(moving, 'gif', 64)).rejects.toMatchObject({ code: 'too-many-pixels' });
  });

  it('says so when no decoder can read the bytes', async () => {
    const whole = await png(100, 100).toBuffer();
    for (const bytes of [
      whole.subarray(0, 30),
      Buffer.from('GIF89a'),
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    ]) {
      await expect(resizer.resize(bytes, 'png', 64)).rejects.toMatchObject({ code: 'undecodable' });
    }
  });
});
