import { from, map, type Observable, of, toArray } from 'rxjs';

/** The bytes of a picture: in memory, shared between readers and never changed, or on the disk. */
export type ImageBody = Uint8Array | FileBody;

/** Bytes that stay on the disk until somebody takes them. */
export interface FileBody {
  /** In bytes. */
  readonly length: number;
  /**
   * The bytes from `first` to before `end`, piece by piece, each read when it is taken, and to be looked at no more
   * when the next is taken: they may all come in the same piece of memory. The file is open from the first piece
   * until the last, or until the iteration is left, and may stay so. Fails with `storage-unavailable` when the file cannot be read,
   * or is no longer the one it was.
   */
  read(first?: number, end?: number): AsyncIterable<Uint8Array>;
  /**
   * The bytes from `first` to before `end` all at once, if nobody has to wait for them and there is memory to lend; `undefined`
   * also when they cannot be read, which `read` says.
   */
  lend?(first: number, end: number): LentBytes | undefined;
}

/** Bytes in memory that others get next. */
export interface LentBytes {
  readonly bytes: Uint8Array;
  /** Says, once, that nobody looks at them any more. Whoever never does so leaves less to lend. */
  readonly giveBack: () => void;
}

/** Whether the bytes are at hand, and not on the disk. */
export function isInMemory(body: ImageBody): body is Uint8Array {
  return body instanceof Uint8Array;
}

/** All bytes at once, for those who cannot do with pieces. */
export function bytesOf(body: ImageBody): Observable<Uint8Array> {
  if (isInMemory(body)) return of(body);
  return from(body.read()).pipe(
    map((piece) => Uint8Array.from(piece)),
    toArray(),
    map((pieces) => Buffer.concat(pieces)),
  );
}
