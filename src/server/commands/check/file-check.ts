import { setTimeout as delay } from 'node:timers/promises';
import { type FilePlace, filePlace, originalPlace } from '../../../adapters/disk-layout.js';
import { atOnce } from './at-once.js';
import { DigestTable } from './digest-table.js';
import { fileState } from './file-state.js';
import type { Finding } from './finding.js';
import { removeFile } from './mends.js';
import { checkOwners } from './owner-check.js';
import type { Parts, Step } from './parts.js';
import { NOTHING } from './picture-check.js';

type VariantPlace = Extract<FilePlace, { kind: 'variant' }>;

/**
 * Looks at every file, once the keys were looked at. Only digests are kept of what the keys said, so what looks wrong
 * is looked at again by going through all keys, and then all files, once more.
 */
export async function* checkFiles(parts: Parts, step: Step): AsyncIterable<Finding> {
  for (const place of await parts.survey.leftovers()) {
    yield { kind: 'leftover temporary file', what: place, mend: removeFile(parts, place) };
  }
  const doubtful = new DigestTable('without values');
  for await (const places of parts.survey.places()) {
    yield* await atOnce(places, async (place) => {
      const findings = await checkFile(parts, place);
      const digest = digestOf(place);
      if (digest === undefined) return findings;
      if (findings.length > 0) doubtful.set(digest);
      return [];
    });
    step(places.length);
  }
  if (doubtful.size === 0) return;
  await delay(parts.patience);
  yield* checkOwners(parts, doubtful);
  const isDoubtful = (digest: Buffer | undefined) => digest !== undefined && doubtful.has(digest);
  for await (const places of parts.survey.places()) {
    const again = places.filter((place) => isDoubtful(digestOf(place)));
    yield* await atOnce(again, (place) => checkFile(parts, place));
  }
}

async function checkFile(parts: Parts, place: string): Promise<Finding[]> {
  const file = filePlace(place);
  if (file.kind === 'foreign') return [{ kind: 'orphan file', what: place }];
  // It is named in place of its files only when it cannot be read.
  if (file.kind === 'folder') return [{ kind: 'unreadable file', what: place }];
  const original = parts.pictures.get(Buffer.from(file.digest, 'hex'))?.toString('hex');
  // With a record it was looked at before. Without, it is a copy to fall back on when its image is declared again.
  if (file.kind === 'original') return original === undefined ? [{ kind: 'orphan file', what: place }] : [];
  const mend = removeFile(parts, place);
  if (original === undefined) return [{ kind: 'orphan variant', what: place, mend }];
  if (original !== file.of) {
    return (await isStale(parts, place, file)) ? [{ kind: 'stale variant', what: place, mend }] : [];
  }
  const state = await fileState(parts.survey, place);
  if (state.is === 'unreadable') return [{ kind: 'unreadable file', what: `${place}: ${state.code}` }];
  const isDamaged = state.is === 'read' && state.checksum !== file.checksum;
  return isDamaged ? [{ kind: 'damaged variant', what: place, mend }] : [];
}

/**
 * Keys were looked at a while ago. When the picture was fetched anew since, the avatar is of what lies there now, or is
 * gone itself.
 */
async function isStale({ pictures, survey }: Parts, place: string, { digest, of }: VariantPlace): Promise<boolean> {
  // A file that its record does not vouch for says nothing.
  if (pictures.get(Buffer.from(digest, 'hex'))?.equals(NOTHING)) return true;
  const original = await fileState(survey, originalPlace(digest));
  if (original.is === 'read' && original.checksum === of) return false;
  return (await fileState(survey, place)).is !== 'missing';
}

/** Of the URI whose picture a file belongs to. */
function digestOf(place: string): Buffer | undefined {
  const file = filePlace(place);
  return 'digest' in file ? Buffer.from(file.digest, 'hex') : undefined;
}
