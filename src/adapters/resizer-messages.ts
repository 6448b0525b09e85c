import type { RejectionCode, ResizableFormat } from '../domain/index.js';

/**
 * The descriptor of the pipe on which pictures go to the process that resizes, one after another in the order of the
 * questions: a message would hold a copy of each in the memory of those who answer readers.
 */
export const PICTURES = 4;

/** To the process that resizes. `id` is the asker's own number for the question. */
export interface Resize {
  readonly id: number;
  /** Bytes of the picture. */
  readonly length: number;
  readonly format: ResizableFormat;
  readonly height: number;
}

/** From it. */
export type Resized =
  | { readonly id: number; readonly bytes: Uint8Array }
  | { readonly id: number; readonly code: RejectionCode; readonly message: string };
