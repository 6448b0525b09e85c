import type { DiskSurvey } from '../../../adapters/disk-survey.js';
import type { CatalogueUpkeep } from '../../../adapters/index.js';
import { DigestTable } from './digest-table.js';

/** What a check works on, and what it learns on the way. */
export interface Parts {
  readonly upkeep: CatalogueUpkeep;
  readonly survey: DiskSurvey;
  /** Milliseconds until what looks wrong is looked at again: requests under way are over by then. */
  readonly patience: number;
  /**
   * Digests of the URIs of pictures whose file the catalogue accounts for, with the checksum that record and file agree
   * on; with another one when they do not agree.
   */
  readonly pictures: DigestTable;
}

export function partsOf(upkeep: CatalogueUpkeep, survey: DiskSurvey, patience = 1000): Parts {
  return { upkeep, survey, patience, pictures: new DigestTable('with values') };
}

/** Told how many keys or files were looked at. */
export type Step = (count: number) => void;
