import { originalPlace } from '../../../adapters/disk-layout.js';
import { fileState } from './file-state.js';
import type { Finding } from './finding.js';
import type { Parts } from './parts.js';

/** Finds records that do not say whose they are, and accounts for their files: the service serves them. */
export async function* checkStrays({ upkeep, survey, pictures }: Parts): AsyncIterable<Finding> {
  for await (const strays of upkeep.strays()) {
    for (const { digest, checksum } of strays) {
      const place = originalPlace(digest);
      yield { kind: 'record without its URI', what: `that of ${place}` };
      const file = await fileState(survey, place);
      if (file.is !== 'read' || file.checksum !== checksum) continue;
      pictures.set(Buffer.from(digest, 'hex'), Buffer.from(checksum, 'hex'));
    }
  }
}
