import type { FileBody, LentBytes } from '../domain/index.js';
import { orUnavailable } from './file-trouble.js';
import { leadsTo } from './file-version.js';
import { OpenFile } from './open-file.js';
import type { PieceReads } from './piece-reads.js';

/** The bytes of one version of a file, for as long as it is that version. */
export class DiskBody implements FileBody {
  readonly length: number;
  readonly #path: string;
  readonly #version: string;
  readonly #reads: PieceReads;
  #open: OpenFile | undefined;
  #isToStayOpen = (): boolean => false;

  constructor(path: string, version: string, length: number, reads: PieceReads) {
    this.length = length;
    this.#path = path;
    this.#version = version;
    this.#reads = reads;
  }

  read(first = 0, end = this.length): AsyncIterable<Uint8Array> {
    return this.#reads.read(() => this.#trusted()?.share() ?? orUnavailable(() => this.#opened()), first, end);
  }

  lend(first: number, end: number): LentBytes | undefined {
    const open = this.#trusted();
    return open && this.#reads.lend(open, first, end);
  }

  /** Whether the file is open, still where it was, and what it was. */
  get isCurrent(): boolean {
    return this.#open?.isCurrent ?? false;
  }

  /** Whether it still is where it was opened. Rejects when nobody can tell. */
  isInPlace(): Promise<boolean> {
    return leadsTo(this.#path, this.#version);
  }

  /** @param isToStayOpen Asked when a reader has opened the file: whether it stays open, between its readers, until it is let go. */
  offer(isToStayOpen: () => boolean): void {
    this.#isToStayOpen = isToStayOpen;
  }

  letGo(): void {
    const open = this.#open;
    this.#open = undefined;
    open?.closeLater();
  }

  /** Whoever was given these bytes has mostly just looked. */
  #trusted(): OpenFile | undefined {
    return this.#open?.isTrusted ? this.#open : undefined;
  }

  async #opened(): Promise<OpenFile> {
    const file = await OpenFile.open(this.#path);
    if (file.version !== this.#version) {
      file.close();
      throw new Error(`${this.#path} was replaced while it was being served`);
    }
    if (this.#isToStayOpen()) this.#open = file.share();
    return file;
  }
}
