import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import { RunningChecksum } from '../domain/checksum.js';
import { checksumOf, type StoredFile } from '../domain/index.js';
import { DiskBody } from './disk-body.js';
import { ignoreAbsence, orUnavailable } from './file-trouble.js';
import { versionOf } from './file-version.js';
import { OpenFile } from './open-file.js';
import { PIECE, PieceReads } from './piece-reads.js';

/** A file as it was when it was looked at. */
export interface ReadFile extends StoredFile {
  /** Tells it from other states of the same file. */
  readonly version: string;
}

/** The checksum of one version of a file. */
interface Known {
  readonly version: string;
  readonly size: number;
  readonly checksum: string;
}

export interface FileReadsOptions {
  /** Bytes of large files in memory, in whoever's hands, beyond which every large file is taken in pieces. */
  readonly budget: number;
  /** Whether a large file of so many bytes is worth to be in memory as a whole. */
  readonly isWorthMemory: (size: number) => boolean;
}

/** Large files whose checksums are known; the least recently used are read again to tell. */
const KNOWN = 100_000;

/**
 * Reads files whose checksums are to be known, small ones as a whole and large ones in pieces, when they are taken,
 * unless they are worth more memory. Those who come while a file is being read get the same bytes. The checksum of
 * each version of a large file is taken once; that of a small one takes less than to remember it.
 */
export class FileReads {
  readonly #options: FileReadsOptions;
  readonly #pieces = new PieceReads();
  readonly #underway = new Map<string, Promise<ReadFile | undefined>>();
  // With `max` instead, room for all of them would be made at the start.
  readonly #known = new LRUCache<string, Known>({ maxSize: KNOWN, sizeCalculation: () => 1 });
  readonly #released = new FinalizationRegistry<number>((bytes) => (this.#bytesHeld -= bytes));
  #bytesHeld = 0;

  constructor(options: FileReadsOptions) {
    this.#options = options;
  }

  /** `undefined` when there is no such file; errors with `storage-unavailable`. */
  read(path: string): Promise<ReadFile | undefined> {
    const underway = this.#underway.get(path);
    if (underway) return underway;
    const reading = orUnavailable(() => this.#look(path)).finally(() => this.#underway.delete(path));
    this.#underway.set(path, reading);
    return reading;
  }

  /** The file as a whole, if it has this size and there is memory for it; errors with `storage-unavailable`. */
  async load(path: string, size: number): Promise<ReadFile | undefined> {
    if (this.#bytesHeld + size > this.#options.budget) return undefined;
    return orUnavailable(() => this.#open(path, size));
  }

  /** Of a large file whose checksum is known, only whether it is still the same has to be found out. */
  async #look(path: string): Promise<ReadFile | undefined> {
    const known = this.#known.get(path);
    if (!known) return this.#open(path);
    // Once for each read: it is left to chance when there is no room.
    if (this.#isWorthMemory(known.size)) return this.#open(path, known.size);
    const stats = await stat(path).catch(ignoreAbsence);
    if (stats && versionOf(stats) !== known.version) return this.#open(path);
    return stats && this.#onDisk(path, stats, known.checksum);
  }

  /** @param worth The size that was found to be worth memory. */
  async #open(path: string, worth?: number): Promise<ReadFile | undefined> {
    const file = await OpenFile.open(path).catch(ignoreAbsence);
    if (!file) return undefined;
    const { stats } = file;
    try {
      const isWhole = stats.size <= PIECE || stats.size === worth || this.#isWorthMemory(stats.size);
      if (isWhole) return await this.#inMemory(path, file);
      const checksum = await this.#checksumOf(path, stats, () => this.#digest(file));
      return this.#onDisk(path, stats, checksum);
    } finally {
      file.close();
    }
  }

  #onDisk(path: string, stats: Stats, checksum: string): ReadFile {
    const version = versionOf(stats);
    return {
      body: new DiskBody(path, version, stats.size, this.#pieces),
      checksum,
      lastModified: stats.mtime,
      version,
    };
  }

  async #inMemory(path: string, file: OpenFile): Promise<ReadFile> {
    const { stats, version } = file;
    // Not from the pool: a small picture would keep its neighbours in memory.
    const body = await file.fill(Buffer.allocUnsafeSlow(stats.size), 0);
    this.#count(body);
    const take = () => checksumOf(body);
    const checksum = body.length <= PIECE ? take() : await this.#checksumOf(path, stats, take);
    return { body, checksum, lastModified: stats.mtime, version };
  }

  #isWorthMemory(size: number): boolean {
    const { budget, isWorthMemory } = this.#options;
    return this.#bytesHeld + size <= budget && isWorthMemory(size);
  }

  /** Large ones only, since a collector that has much to tell is slow. */
  #count(body: Uint8Array): void {
    if (body.length <= PIECE) return;
    this.#bytesHeld += body.length;
    this.#released.register(body, body.length);
  }

  async #checksumOf(path: string, stats: Stats, take: () => string | Promise<string>): Promise<string> {
    const version = versionOf(stats);
    const known = this.#known.get(path);
    if (known?.version === version) return known.checksum;
    const checksum = await take();
    this.#known.set(path, { version, size: stats.size, checksum });
    return checksum;
  }

  async #digest(file: OpenFile): Promise<string> {
    const checksum = new RunningChecksum();
    for await (const piece of this.#pieces.read(() => file.share(), 0, file.stats.size)) checksum.add(piece);
    return checksum.digest();
  }
}
