import { of } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { type ImageRequest, ORIGINAL, type Ports, SourceUri } from '../../src/domain/index.js';
import { BackOff, rememberFailure } from '../../src/operators/index.js';
import { strictPorts, unexpected } from '../../src/testing/index.js';
import { marbles, type Marbles, rejection } from '../support/marbles.js';
import { REQUEST, URL_OF_IT } from '../support/nouns.js';
import { itIsAnOperator } from '../support/operator-laws.js';

function noting(
  recordError: Ports['catalogue']['recordError'] = unexpected('recordError'),
  report: Ports['report'] = unexpected('report'),
): Pick<Ports, 'catalogue' | 'report'> {
  return strictPorts({ catalogue: { recordError }, report });
}

function backOffOf({ scheduler }: Marbles): BackOff {
  return new BackOff({
    firstPause: 10,
    longestPause: 70,
    jitter: 0,
    failuresToOpen: 2,
    longestRetryAfter: 5000,
    scheduler,
  });
}

const SIBLING = new URL('/other.png', URL_OF_IT);

describe('rememberFailure', () => {
  itIsAnOperator({
    operator: (tools) => rememberFailure<string>(noting(), REQUEST, backOffOf(tools)),
    input: 'a',
    output: 'a',
  });

  for (const [code, reason] of [
    ['unexpected-status', 'unexpected status code'],
    ['too-large', 'exceeded max size'],
    ['invalid-type', 'invalid content-type'],
  ] as const) {
    it(
      `notes ${code} in the catalogue as "${reason}", and only then passes it on`,
      marbles((tools) => {
        const backOff = backOffOf(tools);
        const source = tools.cold(' -#', undefined, rejection(code));
        const note = tools.cold('    --(n|)', { n: undefined });
        const noted = '             -^-!';
        const expected = '          ---#';
        const ports = noting((_, as) => (as === reason ? note : of(undefined)));
        const remembered = source.pipe(rememberFailure(ports, REQUEST, backOff));
        tools.expectObservable(remembered).toBe(expected, undefined, rejection(code));
        tools.expectSubscriptions(note.subscriptions).toBe(noted);
        tools.flush();
        expect(backOff.remainingRest(URL_OF_IT)).toBe(0);
      }),
    );
  }

  for (const [code, hostRest] of [
    ['dns-error', 10],
    ['unreachable', 10],
    ['tls-error', 10],
    ['timeout', 10],
    ['bad-response', 10],
    ['truncated', 0],
    ['redirect-loop', 0],
    ['forbidden-address', 0],
  ] as const) {
    it(
      `notes ${code} in this process, against ${hostRest > 0 ? 'the host' : 'the URI'}`,
      marbles((tools) => {
        const backOff = backOffOf(tools);
        const source = tools.cold<never>('#', undefined, rejection(code));
        const remembered = () => source.pipe(rememberFailure(noting(), REQUEST, backOff));
        tools.expectObservable(remembered()).toBe('#', undefined, rejection(code));
        tools.expectObservable(remembered()).toBe('#', undefined, rejection(code));
        tools.flush();
        expect(backOff.remainingRest(URL_OF_IT)).toBe(10);
        expect(backOff.remainingRest(SIBLING)).toBe(hostRest);
      }),
    );
  }

  for (const code of ['blocked', 'overloaded', 'resting', 'catalogue-unavailable', 'storage-unavailable'] as const) {
    it(
      `does not hold ${code} against the origin`,
      marbles((tools) => {
        const backOff = backOffOf(tools);
        const source = tools.cold<never>('#', undefined, rejection(code));
        const remembered = source.pipe(rememberFailure(noting(), REQUEST, backOff));
        tools.expectObservable(remembered).toBe('#', undefined, rejection(code));
        tools.flush();
        expect(backOff.remainingRest(URL_OF_IT)).toBe(0);
      }),
    );
  }

  it(
    'lets the whole host rest when it asks for that',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      const busy = rejection('unexpected-status', { originStatus: 503, retryAfter: 3 });
      const source = tools.cold<never>('#', undefined, busy);
      const remembered = source.pipe(
        rememberFailure(
          noting(() => of(undefined)),
          REQUEST,
          backOff,
        ),
      );
      tools.expectObservable(remembered).toBe('#', undefined, rejection('unexpected-status'));
      tools.flush();
      expect(backOff.remainingRest(SIBLING)).toBe(3000);
    }),
  );

  it(
    'holds the failure of a host against that host, not against the one that redirected to it',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      const elsewhere = new URL('http://elsewhere.example/a.png');
      const source = tools.cold<never>('#', undefined, rejection('unreachable', { url: elsewhere }));
      for (const at of ['^', '-^']) {
        const remembered = source.pipe(rememberFailure(noting(), REQUEST, backOff));
        tools.expectObservable(remembered, at).toBe(at.replace('^', '#'), undefined, rejection('unreachable'));
      }
      tools.flush();
      expect([backOff.remainingRest(elsewhere), backOff.remainingRest(SIBLING)]).toEqual([10, 0]);
    }),
  );

  it(
    'does not ask a host again and again that redirects to a resting one',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      const source = tools.cold<never>(
        '#',
        undefined,
        rejection('resting', { url: new URL('http://elsewhere.example/') }),
      );
      const remembered = source.pipe(rememberFailure(noting(), REQUEST, backOff));
      tools.expectObservable(remembered).toBe('#', undefined, rejection('resting'));
      tools.flush();
      expect([backOff.remainingRest(URL_OF_IT), backOff.remainingRest(SIBLING)]).toEqual([10, 0]);
    }),
  );

  it(
    'holds it against nobody that there was no place at the host that was redirected to',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      const full = rejection('overloaded', { url: new URL('http://elsewhere.example/') });
      const remembered = tools.cold<never>('#', undefined, full).pipe(rememberFailure(noting(), REQUEST, backOff));
      tools.expectObservable(remembered).toBe('#', undefined, rejection('overloaded'));
      tools.flush();
      expect(backOff.remainingRest(URL_OF_IT)).toBe(0);
    }),
  );

  it(
    'lets a host rest that asks for it only later',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      const ports = noting(() => of(undefined));
      for (const [at, details] of [
        ['#', {}],
        ['-#', { retryAfter: 3 }],
      ] as const) {
        const source = tools.cold<never>(at, undefined, rejection('unexpected-status', details));
        const remembered = source.pipe(rememberFailure(ports, REQUEST, backOff));
        tools.expectObservable(remembered).toBe(at, undefined, rejection('unexpected-status'));
      }
      tools.flush();
      expect(backOff.restFor(SIBLING)).toEqual({ cause: 'retry-after', until: 3001 });
    }),
  );

  it(
    'notes in this process what the catalogue cannot take',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      const source = tools.cold<never>('#', undefined, rejection('too-large'));
      const down = tools.cold<never>('--#', undefined, rejection('catalogue-unavailable'));
      const report = vi.fn();
      const remembered = source.pipe(
        rememberFailure(
          noting(() => down, report),
          REQUEST,
          backOff,
        ),
      );
      tools.expectObservable(remembered).toBe('--#', undefined, rejection('too-large'));
      tools.flush();
      expect(report.mock.calls).toMatchObject([[{ code: 'catalogue-unavailable' }]]);
      expect(backOff.remainingRest(URL_OF_IT)).toBe(10);
      expect(backOff.remainingRest(SIBLING)).toBe(0);
    }),
  );

  it(
    'forgets earlier failures once a picture came',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      backOff.failed(URL_OF_IT);
      tools.expectObservable(of('a').pipe(rememberFailure(noting(), REQUEST, backOff))).toBe('(a|)');
      tools.flush();
      expect(backOff.remainingRest(URL_OF_IT)).toBe(0);
    }),
  );

  it(
    'has nobody to leave alone when there is no URL',
    marbles((tools) => {
      const request: ImageRequest = { uri: SourceUri.of('no uri'), variant: ORIGINAL };
      const source = tools.cold<never>('-#', undefined, rejection('invalid-uri'));
      const remember = rememberFailure<string>(noting(), request, backOffOf(tools));
      tools.expectObservable(source.pipe(remember)).toBe('-#', undefined, rejection('invalid-uri'));
      tools.expectObservable(of('a').pipe(remember)).toBe('(a|)');
    }),
  );
});
