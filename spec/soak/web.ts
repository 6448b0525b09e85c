import type { RequestListener } from 'node:http';
import { sharpResizer } from '../../src/adapters/index.js';
import { checksumOf } from '../../src/domain/index.js';
import { startOrigin, type TestOrigin } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import type { Chance } from './chance.js';

/** What an origin does, and with that what a reader may get. */
export type Manner = 'steady' | 'changing' | 'slow' | 'fickle' | 'dead';

export interface Subject {
  readonly uri: string;
  readonly manner: Manner;
  /** Whether these are the bytes of a version that its origin ever sent, or of the avatar made of one. */
  readonly isRight: (collection: string, body: Buffer) => boolean;
}

export interface Web {
  readonly subjects: readonly Subject[];
  readonly close: () => Promise<void>;
}

const VERSIONS = 4;
const MANNERS: Readonly<Record<Manner, number>> = { steady: 30, changing: 20, slow: 10, fickle: 15, dead: 5 };

/** Pictures on origins that are well, and on others that are not; each kind has a host of its own. */
export async function openWeb(chance: Chance): Promise<Web> {
  const resizer = sharpResizer({ maxPixels: 1e8, maxFrames: 1 });
  const origins: TestOrigin[] = [];
  const subjects: Subject[] = [];
  for (const [manner, count] of Object.entries(MANNERS) as [Manner, number][]) {
    const origin = await startOrigin();
    origins.push(origin);
    for (let n = 0; n < count; n++) {
      const versions = await Promise.all(Array.from({ length: VERSIONS }, (_, at) => picture(n * VERSIONS + at)));
      const avatars = await Promise.all(
        versions.map((bytes) => resizer.resize(bytes, 'png', 64) as Promise<Uint8Array>),
      );
      const right = {
        img: new Set(versions.map(checksumOf)),
        avatars: new Set(avatars.map(checksumOf)),
      };
      origin.on(`/${n}.png`, behaving(manner, versions, chance));
      subjects.push({
        uri: `${origin.url}/${n}.png`,
        manner,
        isRight: (collection, body) => right[collection as 'img' | 'avatars'].has(checksumOf(body)),
      });
    }
  }
  return {
    subjects,
    close: async () => {
      await Promise.all(origins.map((origin) => origin.close()));
    },
  };
}

function picture(seed: number): Promise<Buffer> {
  return raw(noise(70 + (seed % 60), 70 + (seed % 40), seed + 1))
    .png()
    .toBuffer();
}

function behaving(manner: Manner, versions: readonly Buffer[], chance: Chance): RequestListener {
  const send =
    (bytes: Buffer): RequestListener =>
    (request, response) => {
      const etag = `"${checksumOf(bytes)}"`;
      const head = { 'Content-Type': 'image/png', ETag: etag };
      if (request.headers['if-none-match'] === etag) response.writeHead(304, head).end();
      else response.writeHead(200, { ...head, 'Content-Length': bytes.length }).end(bytes);
    };
  const [first = Buffer.alloc(0)] = versions;
  switch (manner) {
    case 'steady':
      return send(first);
    case 'changing':
      return (request, response) => send(chance.of(versions))(request, response);
    case 'slow':
      return (request, response) => void setTimeout(() => send(first)(request, response), chance.below(800));
    case 'dead':
      return (request) => request.socket.destroy();
    case 'fickle':
      return (request, response) => chance.of(whims(first, send(first)))(request, response);
  }
}

function whims(bytes: Buffer, send: RequestListener): RequestListener[] {
  const status =
    (code: number, headers = {}): RequestListener =>
    (_, response) =>
      response.writeHead(code, headers).end();
  return [
    send,
    send,
    status(404),
    status(500),
    status(429, { 'Retry-After': '1' }),
    (request) => request.socket.destroy(),
    (_, response) => {
      response.writeHead(200, { 'Content-Type': 'image/png', 'Content-Length': bytes.length });
      response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
    },
    (_, response) => response.writeHead(200, { 'Content-Type': 'image/png' }).end(Buffer.alloc(6 << 20)),
    (_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>'),
  ];
}
