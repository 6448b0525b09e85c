import sharp, { type Sharp } from 'sharp';
import type { Picture } from './origin.js';

/** A photograph of sorts: gradients with grain, which is what decides how many bytes it takes. */
export async function photo(width: number, height: number, grain: number): Promise<Picture> {
  return { type: 'image/jpeg', bytes: await grainy(width, height, grain).jpeg({ quality: 80 }).toBuffer() };
}

/** A PNG of 10,000 by 10,000 pixels, in squares of 20: as a whole just small enough to be let in. */
export async function hugePng(): Promise<Picture> {
  const enlarged = grainy(500, 500, 120).resize(10_000, 10_000, { kernel: 'nearest' });
  return { type: 'image/png', bytes: await enlarged.png().toBuffer() };
}

function grainy(width: number, height: number, grain: number): Sharp {
  const data = Buffer.allocUnsafe(width * height * 3);
  let state = 7;
  for (let at = 0; at < data.length; at += 3) {
    const [x, y] = [(at / 3) % width, at / 3 / width];
    // The same noise each time, so that every run has the same picture.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const noise = ((state >>> 16) / 65_536 - 0.5) * grain;
    data[at] = 60 + (136 * x) / width + noise;
    data[at + 1] = 60 + (136 * y) / height + noise;
    data[at + 2] = 196 - (136 * y) / height + noise;
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}
