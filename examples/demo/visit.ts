/** One request to the service, and what came of it. */
export interface Visit {
  readonly what: string;
  readonly status: number;
  readonly type: string;
  readonly bytes: Buffer;
  readonly cacheStatus: string;
  readonly milliseconds: number;
}

export async function visit(what: string, link: string): Promise<Visit> {
  const start = performance.now();
  const response = await fetch(link, { redirect: 'manual' });
  const bytes = Buffer.from(await response.arrayBuffer());
  return {
    what,
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    bytes,
    cacheStatus: response.headers.get('cache-status') ?? '',
    milliseconds: performance.now() - start,
  };
}

const HEAD = ['request', 'status', 'type', 'bytes', 'ms', 'Cache-Status'];
const NUMBERS = new Set(['status', 'bytes', 'ms']);

/** All visits as one table, a line each; numbers to the right, words to the left. */
export function tableOf(visits: readonly Visit[]): string {
  const rows = visits.map(({ what, status, type, bytes, milliseconds, cacheStatus }) => [
    what,
    `${status}`,
    type,
    `${bytes.length}`,
    milliseconds.toFixed(1),
    cacheStatus,
  ]);
  const table = [HEAD, ...rows];
  const widths = HEAD.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return NUMBERS.has(HEAD[column] ?? '') ? cell.padStart(width) : cell.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
