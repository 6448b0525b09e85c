import { access, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  checksumOf,
  type ImageFiles,
  SourceUri,
  type StagedFile,
  type StoredFile,
  type VariantKey,
} from '../domain/index.js';
import { originalPlace, TEMPORARY, variantSuffix } from './disk-layout.js';
import { FileReads, type ReadFile } from './file-reads.js';
import { ignoreAbsence, orUnavailable } from './file-trouble.js';
import { leadsTo } from './file-version.js';
import { HotFiles } from './hot-files.js';
import { KeptOpen } from './kept-open.js';
import { TemporaryFiles } from './temporary-files.js';

/** How much of the cache directory is in memory as well. */
export interface DiskFilesOptions {
  /**
   * Bytes of pictures that are kept in memory, 64 MiB if not said. Those still being sent may take as much
   * again; a picture of more than a 64th of it is never in memory as a whole.
   */
  readonly memoryBytes?: number;
  /**
   * Large files that stay open between their readers, none if not said. For as long as such a file is open, up to
   * some minutes, the space that it takes is not free though it was removed.
   */
  readonly openFiles?: number;
}

const MIB = 1024 * 1024;

/** Of those who read a file that stays open, one in so many has it moved into memory: what is asked for often is there soon. */
const MOVED = 256;

/**
 * The cache directory: `aa/bb/cc/<rest of the SHA-1 of the URI>` holds the original bytes of a picture,
 * `<that>.<checksum of the original>.avatar-<height>.<its own checksum>` an avatar made of it. Files appear whole
 * or not at all.
 */
export class DiskFiles implements ImageFiles {
  readonly #directory: string;
  /** Bytes of a picture that may be in memory as a whole. */
  readonly #largest: number;
  readonly #reads: FileReads;
  readonly #hot: HotFiles;
  readonly #kept: KeptOpen | undefined;
  readonly #temporary: TemporaryFiles;

  constructor(directory: string, { memoryBytes = 64 * MIB, openFiles = 0 }: DiskFilesOptions = {}) {
    this.#directory = directory;
    this.#largest = memoryBytes / 64;
    this.#reads = new FileReads({
      budget: 2 * memoryBytes,
      isWorthMemory: (size) => size <= this.#largest && this.#hot.admits(size),
    });
    this.#hot = new HotFiles(memoryBytes, (hex, file) => void this.#lookAgain(hex, file));
    this.#kept = openFiles > 0 ? new KeptOpen(openFiles, (key) => this.#hot.has(key)) : undefined;
    this.#temporary = new TemporaryFiles(join(directory, TEMPORARY));
  }

  /** Pictures that are kept in memory, and the bytes that they take. */
  get inMemory(): { readonly files: number; readonly bytes: number } {
    return { files: this.#hot.size, bytes: this.#hot.bytes };
  }

  /** Where the original of a URI lies. */
  pathOf({ digest }: SourceUri): string {
    return join(this.#directory, originalPlace(digest));
  }

  read(uri: SourceUri, checksum?: string): StoredFile | Promise<StoredFile | undefined> {
    if (checksum === undefined) return this.#reads.read(this.pathOf(uri));
    const hot = this.#hot.trusted(uri.hex);
    if (hot?.checksum === checksum) return hot;
    const kept = this.#kept?.get(uri.hex);
    if (kept?.checksum !== checksum) return this.#warmUp(uri.hex, this.pathOf(uri), checksum);
    if (kept.body.length <= this.#largest && Math.random() < 1 / MOVED) void this.#moveIn(uri, kept);
    return kept;
  }

  recall(uri: SourceUri, checksum: string): StoredFile | undefined {
    const hot = this.#hot.get(uri.hex);
    return hot?.checksum === checksum ? hot : undefined;
  }

  async stage(uri: SourceUri, bytes: Uint8Array): Promise<StagedFile> {
    const path = this.pathOf(uri);
    // Whoever moves the file sees to its folder otherwise.
    const folder = mkdir(dirname(path), { recursive: true }).catch(() => undefined);
    const { lastModified, moveTo, discard } = await orUnavailable(() =>
      this.#temporary.write(bytes, { durable: true }),
    ).finally(() => folder);
    return {
      lastModified,
      commit: async () => {
        await removeVariants(path);
        await orUnavailable(() => moveTo(path));
        this.#hot.drop(uri.hex);
        this.#kept?.drop(uri.hex);
      },
      discard,
    };
  }

  readVariant(uri: SourceUri, key: VariantKey): StoredFile | Promise<StoredFile | undefined> {
    const name = `${uri.hex}${variantSuffix(key)}`;
    return (
      this.#hot.get(name) ??
      this.#kept?.get(name) ??
      this.#findVariant(name, `${this.pathOf(uri)}${variantSuffix(key)}`)
    );
  }

  async writeVariant(uri: SourceUri, key: VariantKey, bytes: Uint8Array): Promise<void> {
    const path = `${this.pathOf(uri)}${variantSuffix(key)}${checksumOf(bytes)}`;
    // Its name tells its checksum: one that a power failure has torn is made anew.
    const { moveTo, discard } = await orUnavailable(() => this.#temporary.write(bytes, { durable: false }));
    await orUnavailable(() => moveTo(path)).catch(async (error: unknown) => {
      await discard();
      throw error;
    });
    // A picture that was taken away meanwhile leaves nothing behind.
    if (!(await this.#isKept(uri))) await orUnavailable(() => rm(path, { force: true }));
  }

  /** Removes what processes that are gone left half-written. Resolves to how many files that were. */
  async sweep(): Promise<number> {
    const left = await this.#temporary.abandoned();
    await Promise.all(left.map((path) => rm(path, { force: true })));
    return left.length;
  }

  /** When nobody can tell, it is. */
  async #isKept(uri: SourceUri): Promise<boolean> {
    return access(this.pathOf(uri)).then(
      () => true,
      ({ code }: NodeJS.ErrnoException) => code !== 'ENOENT',
    );
  }

  async #lookAgain(hex: string, { checksum }: StoredFile): Promise<void> {
    const uri = SourceUri.of(Buffer.from(hex, 'hex'));
    const file = await this.#warmUp(hex, this.pathOf(uri), checksum).catch(() => undefined);
    if (file?.checksum !== checksum) this.#hot.distrust(hex);
  }

  /** Nobody waits for it: it goes on being read from the disk meanwhile, and if it fails. */
  async #moveIn(uri: SourceUri, { checksum, body }: ReadFile): Promise<void> {
    const file = await this.#reads.load(this.pathOf(uri), body.length).catch(() => undefined);
    if (file?.checksum === checksum) this.#hold(uri.hex, file);
  }

  /** Keeps what has the checksum in memory, or open; what has not may be on its way to be replaced, or back. */
  async #warmUp(name: string, path: string, checksum: string): Promise<StoredFile | undefined> {
    const hot = this.#hot.get(name);
    const isStill = hot?.checksum === checksum && (await leadsTo(path, hot.version));
    const file = isStill ? hot : await this.#reads.read(path);
    if (file?.checksum === checksum) this.#hold(name, file);
    return file;
  }

  #hold(name: string, file: ReadFile): void {
    this.#hot.keep(name, file);
    this.#kept?.keep(name, file);
  }

  /** One that is damaged is as good as none: it is made anew. */
  async #findVariant(name: string, prefix: string): Promise<StoredFile | undefined> {
    const siblings = await orUnavailable(async () => (await readdir(dirname(prefix)).catch(ignoreAbsence)) ?? []);
    const found = siblings.find((sibling) => sibling.startsWith(basename(prefix)));
    if (found === undefined) return undefined;
    const checksum = found.slice(basename(prefix).length);
    const file = await this.#warmUp(name, join(dirname(prefix), found), checksum);
    return file?.checksum === checksum ? file : undefined;
  }
}

/**
 * As far as the disk allows: nobody asks any more for what was made of another original. First, since those that a
 * process which is killed leaves behind would stay until the picture changes again.
 */
async function removeVariants(path: string): Promise<void> {
  const prefix = `${basename(path)}.`;
  const siblings = await readdir(dirname(path)).catch(() => []);
  const variants = siblings.filter((name) => name.startsWith(prefix) && name.includes('.avatar-'));
  await Promise.allSettled(variants.map((name) => rm(join(dirname(path), name), { force: true })));
}
