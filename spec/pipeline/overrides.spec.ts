import { merge, NEVER, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { imagePipeline, pipelineWithRefresh, refresh, sharedState } from '../../src/pipeline/index.js';
import { stubPorts } from '../../src/testing/index.js';
import { marbles, rejection } from '../support/marbles.js';
import { LINK, URL_OF_IT } from '../support/nouns.js';
import { FETCHED } from '../support/serving.js';
import { sending, world } from '../support/world.js';

describe('an option that is undefined', () => {
  it(
    'overrides nothing',
    marbles(({ cold, expectObservable, scheduler }) => {
      const large = world({ connect: () => of(sending(of(Buffer.alloc(5_242_881)))) });
      const slow = world({ connect: () => cold('29999ms (r|)', { r: sending() }) });
      const nothing = { maxBytes: undefined, fetchTimeout: undefined, stage: undefined };
      const serve = (ports: typeof large) => of(LINK).pipe(imagePipeline(ports, { ...nothing, scheduler }));
      expectObservable(serve(large)).toBe('#', undefined, rejection('too-large'));
      expectObservable(serve(slow)).toBe('29999ms (f|)', { f: FETCHED });
    }),
  );

  it('overrides no limit either, and one that is said leaves the others as they are', () => {
    const shared = sharedState({ fetches: undefined, resizes: { concurrency: 1, queueLimit: undefined } });
    const work = () => NEVER;
    const fetches = merge(...Array.from({ length: 65 }, () => shared.fetchGate.run(work))).subscribe();
    const resizes = merge(...Array.from({ length: 256 }, () => shared.resizeGate.run(work))).subscribe();
    expect([shared.fetchGate.running, shared.fetchGate.waiting]).toEqual([64, 1]);
    expect([shared.resizeGate.running, shared.resizeGate.waiting]).toEqual([1, 255]);
    fetches.unsubscribe();
    resizes.unsubscribe();
  });

  it(
    'leaves the pauses of failing origins as they are beside one that is said',
    marbles(({ scheduler }) => {
      const { backOff } = sharedState({ backOff: { jitter: 0 }, scheduler });
      backOff.failed(URL_OF_IT);
      expect(backOff.remainingRest(URL_OF_IT)).toBe(30_000);
    }),
  );
});

describe('a number that cannot be', () => {
  it.each([
    [{ maxBytes: NaN }, TypeError, 'maxBytes'],
    [{ maxBytes: '5' as unknown as number }, TypeError, 'maxBytes'],
    [{ maxRedirects: -1 }, RangeError, 'maxRedirects'],
    [{ fetchTimeout: NaN }, TypeError, 'fetchTimeout'],
    [{ resizeTimeout: -1 }, RangeError, 'resizeTimeout'],
    [{ refreshWait: NaN }, TypeError, 'refreshWait'],
    [{ perHost: { concurrency: 0 } }, RangeError, 'concurrency'],
    [{ fetches: { queueLimit: NaN } }, TypeError, 'queueLimit'],
    [{ resizes: { queueTimeout: -1 } }, RangeError, 'queueTimeout'],
    [{ unsaved: { retention: NaN } }, TypeError, 'retention'],
    [{ backOff: { failuresToOpen: 0 } }, RangeError, 'failuresToOpen'],
    [{ backOff: { firstPause: NaN } }, TypeError, 'firstPause'],
    [{ backOff: { jitter: 1.5 } }, RangeError, 'jitter'],
  ])('is named when the pipeline is made: %j', (overrides, kind, name) => {
    const making = () => imagePipeline(stubPorts(), overrides);
    expect(making).toThrow(kind);
    expect(making).toThrow(new RegExp(`^${name} `));
  });
});

describe('what is shared', () => {
  it('has its limits already: they are no options beside it', () => {
    const ports = stubPorts();
    const shared = sharedState({ perHost: { concurrency: 1 } });
    const refreshed = refresh(ports, { maxBytes: 1 }, shared);
    // @ts-expect-error They would be left out of account.
    refresh(ports, { perHost: { concurrency: 2 } }, shared);
    // @ts-expect-error As above.
    pipelineWithRefresh(ports, refreshed, { resizes: { concurrency: 2 } }, shared);
    // @ts-expect-error As above.
    imagePipeline(ports, { backOff: { jitter: 0 } }, shared);
  });
});
