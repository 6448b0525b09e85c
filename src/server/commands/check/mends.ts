import { asidePlace, originalPlace } from '../../../adapters/disk-layout.js';
import type { List, Note } from '../../../adapters/index.js';
import { magicSniffer } from '../../../adapters/magic-sniffer.js';
import { imageTypeOf, type RecordFields, type SourceUri, usableRecord } from '../../../domain/index.js';
import type { Mend } from './finding.js';
import type { Parts } from './parts.js';

/** Where nothing can come between. */
function always(how: string, work: () => Promise<void>): Mend {
  return {
    how,
    run: async () => {
      await work();
      return true;
    },
  };
}

/** Looks once more right before it is mended: many may have been mended since, and readers and the site went on. */
export function ifStill(isSo: () => Promise<boolean>, { how, run }: Mend): Mend {
  return { how, run: async () => (await isSo()) && (await run()) };
}

export function removeFile({ survey }: Parts, place: string): Mend {
  return always('removed', () => survey.remove(place));
}

export function limitNote({ upkeep }: Parts, note: Note, uri: SourceUri): Mend {
  return always('given an hour', () => upkeep.limit(note, uri));
}

export function removeNote({ upkeep }: Parts, note: Note, uri: SourceUri): Mend {
  return always('removed', () => upkeep.remove(note, uri));
}

export function enlist({ upkeep }: Parts, list: List, uri: SourceUri): Mend {
  return { how: `put on img/${list}`, run: () => upkeep.enlist(list, uri) };
}

export function delist({ upkeep }: Parts, list: List, uri: SourceUri): Mend {
  return { how: `taken off img/${list}`, run: () => upkeep.delist(list, uri) };
}

/** The next request fetches the picture as if for the first time. */
export function forget({ upkeep }: Parts, uri: SourceUri, checksum: string | undefined): Mend {
  return { how: 'forgotten, to be fetched anew', run: () => upkeep.forget(uri, checksum) };
}

/** The file may be the only copy of what it is, so it is kept where it is not served. */
export function forgetAndSetAside(parts: Parts, uri: SourceUri, recorded: string | undefined, actual: string): Mend {
  const place = originalPlace(uri.digest);
  return {
    how: `moved to ${asidePlace(place, actual)}, to be fetched anew`,
    run: async () => {
      // The file first: without its record, an altered file would be a copy to fall back on.
      if (!(await parts.survey.setAside(place, actual))) return false;
      return recorded === undefined || (await parts.upkeep.forget(uri, recorded));
    },
  };
}

/**
 * Records the file as what it is recorded as already, if only its checksum was lost, else as what its bytes are; if they
 * are no picture, it is set aside.
 */
export async function adopt(parts: Parts, uri: SourceUri, recorded: RecordFields, checksum: string): Promise<Mend> {
  const type = usableRecord(recorded).type ?? (await typeOfBytes(parts, uri));
  if (type === undefined) return forgetAndSetAside(parts, uri, recorded.checksum, checksum);
  return { how: `recorded as ${type}`, run: () => parts.upkeep.adopt(uri, { type, checksum }) };
}

async function typeOfBytes({ survey }: Parts, uri: SourceUri): Promise<string | undefined> {
  const bytes = await survey.head(originalPlace(uri.digest));
  const format = bytes && (await magicSniffer.sniff(bytes));
  return format && imageTypeOf(format);
}
