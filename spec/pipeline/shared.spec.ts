import { merge, type Observable, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type SharedState, sharedState } from '../../src/pipeline/index.js';
import { marbles, rejection } from '../support/marbles.js';
import { URL_OF_IT, valid } from '../support/nouns.js';

const GATES: [string, (shared: SharedState, work: () => Observable<string>) => Observable<string>][] = [
  ['perHost', ({ hostGates }, work) => hostGates.run('origin.example', work)],
  ['fetches', ({ fetchGate }, work) => fetchGate.run(work)],
  ['resizes', ({ resizeGate }, work) => resizeGate.run(work)],
];

describe('sharedState', () => {
  for (const [name, run] of GATES) {
    it(
      `keeps the limits of ${name}`,
      marbles(({ cold, expectObservable, scheduler }) => {
        const narrow = { concurrency: 1, queueLimit: 1, queueTimeout: 2 };
        const shared = sharedState({ [name]: narrow, scheduler });
        const work = cold('         ----(r|)');
        const visit = () => run(shared, () => work);
        expectObservable(visit()).toBe(' ----(r|)');
        expectObservable(visit(), '-^').toBe('---#', undefined, rejection('overloaded'));
        expectObservable(visit(), '--^').toBe('--#', undefined, rejection('overloaded'));
      }),
    );

    it(
      `measures the patience of ${name} by the clock it is given`,
      marbles(({ cold, expectObservable }) => {
        const scheduler = new VirtualTimeScheduler();
        const narrow = { concurrency: 1, queueLimit: 1, queueTimeout: 2 };
        const shared = sharedState({ [name]: narrow, scheduler });
        const work = cold('---(r|)');
        const visit = () => run(shared, () => work);
        // That clock stands still, so nobody has waited for any time.
        expectObservable(merge(visit(), visit())).toBe('---r--(r|)');
      }),
    );
  }

  it('dates rests and pictures that wait to be stored by the clock it is given', () => {
    const backOff = { firstPause: 10, jitter: 0 };
    const { backOff: rests, unsaved } = sharedState({ backOff, scheduler: new VirtualTimeScheduler() });
    rests.failed(URL_OF_IT);
    expect(rests.restFor(URL_OF_IT)).toEqual({ cause: 'uri', until: 10 });
    expect(unsaved.hold(valid()).lastModified).toEqual(new Date(0));
  });
});
