import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ignoreAbsence } from './file-trouble.js';
import { ProcessMark } from './process-mark.js';

const FILE_MODE = 0o644;
const PERMISSIONS = 0o777;

/** Milliseconds after which a temporary file belongs to nobody, wherever its process may be. */
const LONGEST_WRITE = 10 * 60_000;

/** Milliseconds within which a file that was written is recorded and moved to its place, or discarded. */
const LONGEST_MOVE = 5000;

/** Milliseconds between two looks at what is being moved. */
const LOOK_AGAIN = 5;

/** A file that is whole, and in nobody's way. */
export interface TemporaryFile {
  readonly lastModified: Date;
  /** Puts it in its place, atomically; makes the folders above it. */
  readonly moveTo: (path: string) => Promise<void>;
  /** As far as the disk allows: what stays is swept when its process is gone. */
  readonly discard: () => Promise<void>;
}

/** A folder for files that are being written, on the file system of their later places. */
export class TemporaryFiles {
  readonly #directory: string;
  readonly #mark = new ProcessMark();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Resolves when the bytes are in the file; with `durable`, when no power failure can tear them any more, for which
   * the disk is waited for.
   */
  async write(bytes: Uint8Array, { durable }: { readonly durable: boolean }): Promise<TemporaryFile> {
    const path = join(this.#directory, `${this.#mark.prefix}${randomUUID()}`);
    // Called because something went wrong, and that is what has to be heard of.
    const discard = () => rm(path, { force: true }).catch(() => undefined);
    try {
      const lastModified = await inFolderOf(path, () => writeFile(path, bytes, durable));
      return { lastModified, moveTo: (place) => move(path, place), discard };
    } catch (error) {
      await discard();
      throw error;
    }
  }

  /** Files of processes that are gone: those that cannot be looked for from here, once their files are old. */
  async abandoned(): Promise<string[]> {
    const names = (await readdir(this.#directory).catch(ignoreAbsence)) ?? [];
    const files = names.map(async (name) => ((await this.#isAbandoned(name)) ? [join(this.#directory, name)] : []));
    return (await Promise.all(files)).flat();
  }

  /** Resolves when what was written here at the call is in its place, or will not come there any more. */
  async settled(): Promise<void> {
    for (let moving = await this.#moving(); moving.length > 0;) {
      await delay(LOOK_AGAIN);
      const still = new Set(await this.#moving());
      moving = moving.filter((name) => still.has(name));
    }
  }

  async #moving(): Promise<string[]> {
    const names = (await readdir(this.#directory).catch(ignoreAbsence)) ?? [];
    const moving = names.map(async (name) => ((await this.#isMoving(name)) ? [name] : []));
    return (await Promise.all(moving)).flat();
  }

  async #isMoving(name: string): Promise<boolean> {
    if (this.#mark.isGone(name)) return false;
    const stats = await stat(join(this.#directory, name)).catch(ignoreAbsence);
    return stats !== undefined && Date.now() - stats.mtimeMs < LONGEST_MOVE;
  }

  async #isAbandoned(name: string): Promise<boolean> {
    if (this.#mark.isGone(name)) return true;
    const stats = await stat(join(this.#directory, name)).catch(ignoreAbsence);
    return stats !== undefined && Date.now() - stats.mtimeMs > LONGEST_WRITE;
  }
}

async function writeFile(path: string, bytes: Uint8Array, durable: boolean): Promise<Date> {
  const file = await open(path, 'wx', FILE_MODE);
  try {
    await file.writeFile(bytes);
    const [{ mode, mtime }] = await Promise.all([file.stat(), durable && file.datasync()]);
    // Past the umask: the mode is part of the contract, other programs read these files.
    if ((mode & PERMISSIONS) !== FILE_MODE) await file.chmod(FILE_MODE);
    return mtime;
  } finally {
    await file.close();
  }
}

function move(path: string, place: string): Promise<void> {
  return inFolderOf(place, () => rename(path, place));
}

/** Does something that needs the folder of a path, which is made only when it is missing: mostly it is there. */
function inFolderOf<T>(path: string, work: () => Promise<T>): Promise<T> {
  return work().catch(async (error: NodeJS.ErrnoException) => {
    ignoreAbsence(error);
    await mkdir(dirname(path), { recursive: true });
    return work();
  });
}
