import { existsSync, readdirSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisUrl } from '../support/redis.js';
import { runCommand, type Service, startService } from '../support/service.js';
import { Chance } from './chance.js';
import { type Outcome, readOnce } from './reader.js';
import { Site } from './site.js';
import { median, type Usage, usageOf } from './usage.js';
import { openWeb, type Web } from './web.js';

const REQUESTS = Number(process.env['SOAK_REQUESTS'] ?? 4000);
const SEED = Number(process.env['SOAK_SEED'] ?? Date.now() % 2 ** 31);
const READERS = 24;
const LONGEST = 10 * 60_000;

/** Everything that rests or waits does so briefly, so that everything happens often. */
const FLAGS = ['--rest', '0.2', '--longest-rest', '1', '--refresh-wait', '0.1', '--redis-grace', '1'];
const MORE_FLAGS = ['--fetch-timeout', '2', '--longest-retry-after', '1', '--host-failures', '5'];

describe.skipIf(redisUrl === null || !existsSync('/proc/self/fd'))(
  `a soak of ${REQUESTS} requests, seed ${SEED}`,
  () => {
    const chance = new Chance(SEED);
    const agent = new Agent({ keepAlive: true });
    const outcomes = new Map<Outcome, number>();
    const flaws: string[] = [];
    const usage: Usage[] = [];
    let web: Web;
    let site: Site;
    let service: Service;
    let idle: Usage;

    beforeAll(async () => {
      web = await openWeb(chance);
      site = await Site.open(web.subjects);
      service = await startService({ redis: `127.0.0.1:${site.port}/0`, flags: [...FLAGS, ...MORE_FLAGS] });
      for (const { uri } of web.subjects) await service.get('img', uri);
      idle = usageOf(service.process.pid ?? 0);
    }, 60_000);
    afterAll(async () => {
      agent.destroy();
      await service.stop();
      await site.close();
      await web.close();
    });

    it('answers everything rightly', { timeout: LONGEST + 60_000 }, async () => {
      let asked = 0;
      const ends = performance.now() + LONGEST;
      const keepRunning = () => asked < REQUESTS && performance.now() < ends;
      const read = async () => {
        while (keepRunning()) {
          asked++;
          const { outcome, wrong } = await readOnce(site, chance.of(web.subjects), {
            agent,
            port: service.port,
            chance,
          });
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
          if (wrong !== undefined) flaws.push(wrong);
          // Or all requests would be used up while there is nothing to be had.
          if (outcome !== 200) await delay(20);
        }
      };
      const now = async (pause: number, act: () => unknown) => {
        while (keepRunning()) {
          await delay(pause);
          await act();
        }
      };
      const loseRedis = async () => {
        for (let n = 1; n <= 5; n++) {
          while (keepRunning() && asked < (n * REQUESTS) / 6) await delay(20);
          if (keepRunning()) await site.restart(chance);
        }
      };
      await Promise.all([
        ...Array.from({ length: READERS }, read),
        now(5, () => site.expire(chance.of(web.subjects))),
        now(40, () => site.toggle(chance.of(web.subjects))),
        now(250, () => usage.push(usageOf(service.process.pid ?? 0))),
        loseRedis(),
      ]);
      report();
      expect(flaws).toEqual([]);
      expect(asked).toBe(REQUESTS);
      expect(site.restarts).toBeGreaterThan(0);
      for (const outcome of [200, 302, 404, 503, 'left'] as const) expect(outcomes.get(outcome)).toBeGreaterThan(0);
    });

    // A short run ends before the heap has the size that it keeps.
    const isLong = REQUESTS >= 50_000;
    it(isLong ? 'takes no more memory in the end than in the middle' : 'takes less than 400 MiB', () => {
      const quarter = Math.floor(usage.length / 4);
      const memory = usage.map((sample) => sample.memory);
      const middle = median(memory.slice(quarter, 2 * quarter));
      expect(median(memory.slice(-quarter))).toBeLessThan(isLong ? middle * 1.2 + 20 : 400);
    });

    it('leaves nothing behind', async () => {
      agent.destroy();
      await delay(3000);
      expect(usageOf(service.process.pid ?? 0).handles).toBeLessThanOrEqual(idle.handles);
      expect(readdirSync(join(service.directory, '.tmp'))).toEqual([]);
      const { stdout } = runCommand(['-c', '--json', '-r', `127.0.0.1:${site.port}/0`, '-d', service.directory]);
      const { findings } = JSON.parse(stdout) as { findings: { kind: string }[] };
      // Files of pictures that were not asked for since Redis lost everything are orphans; an avatar that was being made
      // when its picture changed is stale; the site of this spec keeps no list of what it blocks.
      const expected = ['orphan file', 'orphan variant', 'stale variant', 'Blocked but not in img/blocked'];
      expect(findings.filter(({ kind }) => !expected.includes(kind))).toEqual([]);
      expect(await service.stop()).toBe(0);
    });

    function report(): void {
      const counts = [...outcomes].map(([outcome, count]) => `${outcome}: ${count}`).join(', ');
      const every = Math.max(1, Math.floor(usage.length / 8));
      const samples = usage.filter((_, at) => at % every === 0);
      console.log(`seed ${SEED}: ${counts}; Redis was lost ${site.restarts} times`);
      console.log(`memory in MiB: ${samples.map(({ memory }) => memory.toFixed(0)).join(' ')}`);
      console.log(`open handles: ${samples.map(({ handles }) => handles).join(' ')}`);
    }
  },
);
