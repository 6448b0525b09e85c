import { LRUCache } from 'lru-cache';
import { defer, type Observable, of } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import {
  checksumOf,
  type ImageFormat,
  type Ports,
  type ServedImage,
  type StoredVariant,
  type VariantKey,
} from '../../src/domain/index.js';
import { Gate, resize } from '../../src/operators/index.js';
import { strictPorts } from '../../src/testing/index.js';
import { marbles, type Marbles, rejection } from '../support/marbles.js';
import { AVATAR_REQUEST, HELD, REQUEST } from '../support/nouns.js';
import { itIsAnOperator } from '../support/operator-laws.js';

const SMALL = Buffer.from('small');
const VARIANT: StoredVariant = { body: SMALL, checksum: checksumOf(SMALL) };
const ORIGINAL: ServedImage = { request: REQUEST, image: HELD, cacheStatus: { hit: true } };
const WANTED: ServedImage = { ...ORIGINAL, request: AVATAR_REQUEST };
const AVATAR: ServedImage = { ...WANTED, image: { ...HELD, ...VARIANT } };

interface Parts {
  readonly format?: ImageFormat;
  readonly kept?: Observable<StoredVariant | undefined>;
  readonly made?: Observable<Uint8Array>;
  readonly written?: Observable<unknown>;
  readonly report?: Ports['report'];
  /** Told under which key a variant is looked for or kept. */
  readonly filed?: (how: 'read' | 'written', key: VariantKey) => void;
}

/** Everything answers at once, unless told otherwise; one resize at a time, one waiting. */
function resizing({ scheduler }: Marbles, parts: Parts = {}) {
  const { format = 'png', kept = of(undefined), made = of(SMALL), written = of(undefined), report, filed } = parts;
  const ports = strictPorts({
    sniffer: { sniff: () => of(format) },
    resizer: { resize: () => made },
    files: {
      readVariant: (_uri, key) => {
        filed?.('read', key);
        return kept;
      },
      writeVariant: (_uri, key) => {
        filed?.('written', key);
        return written as Observable<void>;
      },
    },
    ...(report && { report }),
  });
  const resizeGate = new Gate({ concurrency: 1, queueLimit: 1 });
  const unresizable = new LRUCache<string, true>({ max: 10 });
  return resize(ports, { resizing: new Map(), resizeGate, unresizable, resizeTimeout: 10, scheduler });
}

/** The same avatar of another picture, which shares nothing but the gate. */
function another(checksum: string): ServedImage {
  return { ...WANTED, image: { ...HELD, checksum } };
}

describe('resize', () => {
  itIsAnOperator({ operator: (tools) => resizing(tools), input: WANTED, output: AVATAR });

  it(
    'lets originals pass untouched',
    marbles((tools) => {
      const made = tools.cold<Uint8Array>('(s|)', { s: SMALL });
      tools.expectObservable(of(ORIGINAL).pipe(resizing(tools, { made }))).toBe('(o|)', { o: ORIGINAL });
      tools.expectSubscriptions(made.subscriptions).toBe([]);
    }),
  );

  it(
    'makes an avatar and keeps it',
    marbles((tools) => {
      const made = tools.cold('     --(s|)', { s: SMALL });
      const written = tools.cold('    --(w|)');
      const expected = '            ----(a|)';
      tools.expectObservable(of(WANTED).pipe(resizing(tools, { made, written }))).toBe(expected, { a: AVATAR });
      tools.expectSubscriptions(made.subscriptions).toBe('   ^-!');
      tools.expectSubscriptions(written.subscriptions).toBe('--^-!');
    }),
  );

  it(
    'takes one that was kept',
    marbles((tools) => {
      const kept = tools.cold('-(s|)', { s: VARIANT });
      const made = tools.cold<Uint8Array>('--(s|)', { s: SMALL });
      tools.expectObservable(of(WANTED).pipe(resizing(tools, { kept, made }))).toBe('-(a|)', { a: AVATAR });
      tools.expectSubscriptions(made.subscriptions).toBe([]);
    }),
  );

  for (const format of ['svg', 'bmp', 'ico', 'heif'] as const) {
    it(
      `serves ${format} as it is`,
      marbles((tools) => {
        const made = tools.cold<Uint8Array>('(s|)', { s: SMALL });
        tools.expectObservable(of(WANTED).pipe(resizing(tools, { format, made }))).toBe('(o|)', { o: WANTED });
        tools.expectSubscriptions(made.subscriptions).toBe([]);
      }),
    );
  }

  it(
    'serves as it is what no decoder can read',
    marbles((tools) => {
      const made = tools.cold<Uint8Array>('--#', undefined, rejection('undecodable'));
      tools.expectObservable(of(WANTED).pipe(resizing(tools, { made }))).toBe('--(o|)', { o: WANTED });
    }),
  );

  it(
    'serves an avatar that cannot be kept',
    marbles((tools) => {
      const written = tools.cold('--#', undefined, rejection('storage-unavailable'));
      const report = vi.fn();
      tools.expectObservable(of(WANTED).pipe(resizing(tools, { written, report }))).toBe('--(a|)', { a: AVATAR });
      tools.flush();
      expect(report.mock.calls).toMatchObject([[{ code: 'storage-unavailable' }]]);
    }),
  );

  it(
    'makes an avatar anew when the one it kept cannot be read',
    marbles((tools) => {
      const kept = tools.cold<StoredVariant>('--#', undefined, rejection('storage-unavailable'));
      const report = vi.fn();
      tools.expectObservable(of(WANTED).pipe(resizing(tools, { kept, report }))).toBe('----(a|)', { a: AVATAR });
      tools.flush();
      const trouble = { code: 'storage-unavailable' };
      expect(report.mock.calls).toMatchObject([[trouble], [trouble]]);
    }),
  );

  it(
    'keeps an avatar under its height and the checksum of the picture it was made from',
    marbles((tools) => {
      const filed = vi.fn();
      tools.expectObservable(of(WANTED).pipe(resizing(tools, { filed }))).toBe('(a|)', { a: AVATAR });
      tools.flush();
      const key = { originalChecksum: HELD.checksum, height: 64 };
      expect(filed.mock.calls).toEqual([
        ['read', key],
        ['read', key],
        ['written', key],
      ]);
    }),
  );

  for (const part of ['kept', 'written'] as const) {
    it(
      `passes on what is no trouble with the disk (${part})`,
      marbles((tools) => {
        const bug = new RangeError('a bug');
        const outcome = of(WANTED).pipe(resizing(tools, { [part]: tools.cold<never>('--#', undefined, bug) }));
        tools.expectObservable(outcome).toBe('--#', undefined, bug);
      }),
    );
  }

  it(
    'passes other trouble on',
    marbles((tools) => {
      const made = tools.cold<Uint8Array>('--#', undefined, rejection('too-many-pixels'));
      const outcome = of(WANTED).pipe(resizing(tools, { made }));
      tools.expectObservable(outcome).toBe('--#', undefined, rejection('too-many-pixels'));
    }),
  );

  it(
    'makes one avatar for all who ask at the same time',
    marbles((tools) => {
      const wanted = tools.cold('-a-b-----|', { a: WANTED, b: WANTED });
      const made = tools.cold('   ----(s|)', { s: SMALL });
      const expected = '         -----(xy)|';
      const making = resizing(tools, { made });
      tools.expectObservable(wanted.pipe(making)).toBe(expected, { x: AVATAR, y: AVATAR });
      tools.expectSubscriptions(made.subscriptions).toBe('-^---!');
    }),
  );

  it(
    'makes avatars in turn and turns away who comes too late',
    marbles((tools) => {
      const making = resizing(tools, { made: tools.cold('----(s|)', { s: SMALL }) });
      const ask = (checksum: string) => of(another(checksum)).pipe(making);
      tools.expectObservable(ask('one')).toBe('----(a|)', { a: AVATAR });
      tools.expectObservable(ask('two'), '-^').toBe('--------(a|)', { a: AVATAR });
      tools.expectObservable(ask('three'), '--^').toBe('--#', undefined, rejection('overloaded'));
    }),
  );

  it(
    'gives up waiting at the deadline; the resize goes on, holds its place and is kept',
    marbles((tools) => {
      const made = tools.cold('  14ms (s|)', { s: SMALL });
      const written = tools.cold('(w|)');
      const making = resizing(tools, { made, written });
      const outcome = of(WANTED).pipe(making);
      tools.expectObservable(outcome).toBe('10ms #', undefined, rejection('resize-timeout'));
      tools
        .expectObservable(of(another('two')).pipe(making), '12ms ^')
        .toBe('22ms #', undefined, rejection('resize-timeout'));
      tools.expectSubscriptions(made.subscriptions).toBe(['^ 13ms !', '14ms ^ 13ms !']);
      tools.expectSubscriptions(written.subscriptions).toBe(['14ms (^!)', '28ms (^!)']);
    }),
  );

  it(
    'leaves the queue when nobody waits; what has begun goes on',
    marbles((tools) => {
      const made = tools.cold('----(s|)', { s: SMALL });
      const making = resizing(tools, { made });
      tools.expectObservable(of(WANTED).pipe(making), '           ^-!').toBe('---');
      tools.expectObservable(of(another('two')).pipe(making), '   -^-!').toBe('----');
      tools.expectObservable(of(another('three')).pipe(making), ' ---^').toBe('--------(a|)', { a: AVATAR });
      tools.expectSubscriptions(made.subscriptions).toBe(['^---!', '----^---!']);
    }),
  );

  it(
    'leaves the queue also for an avatar that was made before',
    marbles((tools) => {
      const made = tools.cold('----(s|)', { s: SMALL });
      const making = resizing(tools, { made });
      tools.expectObservable(of(WANTED).pipe(making), '           ^').toBe('----(a|)', { a: AVATAR });
      tools.expectObservable(of(another('two')).pipe(making), '   -----^').toBe('---------(a|)', { a: AVATAR });
      tools.expectObservable(of(WANTED).pipe(making), '           ------^-!').toBe('---------');
      tools.expectSubscriptions(made.subscriptions).toBe(['^---!', '-----^---!']);
    }),
  );

  it(
    'lets whoever comes later join a resize that everybody left',
    marbles((tools) => {
      const made = tools.cold('----(s|)', { s: SMALL });
      const making = resizing(tools, { made });
      tools.expectObservable(of(WANTED).pipe(making), '   ^-!').toBe('--');
      tools.expectObservable(of(WANTED).pipe(making), '   ---^').toBe('----(a|)', { a: AVATAR });
      tools.expectSubscriptions(made.subscriptions).toBe('    ^---!');
    }),
  );

  it(
    'gives each reader the whole time, whoever waited before',
    marbles((tools) => {
      const made = tools.cold('  14ms (s|)', { s: SMALL });
      const making = resizing(tools, { made });
      tools.expectObservable(of(WANTED).pipe(making)).toBe('10ms #', undefined, rejection('resize-timeout'));
      tools.expectObservable(of(WANTED).pipe(making), '5ms ^').toBe('14ms (a|)', { a: AVATAR });
    }),
  );

  it(
    'looks once more for a kept one when its turn has come',
    marbles((tools) => {
      const made = tools.cold('----(s|)', { s: SMALL });
      const kept = defer(() => of(tools.scheduler.now() < 4 ? undefined : VARIANT));
      const making = resizing(tools, { made, kept });
      tools.expectObservable(of(another('one')).pipe(making)).toBe('         ----(a|)', { a: AVATAR });
      tools.expectObservable(of(another('two')).pipe(making), '-^').toBe('----(a|)', { a: AVATAR });
      tools.expectSubscriptions(made.subscriptions).toBe('             ^---!');
    }),
  );

  it(
    'remembers of which pictures no avatar can be made, also if nobody waited to hear it',
    marbles((tools) => {
      const made = tools.cold<Uint8Array>('12ms #', undefined, rejection('undecodable'));
      const making = resizing(tools, { made });
      tools.expectObservable(of(WANTED).pipe(making)).toBe('10ms #', undefined, rejection('resize-timeout'));
      tools.expectObservable(of(WANTED).pipe(making), '13ms ^').toBe('13ms (o|)', { o: WANTED });
      tools.expectSubscriptions(made.subscriptions).toBe('^ 11ms !');
    }),
  );

  it(
    'remembers of which pictures no avatar can be made',
    marbles((tools) => {
      const made = tools.cold<Uint8Array>('--#', undefined, rejection('undecodable'));
      const making = resizing(tools, { made });
      tools.expectObservable(of(WANTED).pipe(making)).toBe('         --(o|)', { o: WANTED });
      tools.expectObservable(of(WANTED).pipe(making), '---^').toBe(' ---(o|)', { o: WANTED });
      tools.expectSubscriptions(made.subscriptions).toBe('           ^-!');
    }),
  );
});
