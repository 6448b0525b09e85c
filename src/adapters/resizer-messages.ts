import type { RejectionCode, ResizableFormat } from '../domain/index.js';

/** To the process that resizes. `id` is the asker's own number for the question. */
export interface Resize {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly format: ResizableFormat;
  readonly height: number;
}

/** From it. */
export type Resized =
  | { readonly id: number; readonly bytes: Uint8Array }
  | { readonly id: number; readonly code: RejectionCode; readonly message: string };
