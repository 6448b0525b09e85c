import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AVATAR, FIRST_FETCH, NEW, OLD, type Outcome, RENEWAL, REPLACEMENT } from '../corpus/crashes.js';
import { CrashSite } from '../support/crash-site.js';
import { redisUrl } from '../support/redis.js';

/** With 27 steps, two hundred and sixteen in all. */
const SITES = 2;
const ROUNDS = 4;

describe.skipIf(redisUrl === null)('killed at any moment', () => {
  /** Side by side: most of the time, one waits for a service to start. */
  const sites: CrashSite[] = [];

  beforeAll(async () => {
    for (let n = 0; n < SITES; n++) sites.push(await CrashSite.open());
  });
  afterAll(() => Promise.all(sites.map((site) => site.close())));

  const rounds = (
    outcomes: Record<string, Outcome>,
    round: (site: CrashSite, step: string, outcome: Outcome) => Promise<void>,
  ) => {
    it.each(Object.entries(outcomes))('%s', { timeout: 120_000 }, async (step, outcome) => {
      const some = async (site: CrashSite) => {
        for (let n = 0; n < ROUNDS; n++) {
          await round(site, step, outcome);
          await site.forgetAll();
        }
      };
      const endings = await Promise.allSettled(sites.map(some));
      for (const ending of endings) if (ending.status === 'rejected') throw ending.reason;
    });
  };

  describe('a first fetch', () => {
    rounds(FIRST_FETCH, async (site, step, outcome) => {
      const uri = await site.declare();
      if (step === 'half received') site.sendsHalf(uri, NEW);
      else site.sendsWhole(uri, NEW);
      await site.killedAt(step, () => site.get('img', uri));
      await site.expectOutcome(uri, outcome, NEW);
    });
  });

  describe('a replacement', () => {
    rounds(REPLACEMENT, async (site, step, outcome) => {
      const uri = await site.keep(OLD);
      expect((await site.get('avatars', uri)).status).toBe(200);
      await site.expire(uri);
      if (step === 'half received') site.sendsHalf(uri, NEW);
      else site.sendsWhole(uri, NEW);
      await site.killedAt(step, () => site.get('img', uri));
      await site.expectOutcome(uri, outcome, NEW);
    });
  });

  describe('a renewal, the same bytes with another etag', () => {
    rounds(RENEWAL, async (site, step, outcome) => {
      const uri = await site.keep(OLD);
      await site.expire(uri);
      site.sendsWhole(uri, OLD, '"f"');
      await site.killedAt(step, () => site.get('img', uri));
      await site.expectOutcome(uri, outcome, OLD);
    });
  });

  describe('an avatar', () => {
    rounds(AVATAR, async (site, step, outcome) => {
      const uri = await site.keep(OLD);
      await site.killedAt(step, () => site.get('avatars', uri));
      await site.expectOutcome(uri, outcome, OLD);
      expect((await site.get('avatars', uri)).status).toBe(200);
      expect(site.isKept(uri)).toBe(true);
    });
  });
});
