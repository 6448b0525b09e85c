import { describe, it } from 'vitest';
import { BackOff, KeyedGate, Gate, takeTurns, type Turn } from '../../src/operators/index.js';
import { marbles, type Marbles, rejection } from '../support/marbles.js';

const HERE = new URL('http://origin.example/a.png');
const THERE = new URL('http://origin.example/b.png');
const ELSEWHERE = new URL('http://other.example/a.png');

function turns({ scheduler }: Marbles, all = 8): { backOff: BackOff; turn: Turn } {
  const pauses = { firstPause: 10, longestPause: 70, jitter: 0, failuresToOpen: 1, longestRetryAfter: 5000 };
  const backOff = new BackOff({ ...pauses, scheduler });
  const hosts = new KeyedGate({ concurrency: 1, queueLimit: 8 });
  return {
    backOff,
    turn: takeTurns({ backOff, hostGates: hosts, fetchGate: new Gate({ concurrency: all, queueLimit: 8 }) }),
  };
}

describe('takeTurns', () => {
  it(
    'mirrors an exchange that may begin',
    marbles((tools) => {
      const exchange = tools.cold('--r-|');
      const subscribed = '         ^---!';
      tools.expectObservable(turns(tools).turn(HERE, () => exchange)).toBe('--r-|');
      tools.expectSubscriptions(exchange.subscriptions).toBe(subscribed);
    }),
  );

  it(
    'does not ask what rests',
    marbles((tools) => {
      const { backOff, turn } = turns(tools);
      const exchange = tools.cold('--(r|)');
      backOff.failed(HERE);
      tools.expectObservable(turn(HERE, () => exchange)).toBe('            #', undefined, rejection('resting'));
      tools
        .expectObservable(
          turn(HERE, () => exchange),
          '9ms ^',
        )
        .toBe('   9ms #', undefined, rejection('resting'));
      tools
        .expectObservable(
          turn(HERE, () => exchange),
          '10ms ^',
        )
        .toBe('  12ms (r|)');
      tools.expectSubscriptions(exchange.subscriptions).toBe(['10ms ^-!']);
    }),
  );

  it(
    'looks again when the turn has come',
    marbles((tools) => {
      const { backOff, turn } = turns(tools);
      const failing = tools.cold('--#');
      const waiting = tools.cold('(r|)');
      tools.scheduler.schedule(() => backOff.hostFailed(HERE), 1);
      tools.expectObservable(turn(HERE, () => failing)).toBe('--#');
      tools.expectObservable(turn(THERE, () => waiting)).toBe('--#', undefined, rejection('resting'));
      tools.expectSubscriptions(waiting.subscriptions).toBe([]);
    }),
  );

  it(
    'lets one ask a host that was resting, and the others when it has answered',
    marbles((tools) => {
      const { backOff, turn } = turns(tools);
      backOff.hostFailed(HERE);
      const answer = tools.cold('---(r|)');
      tools
        .expectObservable(
          turn(HERE, () => answer),
          '10ms ^',
        )
        .toBe('   13ms (r|)');
      tools
        .expectObservable(
          turn(THERE, () => answer),
          '11ms ^',
        )
        .toBe('  11ms #', undefined, rejection('resting'));
      tools
        .expectObservable(
          turn(THERE, () => answer),
          '14ms ^',
        )
        .toBe('  17ms (r|)');
      tools.expectSubscriptions(answer.subscriptions).toBe(['10ms ^--!', '14ms ^--!']);
    }),
  );

  it(
    'keeps to the bounds of each host and of all together, without holding a place it cannot use',
    marbles((tools) => {
      const { turn } = turns(tools, 2);
      const exchange = tools.cold('---(r|)');
      const asked = ['              ^--!', '^--!', '---^--!'];
      // Were a place among all taken before one at the host, the second would keep the third out.
      tools.expectObservable(turn(HERE, () => exchange)).toBe('      ---(r|)');
      tools.expectObservable(turn(THERE, () => exchange)).toBe('     ------(r|)');
      tools.expectObservable(turn(ELSEWHERE, () => exchange)).toBe(' ---(r|)');
      tools.expectSubscriptions(exchange.subscriptions).toBe(asked);
    }),
  );

  it(
    'leaves the queue, or stops the exchange, when nobody waits',
    marbles((tools) => {
      const { turn } = turns(tools);
      const exchange = tools.cold('-----');
      tools
        .expectObservable(
          turn(HERE, () => exchange),
          '^---!',
        )
        .toBe(' -----');
      tools
        .expectObservable(
          turn(THERE, () => exchange),
          '^-!',
        )
        .toBe('  ---');
      tools.expectSubscriptions(exchange.subscriptions).toBe('         ^---!');
    }),
  );
});
