import { noise, raw } from '../support/pictures.js';

export const [OLD, NEW] = await Promise.all([
  raw(noise(90, 90, 1))
    .png()
    .toBuffer(),
  raw(noise(90, 90, 2))
    .png()
    .toBuffer(),
]);

/** What `-c` finds, in the order in which it looks; and what is served if the origin is dead by then. */
export type Outcome = readonly [findings: readonly string[], served: Buffer | 404];

export const LEFT = 'leftover temporary file';
export const STALE = 'stale variant';

/**
 * Every step at which the service is killed, in the order in which it comes to them. Between the record
 * and the rename the record speaks of bytes that are not in place yet: the only moment at which a kept
 * picture is not served until its origin was asked.
 */
export const FIRST_FETCH: Record<string, Outcome> = {
  'half received': [[], 404],
  'written by half': [[LEFT], 404],
  written: [[LEFT], 404],
  'on the disk': [[LEFT], 404],
  'before the record': [[LEFT], 404],
  recorded: [['missing file', LEFT], 404],
  'noted as fresh': [['missing file', LEFT], 404],
  'before variants go': [['missing file', LEFT], 404],
  'before the rename': [['missing file', LEFT], 404],
  renamed: [[], NEW],
};
/** There is an avatar of the old picture. */
export const REPLACEMENT: Record<string, Outcome> = {
  'half received': [[], OLD],
  'written by half': [[LEFT], OLD],
  written: [[LEFT], OLD],
  'on the disk': [[LEFT], OLD],
  'before the record': [[LEFT], OLD],
  recorded: [['checksum differs from file', LEFT, STALE], 404],
  'noted as fresh': [['checksum differs from file', LEFT, STALE], 404],
  'before variants go': [['checksum differs from file', LEFT, STALE], 404],
  'before the rename': [['checksum differs from file', LEFT], 404],
  renamed: [[], NEW],
};
export const RENEWAL: Record<string, Outcome> = {
  'before the record': [[], OLD],
  recorded: [[], OLD],
  'noted as fresh': [[], OLD],
};
export const AVATAR: Record<string, Outcome> = {
  'written by half': [[LEFT], OLD],
  written: [[LEFT], OLD],
  'before the rename': [[LEFT], OLD],
  renamed: [[], OLD],
};
