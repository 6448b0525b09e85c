import type { LineOutput } from './line-output.js';

export interface LineWriterOptions {
  readonly output: LineOutput;
  /** Told of each write that fails. */
  readonly complain: (error: Error) => void;
  /** Told how many lines were lost, when lines are written again. */
  readonly lost: (count: number) => void;
}

/** Bytes that wait to be written, beyond which lines are lost: whoever should take them does not. */
const MOST_WAITING = 4 * 1024 * 1024;

/** Milliseconds after which lines that can wait are written at the latest. */
const LATEST = 500;

/**
 * Writes lines, all of printable ASCII, without waiting for whoever takes them: one write at a time, each of whole
 * lines. What cannot be written is lost, so that neither a full disk nor a reader who hangs holds up anything or
 * fills the memory.
 */
export class LineWriter {
  readonly #options: LineWriterOptions;
  readonly #full: string[] = [];
  /** Not a string that grows: the parts of all lines would be kept, and copied by each collection, until they are written. */
  readonly #batch: Buffer;
  #used = 0;
  #waiting = 0;
  #lost = 0;
  #told = 0;
  #isWriting = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LineWriterOptions) {
    this.#options = options;
    this.#batch = Buffer.allocUnsafeSlow(options.output.most);
  }

  /** Lines that were lost so far. */
  get lost(): number {
    return this.#lost;
  }

  /** To be written soon, together with others. */
  readonly writeSoon = (line: string): void => {
    if (this.#waiting + line.length > MOST_WAITING) {
      this.#lost++;
      return;
    }
    this.#waiting += line.length;
    if (this.#used + line.length > this.#batch.length) this.#close();
    if (line.length > this.#batch.length) return this.#hand(line);
    this.#used += this.#batch.write(line, this.#used, 'latin1');
    this.#timer ??= setTimeout(this.#onTime, LATEST).unref();
  };

  /** To be written at once, after what was to be written soon. */
  readonly write = (line: string): void => {
    this.writeSoon(line);
    this.#close();
  };

  reopen(): void {
    this.#options.output.reopen((error) => error && this.#options.complain(error));
  }

  /** For when the process ends at once. */
  flushNow(): void {
    this.#close();
    try {
      this.#options.output.writeNow(this.#full.splice(0).join(''));
    } catch (error) {
      this.#options.complain(error as Error);
    }
  }

  readonly #onTime = (): void => {
    this.#timer = undefined;
    this.#close();
  };

  #close(): void {
    if (this.#used === 0) return;
    const lines = this.#batch.toString('latin1', 0, this.#used);
    this.#used = 0;
    this.#hand(lines);
  }

  #hand(lines: string): void {
    this.#full.push(lines);
    if (!this.#isWriting) this.#writeNext();
  }

  #writeNext(): void {
    const lines = this.#full.shift();
    this.#isWriting = lines !== undefined;
    if (lines !== undefined) this.#options.output.write(lines, (error) => this.#written(lines, error));
  }

  #written(lines: string, error: Error | null | undefined): void {
    this.#waiting -= lines.length;
    if (error) {
      this.#lost += lines.split('\n').length - 1;
      this.#options.complain(error);
    } else if (this.#lost > this.#told) {
      const untold = this.#lost - this.#told;
      this.#told = this.#lost;
      this.#options.lost(untold);
    }
    this.#writeNext();
  }
}
