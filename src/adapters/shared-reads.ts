import type { Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { checksumOf, type StoredFile } from '../domain/index.js';
import { ignoreAbsence, orUnavailable } from './file-trouble.js';

/** A file as it was when it was read. */
interface Read {
  readonly version: string;
  readonly file: StoredFile;
}

/**
 * Reads files so that their bytes are in memory once, however many readers take them at the same time:
 * those who come while somebody still holds the bytes get the same ones, if the file is still the same.
 */
export class SharedReads {
  readonly #underway = new Map<string, Promise<StoredFile | undefined>>();
  readonly #held = new Map<string, WeakRef<Read>>();
  /** A read lives as long as its bytes do. */
  readonly #readOf = new WeakMap<Uint8Array, Read>();
  readonly #released = new FinalizationRegistry<string>((path) => {
    if (!this.#held.get(path)?.deref()) this.#held.delete(path);
  });

  /** `undefined` when there is no such file; errors with `storage-unavailable`. */
  read(path: string): Promise<StoredFile | undefined> {
    const underway = this.#underway.get(path);
    if (underway) return underway;
    const reading = orUnavailable(() => this.#open(path)).finally(() => this.#underway.delete(path));
    this.#underway.set(path, reading);
    return reading;
  }

  async #open(path: string): Promise<StoredFile | undefined> {
    const handle = await open(path, 'r').catch(ignoreAbsence);
    if (!handle) return undefined;
    try {
      return await this.#heldOrRead(path, handle);
    } finally {
      await handle.close();
    }
  }

  async #heldOrRead(path: string, handle: FileHandle): Promise<StoredFile> {
    const stats = await handle.stat();
    const held = this.#held.get(path)?.deref();
    if (held?.version === versionOf(stats)) return held.file;
    const bytes = await handle.readFile();
    const read = { version: versionOf(stats), file: { bytes, checksum: checksumOf(bytes), modified: stats.mtime } };
    this.#hold(path, read);
    return read.file;
  }

  #hold(path: string, read: Read): void {
    this.#held.set(path, new WeakRef(read));
    this.#readOf.set(read.file.bytes, read);
    this.#released.register(read, path);
  }
}

function versionOf({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [ino, size, mtimeMs, ctimeMs].join();
}
