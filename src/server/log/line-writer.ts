import { LineBatch, type PutLine } from './line-batch.js';
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

const NEWLINE = 0x0a;

/**
 * Writes lines, all of printable ASCII, without waiting for whoever takes them: one write at a time, each of whole
 * lines. What cannot be written is lost, so that neither a full disk nor a reader who hangs holds up anything or
 * fills the memory.
 */
export class LineWriter {
  readonly #options: LineWriterOptions;
  /** What waits for its turn: batches that are full, and lines that are longer than one. */
  readonly #full: Buffer[] = [];
  #batch: LineBatch;
  /** Whether what is in the batch has to be written now. */
  #isDue = false;
  #waiting = 0;
  #lost = 0;
  #told = 0;
  #isWriting = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LineWriterOptions) {
    this.#options = options;
    this.#batch = new LineBatch(options.output.most);
  }

  /** Lines that were lost so far. */
  get lost(): number {
    return this.#lost;
  }

  /** A line that is put together here, to be written soon, together with others. One that fits in no batch is lost. */
  readonly compose = <T>(put: PutLine<T>, what: T): void => {
    const length = this.#isFull(0) ? 0 : this.#batch.add(put, what) || this.#addToNext(put, what);
    if (length === 0) this.#lost++;
    else this.#waitFor(length);
  };

  /** Any line, to be written soon, together with others. */
  readonly writeSoon = (line: string): void => {
    if (line.length <= this.#options.output.most) return this.compose(putAsIs, line);
    if (this.#isFull(line.length)) return void this.#lost++;
    this.#waitFor(line.length);
    this.#close();
    this.#hand(Buffer.from(line, 'latin1'));
  };

  /** To be written at once, after what was to be written soon. */
  readonly write = (line: string): void => {
    this.writeSoon(line);
    this.#writeDue();
  };

  reopen(): void {
    this.#options.output.reopen((error) => error && this.#options.complain(error));
  }

  /** For when the process ends at once. */
  flushNow(): void {
    if (!this.#batch.isEmpty) this.#full.push(this.#takeBatch());
    try {
      this.#options.output.writeNow(Buffer.concat(this.#full.splice(0)));
    } catch (error) {
      this.#options.complain(error as Error);
    }
  }

  readonly #onTime = (): void => {
    this.#timer = undefined;
    this.#writeDue();
  };

  /** After what is being written: a batch that is not full goes on being filled until then. */
  #writeDue(): void {
    this.#isDue = !this.#batch.isEmpty;
    if (!this.#isWriting) this.#writeNext();
  }

  #isFull(more: number): boolean {
    return this.#waiting + more > MOST_WAITING;
  }

  #addToNext<T>(put: PutLine<T>, what: T): number {
    this.#close();
    return this.#batch.add(put, what);
  }

  #waitFor(bytes: number): void {
    this.#waiting += bytes;
    this.#timer ??= setTimeout(this.#onTime, LATEST).unref();
  }

  #close(): void {
    if (!this.#batch.isEmpty) this.#hand(this.#takeBatch());
  }

  #hand(lines: Buffer): void {
    this.#full.push(lines);
    if (!this.#isWriting) this.#writeNext();
  }

  #writeNext(): void {
    const lines = this.#full.shift() ?? (this.#isDue ? this.#takeBatch() : undefined);
    this.#isWriting = lines !== undefined;
    if (lines !== undefined) this.#options.output.write(lines, (error) => this.#written(lines, error));
  }

  #takeBatch(): Buffer {
    const { lines } = this.#batch;
    this.#batch = new LineBatch(this.#options.output.most);
    this.#isDue = false;
    return lines;
  }

  #written(lines: Buffer, error: Error | null | undefined): void {
    this.#waiting -= lines.length;
    if (error) {
      this.#lost += count(lines);
      this.#options.complain(error);
    } else if (this.#lost > this.#told) {
      const untold = this.#lost - this.#told;
      this.#told = this.#lost;
      this.#options.lost(untold);
    }
    this.#writeNext();
  }
}

function putAsIs(batch: LineBatch, line: string): void {
  batch.text(line);
}

function count(lines: Buffer): number {
  return lines.reduce((lineCount, byte) => (byte === NEWLINE ? lineCount + 1 : lineCount), 0);
}
