import type { SourceUri, StoredRecord } from '../domain/index.js';

/** Everything the catalogue has on a picture, as it is written there. */
export interface CatalogueRecord {
  readonly isDeclared: boolean;
  /** Unless what is written there is no time. */
  readonly declaredAt?: Date;
  readonly isBlocked: boolean;
  /** What is kept of it; parts may be lost, or not be what they should; see `usableRecord`. */
  readonly stored: Partial<StoredRecord>;
  /** The remembered failure, while it stands. */
  readonly error?: { readonly reason: string; readonly until: Date };
  /** Until when the stored copy is fresh, while it is. */
  readonly freshUntil?: Date;
}

/** What came of a change: `unchanged` when it was so before. */
export type ModerationResult = 'changed' | 'unchanged' | 'undeclared';

/**
 * What moderators want of a catalogue. What they change takes effect at once, in every running server; should a
 * change be cut short, it has taken effect, or not, and `check --repair` mends the list that lacks it.
 */
export interface CatalogueModeration {
  /** What there is on a picture, blocked or not, declared or not. */
  record(uri: SourceUri): Promise<CatalogueRecord>;
  /** Blocks a picture that is declared, and puts it on the list of what is blocked, once. */
  block(uri: SourceUri): Promise<ModerationResult>;
  /** Takes back what `block` did. */
  unblock(uri: SourceUri): Promise<ModerationResult>;
  /** Forgets the remembered failure of a picture, and that its copy is fresh: it is due. */
  expire(uri: SourceUri): Promise<void>;
}

/** @param createdAt Seconds since the epoch, as the site writes them. */
export function declaration(createdAt: string | undefined): Pick<CatalogueRecord, 'isDeclared' | 'declaredAt'> {
  const declaredAt = new Date(Number(createdAt || NaN) * 1000);
  const isDeclared = createdAt !== undefined;
  return Number.isNaN(declaredAt.getTime()) ? { isDeclared } : { isDeclared, declaredAt };
}
