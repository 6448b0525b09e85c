import { keyOf } from '../../../adapters/redis-schema.js';
import type { CatalogueKey, KeyPlace } from '../../../adapters/index.js';
import { SourceUri } from '../../../domain/index.js';
import { afterwards } from './afterwards.js';
import { atOnce } from './at-once.js';
import type { DigestTable } from './digest-table.js';
import type { Finding } from './finding.js';
import { checkImage } from './image-check.js';
import { digestsOn } from './list-check.js';
import { limitNote, removeNote } from './mends.js';
import { nameOf } from '../name-of.js';
import type { Parts, Step } from './parts.js';

/** Keys that are looked at again at once. */
const BATCH = 1000;

/** Looks at every key, and at the file of every stored picture. */
export async function* checkKeys(parts: Parts, step: Step): AsyncIterable<Finding> {
  for await (const doubtful of afterwards(doubtfulKeys(parts, step), parts.patience)) {
    const blocked = await digestsOn(parts, 'blocked');
    for (let at = 0; at < doubtful.length; at += BATCH) {
      yield* await confirmed(parts, doubtful.slice(at, at + BATCH), blocked);
    }
  }
}

interface Doubt {
  readonly place: KeyPlace;
  readonly findings: readonly Finding[];
}

async function* doubtfulKeys(parts: Parts, step: Step): AsyncIterable<readonly Doubt[]> {
  const blocked = await digestsOn(parts, 'blocked');
  for await (const places of parts.upkeep.places()) {
    yield await doubtsAt(parts, places, blocked);
    step(places.length);
  }
}

/** What was found before and still is. */
async function confirmed(parts: Parts, before: readonly Doubt[], blocked: DigestTable): Promise<Finding[]> {
  const places = before.map(({ place }) => place);
  const now = await doubtsAt(parts, places, blocked);
  const known = new Set(before.flatMap(({ findings }) => findings.map(labelOf)));
  return now.flatMap(({ findings }) => findings.filter((finding) => known.has(labelOf(finding))));
}

async function doubtsAt(parts: Parts, places: readonly KeyPlace[], blocked: DigestTable): Promise<Doubt[]> {
  const keys = await parts.upkeep.look(places);
  const looked = keys.map((key, at) => ({ key, place: places[at] as KeyPlace }));
  return atOnce(looked, async ({ key, place }) => {
    const findings = await checkKey(parts, key, blocked);
    return findings.length === 0 ? [] : [{ place, findings }];
  });
}

function checkKey(parts: Parts, key: CatalogueKey, blocked: DigestTable): Promise<Finding[]> | Finding[] {
  switch (key.kind) {
    case 'image':
      return checkImage(parts, key, blocked);
    case 'note':
      if (key.ends) return [];
      return [{ kind: 'missing TTL', what: nameOfKey(key), mend: limitNote(parts, key.note, key.uri) }];
    case 'odd': {
      const { place, type } = key;
      // Notes are ours: the next one would take its place whatever it is.
      const mend = place.kind === 'note' ? { mend: removeNote(parts, place.note, place.uri) } : {};
      return [{ kind: 'wrong key type', what: `${nameOfKey(place)} is a ${type}`, ...mend }];
    }
    case 'list':
    case 'gone':
      return [];
  }
}

function nameOfKey(place: KeyPlace): string {
  return nameOf(SourceUri.of(keyOf(place)));
}

function labelOf({ kind, what }: Finding): string {
  return `${kind}: ${what}`;
}
