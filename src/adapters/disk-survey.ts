import { randomUUID } from 'node:crypto';
import { createReadStream, type Dirent } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { from, lastValueFrom, mergeMap, toArray } from 'rxjs';
import { RunningChecksum } from '../domain/checksum.js';
import type { SourceUri } from '../domain/index.js';
import { asidePlace, originalPlace, TEMPORARY } from './disk-layout.js';
import { ignoreAbsence, ignorePresence, orUnavailable, unlessOutOfFiles } from './file-trouble.js';
import { TemporaryFiles } from './temporary-files.js';

/** Folders that are read at once. */
const AT_ONCE = 16;

/** Bytes of a file that are in memory at once, in pieces of memory that are used again. */
const PIECE = 256 * 1024;

/** Folders that are looked at to tell how many files there are. */
const SAMPLE = 4;

/** Bytes by which a file is told to be a picture: whatever lies in the cache directory may be of any size. */
const HEAD = 5 * 1024 * 1024;

/** Folders within each other above a file. */
const DEPTH = 3;

const FOLDER = /^[0-9a-f]{2}$/;

/** The cache directory as a sanity check sees it: every file, by its place relative to the directory. */
export class DiskSurvey {
  readonly #directory: string;
  readonly #temporary: TemporaryFiles;
  readonly #pieces: Buffer[] = [];

  constructor(directory: string) {
    this.#directory = directory;
    this.#temporary = new TemporaryFiles(join(directory, TEMPORARY));
  }

  /**
   * Every file of the folders `00` to `ff`, those of one folder at a time; other things may lie beside them. A folder
   * where no folder should be, or that cannot be read, is one place, and ends with a slash.
   */
  async *places(): AsyncIterable<readonly string[]> {
    for (const entry of await this.#folders()) yield await this.#at('', entry, 0);
  }

  /** How many files there are, about: digests are as good as chance, so a few folders tell of all. */
  async size(): Promise<number> {
    const folders = await this.#folders();
    const sample = folders.slice(0, SAMPLE);
    const places = await Promise.all(sample.map((entry) => this.#at('', entry, 0)));
    return Math.round((places.flat().length * folders.length) / Math.max(1, sample.length));
  }

  /** SHA-1 in hexadecimal; `undefined` when there is no file. */
  async checksum(place: string): Promise<string | undefined> {
    const file = await open(join(this.#directory, place)).catch(ignoreAbsence);
    if (!file) return undefined;
    const piece = this.#pieces.pop() ?? Buffer.allocUnsafeSlow(PIECE);
    try {
      const checksum = new RunningChecksum();
      for (;;) {
        const { bytesRead } = await file.read(piece, 0, PIECE);
        if (bytesRead === 0) return checksum.digest();
        checksum.add(piece.subarray(0, bytesRead));
      }
    } finally {
      this.#pieces.push(piece);
      await file.close();
    }
  }

  /** As many bytes as a picture of ours may have, or all there are; `undefined` when there is no file. */
  head(place: string): Promise<Buffer | undefined> {
    return buffer(createReadStream(join(this.#directory, place), { end: HEAD - 1 })).catch(ignoreAbsence);
  }

  /** What processes that are gone left half-written. */
  async leftovers(): Promise<string[]> {
    return (await this.#temporary.abandoned()).map((path) => relative(this.#directory, path));
  }

  /** Removes a file, if there is one. */
  async remove(place: string): Promise<void> {
    await rm(join(this.#directory, place), { force: true });
  }

  /**
   * Keeps a file where it is not served from. Resolves to `false` when it is not this one any more: a picture may be put
   * in its place at any moment, so only what was taken away tells, and goes back if it is another one.
   */
  async setAside(place: string, checksum: string): Promise<boolean> {
    if ((await this.checksum(place)) !== checksum) return false;
    const aside = asidePlace(place, checksum);
    const taken = `${aside}.${randomUUID()}`;
    await mkdir(dirname(join(this.#directory, aside)), { recursive: true });
    const isTaken = await rename(join(this.#directory, place), join(this.#directory, taken)).then(
      () => true,
      ignoreAbsence,
    );
    if (!isTaken) return false;
    if ((await this.checksum(taken)) === checksum) {
      await rename(join(this.#directory, taken), join(this.#directory, aside));
      return true;
    }
    // Unlike a move, a link does not replace what came meanwhile.
    await link(join(this.#directory, taken), join(this.#directory, place)).catch(ignorePresence);
    await this.remove(taken);
    return false;
  }

  /**
   * Removes the original of a URI, what was made of it, and copies that were set aside; also an original that was
   * recorded at the call and is on its way to its place. Resolves to how many files, or errors with `storage-unavailable`.
   */
  purge(uri: SourceUri): Promise<number> {
    return orUnavailable(async () => {
      await this.#temporary.settled();
      const original = originalPlace(uri.digest);
      const wasThere = await this.#removed(original);
      // Not before: an avatar that is put beside an original which is gone is taken back by who made it.
      const folders = [dirname(original), dirname(asidePlace(original, ''))];
      const places = (await Promise.all(folders.map((folder) => this.#namedAfter(basename(original), folder)))).flat();
      await Promise.all(places.map((place) => this.remove(place)));
      return places.length + (wasThere ? 1 : 0);
    });
  }

  /** Whether there was such a file. */
  async #removed(place: string): Promise<boolean> {
    return rm(join(this.#directory, place)).then(
      () => true,
      (error: NodeJS.ErrnoException) => ignoreAbsence(error) ?? false,
    );
  }

  async #namedAfter(name: string, folder: string): Promise<string[]> {
    const names = (await this.#entries(folder)).map((entry) => entry.name);
    return names.filter((other) => other === name || other.startsWith(`${name}.`)).map((other) => join(folder, other));
  }

  async #folders(): Promise<Dirent[]> {
    return (await this.#entries('')).filter(({ name }) => FOLDER.test(name));
  }

  async #at(folder: string, entry: Dirent, depth: number): Promise<string[]> {
    const place = join(folder, entry.name);
    if (!(await this.#isFolder(place, entry))) return [place];
    return depth < DEPTH && FOLDER.test(entry.name) ? await this.#below(place, depth + 1) : [`${place}/`];
  }

  async #below(folder: string, depth: number): Promise<string[]> {
    const entries = await this.#entries(folder).catch(unlessOutOfFiles);
    if (!entries) return [`${folder}/`];
    const places = from(entries).pipe(
      mergeMap((entry) => this.#at(folder, entry, depth), AT_ONCE),
      toArray(),
    );
    return (await lastValueFrom(places)).flat();
  }

  /** The service follows links, to other disks for example. */
  async #isFolder(place: string, entry: Dirent): Promise<boolean> {
    if (!entry.isSymbolicLink()) return entry.isDirectory();
    return (await stat(join(this.#directory, place)).catch(unlessOutOfFiles))?.isDirectory() ?? false;
  }

  async #entries(folder: string): Promise<Dirent[]> {
    return (await readdir(join(this.#directory, folder), { withFileTypes: true }).catch(ignoreAbsence)) ?? [];
  }
}
