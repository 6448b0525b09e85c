/** Every kind of finding, in the order of the report. */
export const KINDS = [
  'no created_at',
  'checksum without type',
  'unknown type',
  'unknown status',
  'unknown field',
  'Blocked but not in img/blocked',
  'in img/blocked but not Blocked',
  'unknown image in img/latest',
  'missing TTL',
  'wrong key type',
  'record without its URI',
  'missing file',
  'checksum differs from file',
  'unreadable file',
  'leftover temporary file',
  'orphan file',
  'orphan variant',
  'stale variant',
  'damaged variant',
] as const;
export type FindingKind = (typeof KINDS)[number];

/** How something is put right without losing a picture. */
export interface Mend {
  /** What is done, in the form that follows `was` and `would be`. */
  readonly how: string;
  /** Resolves to `false` when something came between: the next check tells what it is then. */
  readonly run: () => Promise<boolean>;
}

/** One thing on which the catalogue, its schema and the cache directory do not agree. */
export interface Finding {
  readonly kind: FindingKind;
  /** The URI, the place of the file or the key. */
  readonly what: string;
  /** Absent when a person has to decide. */
  readonly mend?: Mend;
}
