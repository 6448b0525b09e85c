import { originalPlace } from '../../../adapters/disk-layout.js';
import type { CatalogueKey } from '../../../adapters/index.js';
import { atOnce } from './at-once.js';
import type { DigestTable } from './digest-table.js';
import { fileState } from './file-state.js';
import type { Finding } from './finding.js';
import { adopt } from './mends.js';
import { nameOf } from '../name-of.js';
import type { Parts } from './parts.js';
import { checkPicture } from './picture-check.js';
import { recordOf } from './record-of.js';

/**
 * Looks once more for the images of files that seem to belong to none, and accounts for the files. Those of images
 * that are declared, but not recorded as stored, are findings that can be mended: here their URIs are known.
 */
export async function* checkOwners(parts: Parts, doubtful: DigestTable): AsyncIterable<Finding> {
  for await (const places of parts.upkeep.places()) {
    const owners = places.filter(
      (place) => place.kind === 'image' && doubtful.has(Buffer.from(place.uri.digest, 'hex')),
    );
    yield* await atOnce(await parts.upkeep.look(owners), (key) => checkOwner(parts, key));
  }
}

async function checkOwner(parts: Parts, key: CatalogueKey): Promise<Finding[]> {
  if (key.kind !== 'image') return [];
  const { uri, fields } = key;
  const { type, checksum } = recordOf(fields);
  if (checksum !== undefined) {
    // What it finds was found with the keys, or is of a request that came since.
    await checkPicture(parts, uri, { type, checksum });
    return [];
  }
  if (!fields.has('created_at')) return [];
  const place = originalPlace(uri.digest);
  const file = await fileState(parts.survey, place);
  if (file.is !== 'read') return [];
  parts.pictures.set(Buffer.from(uri.digest, 'hex'), Buffer.from(file.checksum, 'hex'));
  const mend = await adopt(parts, uri, { type }, file.checksum);
  return [{ kind: 'orphan file', what: `${place} of ${nameOf(uri)}`, mend }];
}
