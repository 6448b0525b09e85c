import type { Redis } from 'ioredis';
import type { SourceUri } from '../domain/index.js';
import { pipelined, unlessWrongType } from './redis-pipeline.js';
import { errorKey, imageKey, type Row, updatedKey } from './redis-schema.js';

/** What PTTL answers besides milliseconds. */
const NO_END = -1;
const NO_SUCH_KEY = -2;

/**
 * What the keys of a URI hold, in one round trip. A note that was made without an end counts all the same, for `ttl`
 * seconds: its being there is what counts.
 */
export async function readRow(redis: Redis, uri: SourceUri, ttl: number): Promise<Row> {
  const [hash, error, failedFor, freshFor] = await pipelined(redis, (pipeline) =>
    pipeline
      .hmgetBuffer(imageKey(uri), 'created_at', 'status', 'type', 'checksum', 'etag')
      .getBuffer(errorKey(uri))
      .pttl(errorKey(uri))
      .pttl(updatedKey(uri)),
  );
  const left = (reply: typeof error) => {
    const pttl = unlessWrongType<number>(reply, NO_SUCH_KEY);
    return pttl === NO_END ? ttl * 1000 : Math.max(0, pttl);
  };
  const fields = unlessWrongType<(Buffer | null)[]>(hash, []);
  const [createdAt, status, type, checksum] = fields.map(textOf);
  return {
    createdAt,
    status,
    type,
    checksum,
    etag: fields[4]?.toString('latin1'),
    error: textOf(unlessWrongType<Buffer | null>(error, null)),
    failedFor: left(failedFor),
    freshFor: left(freshFor),
  };
}

function textOf(value: Buffer | null): string | undefined {
  return value?.toString('utf8');
}
