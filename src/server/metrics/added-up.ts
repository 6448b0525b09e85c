import type { Scrape } from './sampled.js';

/** Of several processes: counts are added up, and of states the worst is taken. Nothing is loaded for those that count nothing. */
export async function addedUp(scrapes: readonly Scrape[]): Promise<Scrape> {
  if (scrapes.every(({ length }) => length === 0)) return [];
  const { addUp } = await import('./registry.js');
  return addUp(scrapes);
}
