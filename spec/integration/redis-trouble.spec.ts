import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort, redisCommand, type RedisServer, startRedisServer } from '../support/redis-server.js';
import { redisUrl } from '../support/redis.js';
import { request, type Service, startService } from '../support/service.js';

const URI = 'http://127.0.0.1:1/a.png';

describe.skipIf(redisUrl === null)('when Redis is away', () => {
  const command = redisCommand() ?? '';
  let port: number;
  let redis: RedisServer | undefined;
  let service: Service;
  beforeEach(async () => {
    port = await freePort();
  });
  afterEach(async () => {
    await service.stop();
    await redis?.stop();
    redis = undefined;
  });

  const expectTrouble = async () => {
    const image = await service.get('img', URI);
    expect({ status: image.status, body: image.body.toString() }).toEqual({
      status: 503,
      body: 'Service Unavailable\n',
    });
    expect(image.headers.get('retry-after')).toBe('1');
    expect(image.headers.get('cache-control')).toBe('no-store');
    const avatar = await service.get('avatars', URI);
    expect(avatar.status).toBe(302);
    expect(avatar.headers.get('cache-control')).toBe('no-store');
    expect(await request(`${service.url}/status`)).toMatchObject({ status: 200 });
  };

  const expectRecovery = async () => {
    const deadline = Date.now() + 3000;
    while ((await service.get('img', URI)).status === 503 && Date.now() < deadline) await delay(50);
    expect((await service.get('img', URI)).status).toBe(404);
  };

  it('at the start, it is a 503 until it comes', async () => {
    service = await startService({ redis: `127.0.0.1:${port}/0` });
    expect(service.output()).toContain(`Redis 127.0.0.1:${port}/0 is away; trying again until it is back`);
    await expectTrouble();
    redis = await startRedisServer(command, port);
    await expectRecovery();
    expect(service.output()).toContain(`connected to Redis 127.0.0.1:${port}/0`);
  });

  it('later, it is a 503 until it is back', async () => {
    redis = await startRedisServer(command, port);
    service = await startService({ redis: `127.0.0.1:${port}/0` });
    expect((await service.get('img', URI)).status).toBe(404);
    await redis.stop();
    await expectTrouble();
    redis = await startRedisServer(command, port);
    await expectRecovery();
  });
});
