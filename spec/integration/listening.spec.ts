import { afterEach, describe, expect, it } from 'vitest';
import { type Service, startService, temporaryDirectory } from '../support/service.js';
import { statusesOf, talk } from '../support/talk.js';

let service: Service;
afterEach(() => service.stop());

const STATUS = 'GET /status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
const reach = async (host: string) => {
  const answer = await talk({ port: service.port, host }, STATUS).catch(
    (error: Error & { code: string }) => error.code,
  );
  return statusesOf(answer)[0] ?? answer;
};

describe('where it listens', () => {
  it.each<[string, string[], string[]]>([
    ['127.0.0.1', ['127.0.0.1'], ['::1']],
    ['[::1]', ['::1'], ['127.0.0.1']],
    ['0.0.0.0', ['127.0.0.1', '::1'], []],
    ['', ['127.0.0.1', '::1'], []],
    ['localhost', ['localhost'], []],
  ])('-a %s:PORT', async (host, reachable, unreachable) => {
    service = await startService({ redis: 'embedded', directory: temporaryDirectory(), host });
    for (const address of reachable) expect(await reach(address)).toBe(200);
    for (const address of unreachable) expect(await reach(address)).toBe('ECONNREFUSED');
  });
});
