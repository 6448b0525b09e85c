import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ImageFiles, SourceUri, StagedFile, StoredFile, VariantKey } from '../domain/index.js';
import { ignoreAbsence, orUnavailable } from './file-trouble.js';
import { SharedReads } from './shared-reads.js';

const FILE_MODE = 0o644;

/**
 * The cache directory: `aa/bb/cc/<rest of the SHA-1 of the URI>` holds the original bytes of a picture,
 * `<that>.<checksum of the original>.avatar-<height>` an avatar made of it. Files appear whole or not at all.
 */
export class DiskFiles implements ImageFiles {
  readonly #directory: string;
  readonly #originals = new SharedReads();

  constructor(directory: string) {
    this.#directory = directory;
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
    const { temporary, modified } = await writeAside(path, bytes);
    return {
      modified,
      commit: async () => {
        await orUnavailable(() => rename(temporary, path));
        await removeVariants(path);
      },
      discard: () => rm(temporary, { force: true }),
    };
  }

  async readVariant(uri: SourceUri, key: VariantKey): Promise<Uint8Array | undefined> {
    return orUnavailable(() => readFile(this.#variantPath(uri, key)).catch(ignoreAbsence));
  }

  async writeVariant(uri: SourceUri, key: VariantKey, bytes: Uint8Array): Promise<void> {
    const path = this.#variantPath(uri, key);
    const { temporary } = await writeAside(path, bytes);
    await orUnavailable(() => rename(temporary, path));
  }

  #variantPath(uri: SourceUri, { checksum, height }: VariantKey): string {
    return `${this.pathOf(uri)}.${checksum}.avatar-${height}`;
  }
}

/** Writes into a temporary file beside its place, from where a rename is atomic. */
async function writeAside(path: string, bytes: Uint8Array): Promise<{ temporary: string; modified: Date }> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  return orUnavailable(async () => {
    await mkdir(dirname(path), { recursive: true });
    try {
      const file = await open(temporary, 'wx', FILE_MODE);
      try {
        // Past the umask: the mode is part of the contract, other programs read these files.
        await file.chmod(FILE_MODE);
        await file.writeFile(bytes);
        return { temporary, modified: (await file.stat()).mtime };
      } finally {
        await file.close();
      }
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  });
}

async function removeVariants(path: string): Promise<void> {
  const prefix = `${basename(path)}.`;
  const siblings = await readdir(dirname(path)).catch(() => []);
  const variants = siblings.filter((name) => name.startsWith(prefix) && name.includes('.avatar-'));
  await Promise.all(variants.map((name) => rm(join(dirname(path), name), { force: true })));
}
