import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import { type Body, checksumOf, isInMemory, type StoredFile } from '../domain/index.js';
import { diskBody, PIECE, readExactly } from './disk-body.js';
import { ignoreAbsence, orUnavailable } from './file-trouble.js';
import { versionOf } from './file-version.js';

/** A file as it was when it was looked at. */
interface Read {
  readonly version: string;
  readonly file: StoredFile;
}

export interface FileReadsOptions {
  /** The largest file, in bytes, that is read into memory; of larger ones pieces are, as they are taken. */
  readonly largest: number;
  /** Bytes in memory, in whoever's hands, beyond which every file is taken in pieces. */
  readonly budget: number;
}

/** Files whose checksums are known; the least recently used are read again to tell. */
const KNOWN = 100_000;

/**
 * Reads files so that their bytes are in memory once, however many readers take them at the same time:
 * those who come while somebody still holds the bytes get the same ones, if the file is still the same.
 * The checksum of each version of a file is taken once.
 */
export class FileReads {
  readonly #options: FileReadsOptions;
  readonly #underway = new Map<string, Promise<StoredFile | undefined>>();
  readonly #held = new Map<string, WeakRef<Read>>();
  /** A read lives as long as its body does. */
  readonly #readOf = new WeakMap<Body, Read>();
  readonly #released = new FinalizationRegistry<{ path: string; bytes: number }>(({ path, bytes }) => {
    this.#bytesHeld -= bytes;
    if (!this.#held.get(path)?.deref()) this.#held.delete(path);
  });
  readonly #checksums = new LRUCache<string, { version: string; checksum: string }>({ max: KNOWN });
  #bytesHeld = 0;

  constructor(options: FileReadsOptions) {
    this.#options = options;
  }

  /** `undefined` when there is no such file; errors with `storage-unavailable`. */
  read(path: string): Promise<StoredFile | undefined> {
    const underway = this.#underway.get(path);
    if (underway) return underway;
    const reading = orUnavailable(() => this.#look(path)).finally(() => this.#underway.delete(path));
    this.#underway.set(path, reading);
    return reading;
  }

  /** A look will do for what somebody holds, if it is still the same. */
  async #look(path: string): Promise<StoredFile | undefined> {
    const held = this.#held.get(path)?.deref();
    if (!held) return this.#open(path);
    const stats = await stat(path).catch(ignoreAbsence);
    return stats && (versionOf(stats) === held.version ? held.file : this.#open(path));
  }

  async #open(path: string): Promise<StoredFile | undefined> {
    const handle = await open(path, 'r').catch(ignoreAbsence);
    if (!handle) return undefined;
    try {
      return await this.#readWhole(path, handle);
    } finally {
      await handle.close();
    }
  }

  async #readWhole(path: string, handle: FileHandle): Promise<StoredFile> {
    const stats = await handle.stat();
    const version = versionOf(stats);
    const body = this.#fits(stats.size)
      ? await readExactly(handle, 0, stats.size)
      : diskBody(path, version, stats.size);
    const file = { body, checksum: await this.#checksumOf(path, version, body), modified: stats.mtime };
    this.#hold(path, { version, file });
    return file;
  }

  #fits(size: number): boolean {
    const { largest, budget } = this.#options;
    return size <= PIECE || (size <= largest && this.#bytesHeld + size <= budget);
  }

  async #checksumOf(path: string, version: string, body: Body): Promise<string> {
    const known = this.#checksums.get(path);
    if (known?.version === version) return known.checksum;
    const checksum = isInMemory(body) ? checksumOf(body) : await checksumOfPieces(body.read());
    this.#checksums.set(path, { version, checksum });
    return checksum;
  }

  #hold(path: string, read: Read): void {
    const { body } = read.file;
    const bytes = isInMemory(body) ? body.length : 0;
    this.#bytesHeld += bytes;
    this.#held.set(path, new WeakRef(read));
    this.#readOf.set(body, read);
    this.#released.register(read, { path, bytes });
  }
}

async function checksumOfPieces(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha1');
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}
