import { of } from 'rxjs';
import { describe, it } from 'vitest';
import { SourceUri } from '../../src/domain/index.js';
import { BackOff, skipResting } from '../../src/operators/index.js';
import { marbles, type Marbles, rejected } from '../support/marbles.js';
import { FIRST_DUE, URL_OF_IT } from '../support/nouns.js';
import { itIsAnOperator } from '../support/operator-laws.js';

function backOffOf({ scheduler }: Marbles): BackOff {
  return new BackOff({ firstPause: 10, longestPause: 70, failuresToOpen: 3, longestRetryAfter: 5000, scheduler });
}

describe('skipResting', () => {
  itIsAnOperator({ operator: (tools) => skipResting(backOffOf(tools)), input: FIRST_DUE, output: FIRST_DUE });

  it(
    'rejects while the URI rests, and lets it pass afterwards',
    marbles((tools) => {
      const backOff = backOffOf(tools);
      backOff.failed(URL_OF_IT);
      const during = tools.hot('  ---------a--|', { a: FIRST_DUE });
      const after = tools.hot('   ----------a-|', { a: FIRST_DUE });
      tools.expectObservable(during.pipe(skipResting(backOff))).toBe('---------#', undefined, rejected('resting'));
      tools.expectObservable(after.pipe(skipResting(backOff))).toBe(' ----------a-|', { a: FIRST_DUE });
      tools.expectSubscriptions(during.subscriptions).toBe('          ^--------!');
    }),
  );

  it(
    'leaves what has no URL to those who say why',
    marbles((tools) => {
      const due = { ...FIRST_DUE, request: { ...FIRST_DUE.request, uri: SourceUri.of('ftp://origin.example/') } };
      tools.expectObservable(of(due).pipe(skipResting(backOffOf(tools)))).toBe('(a|)', { a: due });
    }),
  );
});
