import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplesOf, sumOf } from '../support/metrics.js';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { childrenOf } from '../support/processes.js';
import { freePort } from '../support/free-port.js';
import { redisUrl } from '../support/redis.js';
import { request, startService, temporaryDirectory } from '../support/service.js';
import { openRedisSetting, type Setting } from '../support/setting.js';
import { talk } from '../support/talk.js';

const png = await raw(noise(64, 64)).png().toBuffer();

async function open(...flags: string[]): Promise<{ setting: Setting; ops: string }> {
  const port = await freePort();
  const setting = await openRedisSetting({ flags: ['--ops', `127.0.0.1:${port}`, ...flags] });
  return { setting, ops: `http://127.0.0.1:${port}` };
}

describe.skipIf(redisUrl === null)('/metrics', () => {
  let setting: Setting;
  let ops: string;
  let uri: string;
  beforeAll(async () => {
    ({ setting, ops } = await open());
    uri = await setting.publish('/a.png', sends('image/png', png));
  });
  afterAll(() => setting.close());

  const sum = async (name: string, labels?: Record<string, string>) =>
    sumOf(await samplesOf(ops), `img_linuxfr_${name}`, labels);

  it('counts requests by route and outcome, their time and their bytes', async () => {
    const { get, url } = setting.service;
    for (let n = 0; n < 5; n++) await get('img', uri);
    await get('avatars', uri);
    await get('img', 'http://undeclared.example/');
    await request(`${url}/status`);
    await talk(setting.service, 'GET / HTTP/1.1\r\nA\r\n\r\n');
    const samples = await samplesOf(ops);
    const requests = [...samples].filter(([name]) => name.startsWith('img_linuxfr_requests_total'));
    expect(Object.fromEntries(requests)).toEqual({
      'img_linuxfr_requests_total{route="img",outcome="miss"}': 1,
      'img_linuxfr_requests_total{route="img",outcome="hit"}': 4,
      'img_linuxfr_requests_total{route="img",outcome="undeclared"}': 1,
      'img_linuxfr_requests_total{route="avatars",outcome="hit"}': 1,
      'img_linuxfr_requests_total{route="status",outcome="ok"}': 1,
      'img_linuxfr_requests_total{route="other",outcome="malformed"}': 1,
    });
    expect(sumOf(samples, 'img_linuxfr_response_bytes_total', { route: 'img' })).toBe(5 * png.length + 19);
    expect(sumOf(samples, 'img_linuxfr_request_duration_seconds_count', { route: 'img' })).toBe(6);
    expect(sumOf(samples, 'img_linuxfr_request_duration_seconds_bucket', { route: 'img', le: '+Inf' })).toBe(6);
    const seconds = sumOf(samples, 'img_linuxfr_request_duration_seconds_sum', { route: 'img' });
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(5);
    expect(sumOf(samples, 'img_linuxfr_resize_duration_seconds_count', { result: 'made' })).toBe(1);
    expect(sumOf(samples, 'img_linuxfr_file_reads_total', { in: 'memory' })).toBeGreaterThan(0);
    expect(sumOf(samples, 'img_linuxfr_file_reads_total', { in: 'open' })).toBe(0);
    expect(sumOf(samples, 'img_linuxfr_memory_cache_bytes')).toBeGreaterThan(png.length);
    expect(sumOf(samples, 'img_linuxfr_catalogue_call_duration_seconds_count', { operation: 'store' })).toBe(1);
  });

  it('tells looks at files that stay open from those at what is in memory', async () => {
    const { setting, ops } = await open('--memory-cache', '0');
    const large = await raw(noise(150, 150)).png({ compressionLevel: 0 }).toBuffer();
    const picture = await setting.publish('/large.png', sends('image/png', large));
    for (let request = 0; request < 5; request++)
      expect((await setting.service.get('img', picture)).body).toEqual(large);
    const samples = await samplesOf(ops);
    const looks = ['memory', 'open', 'disk'].map((where) =>
      sumOf(samples, 'img_linuxfr_file_reads_total', { in: where }),
    );
    await setting.close();
    // The first is looked for twice, before it is fetched; the second opens the file.
    expect(looks).toEqual([0, 3, 3]);
  });

  it('counts fetches by what they came to, their phases, and what was refused and why', async () => {
    const { get } = setting.service;
    const before = await sum('fetches_total', { outcome: 'fetched' });
    await get('img', await setting.publish('/b.png', sends('image/png', png)));
    for (const [n, target] of ['http://10.1.2.3/', 'http://169.254.1.1/', 'ftp://a.example/'].entries()) {
      const redirect = await setting.publish(`/redirect-${n}`, (_, response) =>
        response.writeHead(302, { Location: target }).end(),
      );
      expect((await get('img', redirect)).status).toBe(404);
    }
    expect(await sum('fetches_total', { outcome: 'fetched' })).toBe(before + 1);
    expect(await sum('fetches_total', { outcome: 'forbidden-address' })).toBe(3);
    for (const reason of ['private', 'link-local', 'url']) {
      expect(await sum('fetch_refused_addresses_total', { reason }), reason).toBe(1);
    }
    expect(await sum('fetch_phase_duration_seconds_count', { phase: 'body' })).toBe(before + 1);
    expect(await sum('fetched_bytes_total')).toBe((before + 1) * png.length);
    expect(await sum('origins_resting', { cause: 'uri' })).toBe(3);
  });

  it('tells what is under way', async () => {
    let answer = () => {};
    const slow = await setting.publish('/slow.png', (_, response) => {
      answer = () => void response.writeHead(404).end();
    });
    const asked = [setting.service.get('img', slow), setting.service.get('img', slow)];
    await expect.poll(() => sum('requests_in_flight')).toBe(2);
    expect(await sum('refreshes_in_flight')).toBe(1);
    expect(await sum('fetches_running')).toBe(1);
    expect(await sum('connections')).toBeGreaterThanOrEqual(2);
    answer();
    await Promise.all(asked);
    expect(await sum('requests_in_flight')).toBe(0);
    expect(await sum('requests_total', { outcome: 'unexpected-status' })).toBe(2);
  });

  it('tells how old the copies are that are served in place of fresh ones', async () => {
    const moody = await setting.publish('/moody.png', sends('image/png', png));
    await setting.service.get('img', moody);
    setting.origin.on('/moody.png', (_, response) => response.writeHead(500).end());
    const { redis } = setting as Awaited<ReturnType<typeof openRedisSetting>>;
    await redis.del(`img/updated/${moody}`);
    await delay(100);
    expect((await setting.service.get('img', moody)).status).toBe(200);
    expect((await setting.service.get('img', moody)).status).toBe(200);
    expect(await sum('requests_total', { outcome: 'stale' })).toBe(1);
    expect(await sum('requests_total', { outcome: 'kept' })).toBe(1);
    expect(await sum('stale_copy_age_seconds_count')).toBe(2);
    expect(await sum('stale_copy_age_seconds_bucket', { le: '7200' })).toBe(2);
  });

  it('tells of Redis, of this process, and whether it is ready', async () => {
    expect(await sum('redis_up')).toBe(1);
    expect(await sum('ready')).toBe(1);
    await expect.poll(() => sum('redis_announcing')).toBe(1);
    expect(await sum('lookups_kept')).toBeGreaterThan(0);
    expect(sumOf(await samplesOf(ops), 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
  });

  it('is beside /live, which answers as long as the process does', async () => {
    expect((await request(`${ops}/live`)).status).toBe(200);
  });
});

describe('/metrics of a service that cannot write its log', () => {
  it.each(['1', '2'])('counts the lines that are lost, of %s processes that answer', async (workers) => {
    const directory = temporaryDirectory();
    const log = join(directory, 'log');
    const port = await freePort();
    const flags = ['-l', log, '--ops', `127.0.0.1:${port}`, '--workers', workers];
    const service = await startService({ redis: 'embedded', log, flags });
    const lost = async () => sumOf(await samplesOf(`http://127.0.0.1:${port}`), 'img_linuxfr_log_lines_lost_total');
    try {
      await request(`${service.url}/status`);
      await delay(700);
      expect(await lost()).toBe(0);
      rmSync(log);
      symlinkSync('/dev/full', log);
      service.process.kill('SIGHUP');
      await delay(200);
      for (let n = 0; n < 7; n++) await request(`${service.url}/status`);
      await expect.poll(lost).toBe(7);
    } finally {
      await service.stop();
      rmSync(directory, { recursive: true });
    }
  });
});

describe.skipIf(redisUrl === null)('/metrics of two workers', () => {
  it('adds up to exactly what was asked, and never to less than before', async () => {
    const { setting, ops } = await open('--workers', '2');
    try {
      // The primary looks nothing up as long as there are only hits.
      expect(sumOf(await samplesOf(ops), 'img_linuxfr_redis_announcing')).toBe(1);
      const uri = await setting.publish('/a.png', sends('image/png', png));
      await setting.service.get('img', uri);
      const hits = async () =>
        sumOf(await samplesOf(ops), 'img_linuxfr_requests_total', { route: 'img', outcome: 'hit' });
      const path = `/img/${Buffer.from(uri).toString('hex')}`;
      const asked = (last: boolean) => `GET ${path} HTTP/1.1\r\nHost: a\r\n${last ? 'Connection: close\r\n' : ''}\r\n`;
      const packets = [...Array.from({ length: 9 }, () => asked(false)), asked(true)];
      await Promise.all(Array.from({ length: 20 }, () => talk({ port: setting.service.port, pause: 2 }, ...packets)));
      const all = async () => sumOf(await samplesOf(ops), 'img_linuxfr_requests_total', { route: 'img' });
      expect(await all()).toBe(201);
      expect(await hits()).toBe(200);
      expect(sumOf(await samplesOf(ops), 'img_linuxfr_request_duration_seconds_count', { route: 'img' })).toBe(201);
      expect(sumOf(await samplesOf(ops), 'img_linuxfr_fetches_total')).toBe(1);
      expect(sumOf(await samplesOf(ops), 'img_linuxfr_redis_up')).toBe(1);

      const [one = 0, other = 0] = childrenOf(setting.service.process.pid ?? 0);
      process.kill(one, 'SIGSTOP');
      const began = performance.now();
      expect(await all()).toBe(201);
      expect(performance.now() - began).toBeLessThan(2500);
      process.kill(one, 'SIGKILL');
      process.kill(other, 'SIGKILL');
      await expect.poll(() => childrenOf(setting.service.process.pid ?? 0).length, { timeout: 5000 }).toBe(2);
      expect(await all()).toBe(201);
      await setting.service.get('img', uri);
      expect(await all()).toBe(202);
    } finally {
      await setting.close();
    }
  });
});
