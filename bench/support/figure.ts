/** One thing that was measured of ours, and in the same run of others. */
export interface Figure {
  /** Under which circumstances. */
  readonly of: string;
  /** What was measured, with its unit. */
  readonly what: string;
  readonly ours: number;
  /** The least that Node can do it with. */
  readonly floor?: number;
  readonly peers?: Readonly<Record<string, number>>;
  readonly target?: Target;
}

/** What was measured of each server, by its name; those that are neither ours nor the floor are peers. */
export type Compared<T> = Readonly<Record<string, T>> & { readonly ours: T; readonly floor: T };

export function compared<T>(
  measured: Compared<T>,
  value: (one: T) => number,
): Required<Pick<Figure, 'ours' | 'floor' | 'peers'>> {
  const { ours, floor, ...peers } = measured;
  const values = Object.entries(peers).map(([name, peer]) => [name, value(peer)] as const);
  return { ours: value(ours), floor: value(floor), peers: Object.fromEntries(values) };
}

/** A limit to our figure, or to what it is of the floor's. */
export interface Target {
  readonly to: 'figure' | 'ratio';
  readonly is: '≤' | '≥';
  readonly limit: number;
}

/** What a value is of the floor's; `undefined` when the floor was not measured. */
export function ratioOf(value: number | undefined, { floor }: Figure): number | undefined {
  return value === undefined || floor === undefined ? undefined : value / floor;
}

/** `undefined` when there is no target. */
export function isMet(figure: Figure): boolean | undefined {
  const { ours, target } = figure;
  if (!target) return undefined;
  const value = target.to === 'figure' ? ours : (ratioOf(ours, figure) ?? NaN);
  return target.is === '≤' ? value <= target.limit : value >= target.limit;
}

/** Where the target lies as a ratio to the floor. */
export function targetRatio(figure: Figure): number | undefined {
  const { target } = figure;
  return target?.to === 'ratio' ? target.limit : ratioOf(target?.limit, figure);
}

export function peersOf(figures: readonly Figure[]): string[] {
  return [...new Set(figures.flatMap(({ peers = {} }) => Object.keys(peers)))];
}

/** Three digits that count, as far as they are behind the point. */
export function readable(value: number | undefined): string {
  if (value === undefined) return '';
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}

/** A count as it is read best: 10,000. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
