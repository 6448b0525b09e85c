import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ImageFiles, SourceUri, StagedFile, StoredFile, VariantKey } from '../domain/index.js';
import { ignoreAbsence, orUnavailable } from './file-trouble.js';
import { SharedReads } from './shared-reads.js';
import { TemporaryFiles } from './temporary-files.js';

/**
 * The cache directory: `aa/bb/cc/<rest of the SHA-1 of the URI>` holds the original bytes of a picture,
 * `<that>.<checksum of the original>.avatar-<height>` an avatar made of it. Files appear whole or not at all.
 */
export class DiskFiles implements ImageFiles {
  readonly #directory: string;
  readonly #originals = new SharedReads();
  readonly #temporary: TemporaryFiles;

  constructor(directory: string) {
    this.#directory = directory;
    this.#temporary = new TemporaryFiles(join(directory, '.tmp'));
  }

  /** Where the original of a URI lies. */
  pathOf({ digest }: SourceUri): string {
    return join(this.#directory, digest.slice(0, 2), digest.slice(2, 4), digest.slice(4, 6), digest.slice(6));
  }

  read(uri: SourceUri): Promise<StoredFile | undefined> {
    return this.#originals.read(this.pathOf(uri));
  }

  async stage(uri: SourceUri, bytes: Uint8Array): Promise<StagedFile> {
    const path = this.pathOf(uri);
    const { modified, moveTo, discard } = await orUnavailable(() => this.#temporary.write(bytes));
    return {
      modified,
      commit: async () => {
        await orUnavailable(() => moveTo(path));
        await removeVariants(path);
      },
      discard,
    };
  }

  async readVariant(uri: SourceUri, key: VariantKey): Promise<Uint8Array | undefined> {
    return orUnavailable(() => readFile(this.#variantPath(uri, key)).catch(ignoreAbsence));
  }

  async writeVariant(uri: SourceUri, key: VariantKey, bytes: Uint8Array): Promise<void> {
    const { moveTo, discard } = await orUnavailable(() => this.#temporary.write(bytes));
    await orUnavailable(() => moveTo(this.#variantPath(uri, key))).catch(async (error: unknown) => {
      await discard();
      throw error;
    });
  }

  /** Removes what processes that are gone left half-written. Resolves to how many files that were. */
  async sweep(): Promise<number> {
    const left = await this.leftovers();
    await Promise.all(left.map((path) => rm(path, { force: true })));
    return left.length;
  }

  /** What processes that are gone left half-written. */
  leftovers(): Promise<string[]> {
    return this.#temporary.abandoned();
  }

  #variantPath(uri: SourceUri, { checksum, height }: VariantKey): string {
    return `${this.pathOf(uri)}.${checksum}.avatar-${height}`;
  }
}

async function removeVariants(path: string): Promise<void> {
  const prefix = `${basename(path)}.`;
  const siblings = await readdir(dirname(path)).catch(() => []);
  const variants = siblings.filter((name) => name.startsWith(prefix) && name.includes('.avatar-'));
  await Promise.all(variants.map((name) => rm(join(dirname(path), name), { force: true })));
}
