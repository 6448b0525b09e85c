import { createHash } from 'node:crypto';
import { DigestTable } from './digest-table.js';
import { checkFiles } from './file-check.js';
import type { Finding } from './finding.js';
import { checkKeys } from './key-check.js';
import { checkLists } from './list-check.js';
import type { Parts, Step } from './parts.js';
import { checkStrays } from './stray-check.js';

/** A part of the check, after those that it builds on. */
export interface Phase {
  readonly name: 'keys' | 'files';
  /** How much there is to look at, roughly. */
  readonly size: () => Promise<number>;
  readonly findings: (step: Step) => AsyncIterable<Finding>;
}

export function phasesOf(parts: Parts): readonly Phase[] {
  const reported = new DigestTable('without values');
  return [
    {
      name: 'keys',
      size: () => parts.upkeep.size(),
      findings: (step) => once(reported, checkKeysAndLists(parts, step)),
    },
    {
      name: 'files',
      size: () => parts.survey.size(),
      findings: (step) => once(reported, checkFiles(parts, step)),
    },
  ];
}

async function* checkKeysAndLists(parts: Parts, step: Step): AsyncIterable<Finding> {
  yield* checkKeys(parts, step);
  yield* checkLists(parts);
  yield* checkStrays(parts);
}

/** A key may come twice, and so does an image that is on a list twice. */
async function* once(reported: DigestTable, findings: AsyncIterable<Finding>): AsyncIterable<Finding> {
  for await (const finding of findings) {
    if (reported.set(createHash('sha1').update(`${finding.kind}\0${finding.what}`).digest())) yield finding;
  }
}
