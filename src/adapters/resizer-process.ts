import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { LONGEST_TIMER } from '../domain/longest-timer.js';
import { Rejection, type ResizableFormat } from '../domain/index.js';
import { PICTURES, type Resize, type Resized } from './resizer-messages.js';
import type { SharpResizerOptions } from './sharp-resizer.js';

const PROGRAM = fileURLToPath(new URL('./resizer-program.js', import.meta.url));

/** The process ended before it had answered. */
export class ProcessEnded extends Error {
  override readonly name = 'ProcessEnded';
}

interface Asker {
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: Error) => void;
  /** Ends the process when the answer has not come by then. */
  readonly deadline: NodeJS.Timeout | undefined;
}

/** The other end of `resizer-program.ts`. It keeps this process alive only while it has something to do. */
export class ResizerProcess {
  readonly #child: ChildProcess;
  readonly #pictures: Socket | undefined;
  readonly #askers = new Map<number, Asker>();
  readonly #patience: number;
  #last = 0;

  /** @param patience Milliseconds after which it is ended when it is still at a picture. */
  constructor(options: SharpResizerOptions, patience: number) {
    this.#patience = patience;
    this.#child = fork(PROGRAM, [JSON.stringify(options)], {
      serialization: 'advanced',
      stdio: ['inherit', 'inherit', 'inherit', 'ipc', 'pipe'],
      // What decodes the bytes of strangers knows no password, and runs nothing that was meant for its parent.
      env: {},
      execArgv: [],
    });
    // Without a descriptor left to start it with, it has no pipes at all, and says why in a moment.
    this.#pictures = (this.#child.stdio as ChildProcess['stdio'] | undefined)?.[PICTURES] as Socket | undefined;
    // Pictures that cannot be handed over are those of a process that has ended.
    this.#pictures?.on('error', () => undefined);
    this.#child.on('message', (answered: Resized) => this.#hear(answered));
    this.#child.once('exit', (code, signal) =>
      this.#bury(new ProcessEnded(`the process that makes avatars ended with ${signal ?? `code ${code}`}`)),
    );
    // It could not be started. Any other error of a process that was started is followed by its exit.
    this.#child.on('error', (error) => this.#child.pid === undefined && this.#bury(error));
    this.#rest();
  }

  get isRunning(): boolean {
    return this.#child.connected;
  }

  /** Rejects with a `Rejection` as `sharpResizer` does, with `ProcessEnded`, or with why it could not be started. */
  resize(bytes: Uint8Array, format: ResizableFormat, height: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const id = ++this.#last;
      this.#askers.set(id, { resolve, reject, deadline: this.#deadline() });
      if (!this.#child.connected) return;
      for (const part of this.#parts()) part?.ref();
      const asked: Resize = { id, length: bytes.length, format, height };
      this.#child.send(asked, () => undefined);
      this.#pictures?.write(bytes);
    });
  }

  /** A decoder that does not come to an end cannot be stopped in any other way. */
  #deadline(): NodeJS.Timeout | undefined {
    if (this.#patience > LONGEST_TIMER) return undefined;
    const overdue = () => {
      this.#bury(new ProcessEnded(`the process that makes avatars was at it for ${this.#patience} ms`));
      this.end();
    };
    return setTimeout(overdue, this.#patience);
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }

  #hear(answered: Resized): void {
    const asker = this.#askers.get(answered.id);
    clearTimeout(asker?.deadline);
    this.#askers.delete(answered.id);
    if (this.#askers.size === 0) this.#rest();
    if ('bytes' in answered) asker?.resolve(answered.bytes);
    else asker?.reject(new Rejection(answered.code, answered.message));
  }

  #bury(why: Error): void {
    for (const { reject, deadline } of this.#askers.values()) {
      clearTimeout(deadline);
      reject(why);
    }
    this.#askers.clear();
  }

  #rest(): void {
    for (const part of this.#parts()) part?.unref();
  }

  /** All that would keep this process alive. */
  #parts() {
    return [this.#child, this.#child.channel, this.#pictures];
  }
}
