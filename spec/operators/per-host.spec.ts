import { of } from 'rxjs';
import { describe, it } from 'vitest';
import { KeyedGate, perHost } from '../../src/operators/index.js';
import { marbles, rejection } from '../support/marbles.js';
import { itIsAnOperator } from '../support/operator-laws.js';

describe('perHost', () => {
  const polite = () => new KeyedGate({ concurrency: 1, queueLimit: 1 });
  const itself = (value: string) => value;

  itIsAnOperator({ operator: () => perHost(polite(), itself, () => of('r')), input: 'a', output: 'r' });

  it(
    'lets one value of each host through at a time',
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const values = hot('   aab-------|');
      const ofA = cold('     ---(r|)');
      const ofB = cold('     ---(s|)');
      const result = '       ---r-sr---|';
      expectObservable(values.pipe(perHost(polite(), itself, (host) => (host === 'a' ? ofA : ofB)))).toBe(result);
      expectSubscriptions(ofA.subscriptions).toBe(['^--!', '---^--!']);
      expectSubscriptions(ofB.subscriptions).toBe(['--^--!']);
    }),
  );

  it(
    'shares its places between streams, and turns away what finds the queue full',
    marbles(({ cold, expectObservable }) => {
      const gates = polite();
      const through = () => cold('-a|').pipe(perHost(gates, itself, () => cold('---(r|)')));
      expectObservable(through()).toBe('----(r|)');
      expectObservable(through()).toBe('-------(r|)');
      expectObservable(through()).toBe('-#', undefined, rejection('overloaded'));
    }),
  );

  it(
    'stops the work, and leaves the queue, when it is unsubscribed from',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const gates = polite();
      const work = cold('----(r|)');
      const through = () => cold('(a|)').pipe(perHost(gates, itself, () => work));
      expectObservable(through(), '  ^-!').toBe('--');
      expectObservable(through(), ' -^--!').toBe('----');
      expectObservable(through(), '----^').toBe('--------(r|)');
      expectSubscriptions(work.subscriptions).toBe(['^-!', '--^-!', '----^---!']);
    }),
  );
});
