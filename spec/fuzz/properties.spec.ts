import fc from 'fast-check';
import { lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { AddressRules, DiskFiles } from '../../src/adapters/index.js';
import { isRejection, ORIGINAL, parseImageType, SourceUri, usableRecord } from '../../src/domain/index.js';
import { decode } from '../../src/operators/index.js';
import { parseRetryAfter } from '../../src/operators/retry-after.js';
import { evaluatePreconditions } from '../../src/server/preconditions.js';
import { parseRange } from '../../src/server/range.js';
import { parseRoute } from '../../src/server/route.js';

const RUNS = { numRuns: 2000 };
const bytes = fc.uint8Array({ maxLength: 300 });
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.string({ maxLength: 80 }));

/** Text made of the pieces that a syntax is made of, which hits more than noise does. */
const madeOf = (...pieces: string[]) =>
  fc
    .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })), { maxLength: 12 })
    .map((all) => all.join(''));

describe('decode', () => {
  const decoded = (hexUri: string) => lastValueFrom(of({ hexUri, variant: ORIGINAL }).pipe(decode()));

  it('gives back any bytes that were encoded, in either case', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1 }), fc.boolean(), async (uri, isUpper) => {
        const hex = Buffer.from(uri).toString('hex');
        const request = await decoded(isUpper ? hex.toUpperCase() : hex);
        expect(request.uri.bytes.equals(uri)).toBe(true);
      }),
      RUNS,
    ));

  it('takes nothing but hexadecimal', () =>
    fc.assert(
      fc.asyncProperty(text, async (encoded) => {
        const outcome = await decoded(encoded).catch((error: unknown) => error);
        if (/^([0-9a-f]{2})+$/i.test(encoded)) expect(isRejection(outcome)).toBe(false);
        else expect(isRejection(outcome, 'invalid-parameters')).toBe(true);
      }),
      RUNS,
    ));

  it('finds a URL in any bytes or none, and never one that no HTTP origin has', () =>
    fc.assert(
      fc.property(
        fc.oneof(
          bytes,
          madeOf('http://', 'https:', '//', '@', ':', '[::1]', '127.1', '%', '\\', '#', '?').map((t) => Buffer.from(t)),
        ),
        (uri) => {
          const { url } = SourceUri.of(uri);
          if (!url) return;
          expect(['http:', 'https:']).toContain(url.protocol);
          expect([url.username, url.password]).toEqual(['', '']);
          expect(url.hostname).not.toBe('');
        },
      ),
      RUNS,
    ));
});

describe('the address rules', () => {
  const rules = new AddressRules();
  /** Blocks that are not for everyone, as first and last address, written down once more by hand. */
  const CLOSED: readonly (readonly [number, number])[] = [
    [0x00000000, 0x00ffffff],
    [0x0a000000, 0x0affffff],
    [0x64400000, 0x647fffff],
    [0x7f000000, 0x7fffffff],
    [0xa9fe0000, 0xa9feffff],
    [0xac100000, 0xac1fffff],
    [0xc0000000, 0xc00000ff],
    [0xc0000200, 0xc00002ff],
    [0xc0a80000, 0xc0a8ffff],
    [0xc6120000, 0xc613ffff],
    [0xc6336400, 0xc63364ff],
    [0xcb007100, 0xcb0071ff],
    [0xe0000000, 0xffffffff],
  ];
  const dotted = (address: number) => [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
  const near = fc
    .tuple(fc.constantFrom(...CLOSED.flat()), fc.integer({ min: -2, max: 2 }))
    .map(([edge, step]) => (edge + step) >>> 0);

  it('let through to no IPv4 address of a closed block', () =>
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), near), (address) => {
        const isClosed = CLOSED.some(([first, last]) => address >= first && address <= last);
        if (isClosed) expect(rules.allows(dotted(address))).toBe(false);
      }),
      { numRuns: 20_000 },
    ));

  it('let through to IPv6 addresses of 2000::/3 only', () =>
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        if (!rules.allows(address)) return;
        expect(parseInt(address.split(':')[0] ?? '', 16) >> 13).toBe(1);
        expect(address).not.toMatch(/^2002:/);
      }),
      { numRuns: 20_000 },
    ));

  it('let through to no text that is no address', () =>
    fc.assert(
      fc.property(fc.oneof(text, fc.domain(), madeOf('127', '.', '0x7f', '::', '%', '1')), (anything) => {
        if (rules.allows(anything)) expect(anything).toMatch(/^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]*)$/i);
      }),
      RUNS,
    ));
});

describe('the fields that readers send', () => {
  it('ranges lie within the picture', () =>
    fc.assert(
      fc.property(
        fc.oneof(text, madeOf('bytes=', '-', ',', '0', '1', '99999999999999999999', ' ')),
        fc.integer({ min: 0, max: 1000 }),
        (field, length) => {
          const range = parseRange(field, length);
          if (range === undefined || range === 'unsatisfiable') return;
          expect(range.first).toBeGreaterThanOrEqual(0);
          expect(range.last).toBeGreaterThanOrEqual(range.first);
          expect(range.last).toBeLessThan(length);
        },
      ),
      RUNS,
    ));

  it('conditions come to one of three ends', () => {
    const field = fc.option(fc.oneof(text, madeOf('"a"', 'W/', '*', ',', ' ', 'Mon, 01 Jan 2024 00:00:00 GMT')), {
      nil: undefined,
    });
    fc.assert(
      fc.property(field, field, field, field, (match, none, modified, unmodified) => {
        const headers = {
          'if-match': match,
          'if-none-match': none,
          'if-modified-since': modified,
          'if-unmodified-since': unmodified,
        };
        const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
        const outcome = evaluatePreconditions(given, { etag: '"a"', lastModified: new Date(0) });
        expect(['proceed', 'not-modified', 'precondition-failed']).toContain(outcome);
      }),
      RUNS,
    );
  });

  it('targets lead to a route, or to a clean path of this server', () =>
    fc.assert(
      fc.property(
        fc.oneof(text, madeOf('/', '//', '.', '..', '%2f', '%2e', '%0d%0a', '\\', '?', '#', 'img', 'http://x', '%ff')),
        (target) => {
          const route = parseRoute(target);
          if (route.kind !== 'moved') return;
          expect(route.location).toMatch(/^\/(?![/\\])[\x21-\x7e]*|^\/[?]/);
          expect(route.location.split('?')[0]).not.toMatch(/[\r\n\\]|\/\.\.?(\/|$)/);
        },
      ),
      RUNS,
    ));
});

describe('the fields that origins send', () => {
  it('types are one image type, or none', () =>
    fc.assert(
      fc.property(fc.oneof(text, madeOf('image/', 'png', ',', ';', ' ', '/', 'text/html', '\n')), (field) => {
        expect(parseImageType(field) ?? 'image/x').toMatch(/^image\/[^\s/,;<>"]+$/i);
      }),
      RUNS,
    ));

  it('a time to wait is a number of seconds that is not negative, or none', () =>
    fc.assert(
      fc.property(fc.oneof(text, madeOf('-', '1', 'Mon, 01 Jan 2024 00:00:00 GMT', '.', 'e9')), (field) => {
        expect(parseRetryAfter(field, 0) ?? 0).toBeGreaterThanOrEqual(0);
      }),
      RUNS,
    ));

  it('whatever a record holds, what is used of it can be sent', () =>
    fc.assert(
      fc.property(text, text, (type, etag) => {
        const record = usableRecord({ type, etag, checksum: '' });
        expect(() => new Headers({ a: record.type ?? '', b: record.etag ?? '' })).not.toThrow();
      }),
      RUNS,
    ));
});

describe('the cache path', () => {
  const files = new DiskFiles('/dir');

  it('is exactly DIR/aa/bb/cc/rest, whatever the URI is', () =>
    fc.assert(
      fc.property(
        fc.oneof(
          bytes,
          fc.constantFrom('../../etc/passwd', '/', '\0', '.').map((t) => Buffer.from(t)),
        ),
        (uri) => {
          expect(files.pathOf(SourceUri.of(uri))).toMatch(/^\/dir(\/[0-9a-f]{2}){3}\/[0-9a-f]{34}$/);
        },
      ),
      RUNS,
    ));
});
