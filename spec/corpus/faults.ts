import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Redis } from 'ioredis';
import { DiskFiles } from '../../src/adapters/index.js';
import { checksumOf, SourceUri } from '../../src/domain/index.js';
import type { FindingKind } from '../../src/server/commands/check/finding.js';
import type { DamagedStore } from '../support/damaged-store.js';
import { noise, raw } from '../support/pictures.js';

export const [PICTURE, OTHER] = await Promise.all([
  raw(noise(30, 30, 1))
    .png()
    .toBuffer(),
  raw(noise(30, 30, 2))
    .png()
    .toBuffer(),
]);
/** No picture by its bytes: it has not to be one. */
export const AVATAR = Buffer.from('an avatar');

/** An image that is declared and kept, and one that nobody knows. */
export const URI = SourceUri.of('http://example.com/a.png');
export const STRANGER = SourceUri.of('http://example.com/stranger.png');

/** A catalogue and its cache directory. */
export class Site<Store extends DamagedStore = DamagedStore> {
  readonly store: Store;
  readonly directory: string;
  readonly #files: DiskFiles;

  constructor(store: Store, directory: string) {
    this.store = store;
    this.directory = directory;
    this.#files = new DiskFiles(directory);
  }

  async declare(uri: SourceUri): Promise<void> {
    await this.store.catalogue.declare(uri);
  }

  async record(uri: SourceUri, bytes: Buffer): Promise<void> {
    const record = { type: 'image/png', checksum: checksumOf(bytes), etag: '"e"' };
    await (this.store.catalogue.store(uri, record, new Date()) as Promise<boolean>);
  }

  async keep(uri: SourceUri, bytes: Buffer): Promise<void> {
    await this.declare(uri);
    const staged = await this.#files.stage(uri, bytes);
    await staged.commit();
    await this.record(uri, bytes);
  }

  pathOf(uri: SourceUri): string {
    return this.#files.pathOf(uri);
  }

  write(place: string, bytes: Buffer): void {
    mkdirSync(dirname(join(this.directory, place)), { recursive: true });
    writeFileSync(join(this.directory, place), bytes);
  }

  /** Places of all files, but for those of the embedded store. */
  files(): string[] {
    return readdirSync(this.directory, { recursive: true, encoding: 'utf8' })
      .filter((name) => !name.startsWith('catalogue') && lstatSync(join(this.directory, name)).isFile())
      .sort();
  }

  checksums(): string[] {
    return this.files().map((name) => checksumOf(readFileSync(join(this.directory, name))));
  }
}

/** Where the original of a URI lies, relative to the cache directory. */
export function placeOf({ digest }: SourceUri): string {
  return digest.replace(/^(..)(..)(..)/, '$1/$2/$3/');
}

/** Where an avatar of it lies that was made of these bytes. */
export function avatarPlace(uri: SourceUri, of: Buffer): string {
  return `${placeOf(uri)}.${checksumOf(of)}.avatar-64.${checksumOf(AVATAR)}`;
}

function movedAside(uri: SourceUri, bytes: Buffer): string {
  return `moved to .aside/${placeOf(uri)}.${checksumOf(bytes)}, to be fetched anew`;
}

/** By a process of another run of the machine. */
const LEFT = `.tmp/${'0'.repeat(16)}-1-1-x`;

export interface Fault<Store extends DamagedStore = DamagedStore> {
  readonly name: string;
  /** What makes it, where `URI` is kept, and all is well. */
  readonly make: (site: Site<Store>) => unknown;
  readonly kind: FindingKind;
  readonly what: string;
  /** How it is mended; absent when it stays. */
  readonly how?: string;
  /** Bytes that nobody may lose. */
  readonly precious?: Buffer;
  /** What else is found of it. */
  readonly also?: readonly FindingKind[];
}

const FOREIGN = ['ab/cd/ef/notes.txt', 'ab/cd/notes.txt', 'ab/notes.txt', `ab/cd/ef/${'0'.repeat(34)}.bak`];

/** One of each kind that any store can have. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'a record that nobody declared',
    make: ({ store }) => store.setFields(URI, { created_at: null }),
    kind: 'no created_at',
    what: `${URI}`,
    precious: PICTURE,
  },
  {
    name: 'a checksum without its type',
    make: ({ store }) => store.setFields(URI, { type: null }),
    kind: 'checksum without type',
    what: `${URI}`,
    how: 'recorded as image/png',
    precious: PICTURE,
  },
  {
    name: 'a type that is none of an image',
    make: ({ store }) => store.setFields(URI, { type: 'text/html' }),
    kind: 'unknown type',
    what: `text/html of ${URI}`,
    how: 'recorded as image/png',
    precious: PICTURE,
  },
  {
    name: 'no type, and bytes that do not tell',
    make: async (site) => {
      await site.keep(URI, AVATAR);
      await site.store.setFields(URI, { type: null });
    },
    kind: 'checksum without type',
    what: `${URI}`,
    how: movedAside(URI, AVATAR),
    precious: AVATAR,
  },
  {
    name: 'a type without a checksum, and bytes that do not tell',
    make: async (site) => {
      await site.keep(URI, AVATAR);
      await site.store.setFields(URI, { checksum: null });
    },
    kind: 'orphan file',
    what: `${placeOf(URI)} of ${URI}`,
    how: 'recorded as image/png',
    precious: AVATAR,
  },
  {
    name: 'a checksum that is empty',
    make: ({ store }) => store.setFields(URI, { checksum: '' }),
    kind: 'orphan file',
    what: `${placeOf(URI)} of ${URI}`,
    how: 'recorded as image/png',
    precious: PICTURE,
  },
  {
    name: 'a type that is none of an image, without a checksum',
    make: async (site) => {
      await site.store.setFields(URI, { type: 'text/html', checksum: null });
      rmSync(site.pathOf(URI));
    },
    kind: 'unknown type',
    what: `text/html of ${URI}`,
    how: 'forgotten, to be fetched anew',
  },
  {
    name: 'no type, and no file',
    make: async (site) => {
      await site.store.setFields(URI, { type: null });
      rmSync(site.pathOf(URI));
    },
    kind: 'checksum without type',
    what: `${URI}`,
    how: 'forgotten, to be fetched anew',
    also: ['missing file'],
  },
  {
    name: 'a status that nobody knows',
    make: ({ store }) => store.setFields(URI, { status: 'blocked' }),
    kind: 'unknown status',
    what: `blocked of ${URI}`,
    precious: PICTURE,
  },
  {
    name: 'a field that nobody knows',
    make: ({ store }) => store.setFields(URI, { colour: 'red' }),
    kind: 'unknown field',
    what: `colour of ${URI}`,
    precious: PICTURE,
  },
  {
    name: 'a copy that is fresh for ever',
    make: ({ store }) => store.makeEndless('updated', URI),
    kind: 'missing TTL',
    what: `img/updated/${URI}`,
    how: 'given an hour',
  },
  {
    name: 'a failure that stands for ever',
    make: async ({ store }) => {
      await (store.catalogue.recordError(URI, 'invalid content-type') as Promise<void>);
      await store.makeEndless('err', URI);
    },
    kind: 'missing TTL',
    what: `img/err/${URI}`,
    how: 'given an hour',
  },
  {
    name: 'an image on img/latest that nobody knows',
    make: ({ store }) => store.addToLatest(STRANGER),
    kind: 'unknown image in img/latest',
    what: `${STRANGER}`,
    how: 'taken off img/latest',
  },
  {
    name: 'a file that is gone',
    make: (site) => rmSync(site.pathOf(URI)),
    kind: 'missing file',
    what: `${URI}`,
    how: 'forgotten, to be fetched anew',
  },
  {
    name: 'a file that is gone, and its avatar is not',
    make: (site) => {
      rmSync(site.pathOf(URI));
      site.write(avatarPlace(URI, PICTURE), AVATAR);
    },
    kind: 'missing file',
    what: `${URI}`,
    how: 'forgotten, to be fetched anew',
    also: ['stale variant'],
  },
  {
    name: 'a file that was altered',
    make: (site) => site.write(placeOf(URI), OTHER),
    kind: 'checksum differs from file',
    what: `${URI}`,
    how: movedAside(URI, OTHER),
    precious: OTHER,
  },
  {
    name: 'a folder in the place of a file',
    make: (site) => {
      rmSync(site.pathOf(URI));
      mkdirSync(site.pathOf(URI));
    },
    kind: 'unreadable file',
    what: `${URI}: EISDIR`,
    also: ['orphan file'],
  },
  {
    name: 'a file that cannot be read, with its avatar',
    make: (site) => {
      site.write(avatarPlace(URI, PICTURE), AVATAR);
      rmSync(site.pathOf(URI));
      symlinkSync(basename(site.pathOf(URI)), site.pathOf(URI));
    },
    kind: 'unreadable file',
    what: `${URI}: ELOOP`,
    precious: AVATAR,
  },
  {
    name: 'a file that was being written',
    make: (site) => {
      site.write(LEFT, OTHER);
      utimesSync(join(site.directory, LEFT), 0, 0);
    },
    kind: 'leftover temporary file',
    what: LEFT,
    how: 'removed',
  },
  {
    name: 'a file of nobody',
    make: (site) => site.write(placeOf(STRANGER), OTHER),
    kind: 'orphan file',
    what: placeOf(STRANGER),
    precious: OTHER,
  },
  {
    name: 'a file of an image that is declared, and not recorded, with its avatar',
    make: async (site) => {
      await site.declare(STRANGER);
      site.write(placeOf(STRANGER), OTHER);
      site.write(avatarPlace(STRANGER, OTHER), AVATAR);
    },
    kind: 'orphan file',
    what: `${placeOf(STRANGER)} of ${STRANGER}`,
    how: 'recorded as image/png',
    precious: OTHER,
  },
  {
    name: 'a file that is no picture, of an image that is declared, and not recorded',
    make: async (site) => {
      await site.declare(STRANGER);
      site.write(placeOf(STRANGER), AVATAR);
    },
    kind: 'orphan file',
    what: `${placeOf(STRANGER)} of ${STRANGER}`,
    how: movedAside(STRANGER, AVATAR),
    precious: AVATAR,
  },
  {
    name: 'a file in the place of a folder',
    make: (site) => site.write('ab', OTHER),
    kind: 'orphan file',
    what: 'ab',
    precious: OTHER,
  },
  ...FOREIGN.map((place): Fault => ({
    name: `a file called ${place}`,
    make: (site) => site.write(place, OTHER),
    kind: 'orphan file',
    what: place,
    precious: OTHER,
  })),
  {
    name: 'an avatar of nobody',
    make: (site) => site.write(avatarPlace(STRANGER, PICTURE), AVATAR),
    kind: 'orphan variant',
    what: avatarPlace(STRANGER, PICTURE),
    how: 'removed',
    precious: PICTURE,
  },
  {
    name: 'an avatar of what the picture was before',
    make: (site) => site.write(avatarPlace(URI, OTHER), AVATAR),
    kind: 'stale variant',
    what: avatarPlace(URI, OTHER),
    how: 'removed',
    precious: PICTURE,
  },
  {
    name: 'an avatar that was altered',
    make: (site) => site.write(avatarPlace(URI, PICTURE), OTHER),
    kind: 'damaged variant',
    what: avatarPlace(URI, PICTURE),
    how: 'removed',
    precious: PICTURE,
  },
];

/** Those that only the embedded store can have: it finds its rows by digest. */
export const EMBEDDED_FAULTS: readonly Fault[] = [
  { name: 'a row without its URI', uri: null },
  { name: 'a row with another URI', uri: STRANGER.hex },
].map(({ name, uri }) => ({
  name,
  make: async (site) => {
    site.write(avatarPlace(URI, PICTURE), AVATAR);
    await site.store.setFields(URI, { uri });
  },
  kind: 'record without its URI',
  what: `that of ${placeOf(URI)}`,
  precious: AVATAR,
}));

/** Those that the embedded store cannot have: it has no keys of other types, and no list but its rows. */
export const REDIS_FAULTS: readonly Fault<DamagedStore & { readonly redis: Redis }>[] = [
  {
    name: 'a blocked image that is not on the list',
    make: ({ store }) => store.setFields(URI, { status: 'Blocked' }),
    kind: 'Blocked but not in img/blocked',
    what: `${URI}`,
    how: 'put on img/blocked',
    precious: PICTURE,
  },
  {
    name: 'an image on the list, twice, that is not blocked',
    make: ({ store }) => store.redis.rpush('img/blocked', `${URI}`, `${URI}`),
    kind: 'in img/blocked but not Blocked',
    what: `${URI}`,
    how: 'taken off img/blocked',
    precious: PICTURE,
  },
  {
    name: 'an image that is no hash',
    make: ({ store }) => store.redis.set(`img/${STRANGER}`, 'x'),
    kind: 'wrong key type',
    what: `img/${STRANGER} is a string`,
  },
  {
    name: 'a note that is no string',
    make: ({ store }) => store.redis.lpush(`img/err/${URI}`, 'x'),
    kind: 'wrong key type',
    what: `img/err/${URI} is a list`,
    how: 'removed',
  },
  {
    name: 'a list that is none',
    make: ({ store }) => store.redis.set('img/blocked', 'x'),
    kind: 'wrong key type',
    what: 'img/blocked is a string',
  },
];
