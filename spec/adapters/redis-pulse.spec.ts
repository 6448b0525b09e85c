import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RedisPulse } from '../../src/adapters/redis-pulse.js';

describe('RedisPulse', () => {
  /** PINGs that are not answered yet. */
  let pings: { readonly answer: () => void; readonly refuse: () => void }[];
  let sent: number;
  let lost: number;
  let pulse: RedisPulse;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
    [pings, sent, lost] = [[], 0, 0];
    pulse = new RedisPulse(
      () =>
        new Promise((resolve, reject) => {
          sent++;
          pings.push({ answer: () => resolve('PONG'), refuse: () => reject(new Error('gone')) });
        }),
      () => lost++,
    );
  });
  afterEach(() => {
    pulse.end();
    vi.useRealTimers();
  });

  const now = () => performance.now();
  const answer = () => pings.shift()?.answer();

  it('is proven for 25 ms from when a PING was sent that is answered', async () => {
    expect(pulse.isProven(now())).toBe(false);
    const proof = pulse.proof(now());
    vi.advanceTimersByTime(4);
    answer();
    expect(await proof).toBe(true);
    vi.advanceTimersByTime(20);
    expect(pulse.isProven(now())).toBe(true);
    vi.advanceTimersByTime(1);
    expect(pulse.isProven(now())).toBe(false);
  });

  it('is proven to all who wait by the same PING, unless it was sent too long before they came', async () => {
    const proofs = [pulse.proof(now())];
    for (let reader = 0; reader < 63; reader++) proofs.push(pulse.proof(now() + reader / 3));
    expect(sent).toBe(1);
    proofs.push(pulse.proof(now() + 25));
    expect(sent).toBe(2);
    answer();
    answer();
    expect(await Promise.all(proofs)).toEqual(Array(65).fill(true));
  });

  it('is silent when an answer does not come within 10 ms, and then nobody waits until one comes', async () => {
    const begun = process.hrtime.bigint();
    expect(await pulse.proof(now())).toBe(false);
    expect(Number(process.hrtime.bigint() - begun) / 1e6).toBeGreaterThan(9);
    for (let reader = 0; reader < 3; reader++) expect(await pulse.proof(now())).toBe(false);
    expect(sent).toBe(1);
    answer();
    await delay(0);
    const proof = pulse.proof(now() + 25);
    expect(sent).toBe(2);
    answer();
    expect(await proof).toBe(true);
  });

  it('is asked every 10 ms while somebody wants to know, and rests a second after that', async () => {
    pulse.isProven(now());
    for (let beat = 1; beat <= 101; beat++) {
      vi.advanceTimersByTime(10);
      answer();
      await delay(0);
    }
    expect(sent).toBe(100);
    expect(vi.getTimerCount()).toBe(0);
    pulse.isProven(now());
    expect(vi.getTimerCount()).toBe(1);
  });

  it('is asked three times without an answer, and again after one', async () => {
    pulse.isProven(now());
    vi.advanceTimersByTime(50);
    expect(sent).toBe(3);
    answer();
    await delay(0);
    vi.advanceTimersByTime(50);
    expect(sent).toBe(4);
  });

  it('is proven all the time by answers that take 15 ms each', async () => {
    const due: number[] = [];
    const begun = now();
    pulse.isProven(begun);
    for (let known = 0; now() < begun + 200;) {
      vi.advanceTimersByTime(1);
      for (; known < sent; known++) due.push(now() + 15);
      if (now() >= (due[0] ?? Infinity)) {
        due.shift();
        answer();
        await delay(0);
      }
      expect(pulse.isProven(now())).toBe(now() >= begun + 25);
    }
  });

  it('is found to be silent though nothing else wakes the event loop', () => {
    const program = `
      const { RedisPulse } = await import('./src/adapters/redis-pulse.ts');
      const pulse = new RedisPulse(() => new Promise(() => undefined), () => undefined);
      setTimeout(() => console.log('late'), 3000).unref();
      const keepsAlive = setTimeout(() => undefined, 6000);
      console.log(await pulse.proof(performance.now()));
      clearTimeout(keepsAlive);`;
    const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    expect(stdout).toBe('false\n');
  });

  it('is lost when a PING is refused, but not when it is over', async () => {
    const proof = pulse.proof(now());
    pings.shift()?.refuse();
    expect(await proof).toBe(false);
    expect(lost).toBe(1);
    const last = pulse.proof(now() + 25);
    pulse.end();
    pings.shift()?.refuse();
    expect(await last).toBe(false);
    expect(await pulse.proof(now())).toBe(false);
    expect(lost).toBe(1);
  });

  it('is over when it is ended, be a PING answered or not', async () => {
    const proof = pulse.proof(now());
    pulse.end();
    answer();
    expect(await proof).toBe(false);
    expect(pulse.isOver).toBe(true);
    expect(sent).toBe(1);
  });
});
