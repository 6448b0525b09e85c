import { map } from 'rxjs';
import { describe, it } from 'vitest';
import { checksumOf } from '../../src/domain/index.js';
import { collectBytes } from '../../src/operators/collect-bytes.js';
import { marbles } from '../support/marbles.js';

const CHUNKS = { a: Buffer.from('ab'), b: Buffer.from('c'), n: Buffer.alloc(0) };
const [ABC, NONE] = [Buffer.from('abc'), Buffer.alloc(0)];

describe('collectBytes', () => {
  it(
    'joins all chunks when the last has come',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const body = hot('    -a-b-n-|', CHUNKS);
      const subscription = '^------!';
      const result = '      -------(w|)';
      expectObservable(body.pipe(collectBytes())).toBe(result, { w: ABC });
      expectSubscriptions(body.subscriptions).toBe(subscription);
    }),
  );

  it(
    'knows their checksum, for each subscription anew',
    marbles(({ cold, expectObservable }) => {
      const checksum = cold('-a-b-|', CHUNKS).pipe(collectBytes(), map(checksumOf));
      expectObservable(checksum).toBe('-----(c|)', { c: checksumOf(ABC) });
      expectObservable(checksum, '--^').toBe('-------(c|)', { c: checksumOf(ABC) });
    }),
  );

  it(
    'gives no bytes when there was no chunk, and errors as the source does',
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('--|', CHUNKS).pipe(collectBytes())).toBe('--(n|)', { n: NONE });
      expectObservable(cold('-a-#', CHUNKS).pipe(collectBytes())).toBe('---#');
    }),
  );
});
