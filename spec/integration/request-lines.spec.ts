import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.js';
import { sends } from '../support/origin.js';
import { noise, pictures, raw } from '../support/pictures.js';
import { request, type Service, startService, temporaryDirectory } from '../support/service.js';
import { openSetting, type Setting } from '../support/setting.js';
import { talk } from '../support/talk.js';

interface Line {
  readonly msg: string;
  readonly level: number;
  readonly id: string;
  readonly outcome: string;
  readonly [field: string]: unknown;
}

/** A name of ours. */
const OWN = expect.stringMatching(/^[\w-]{8}\.\w+$/) as string;

function linesOf(text: string): Line[] {
  const lines = text.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as Line).filter(({ msg }) => msg === 'request');
}

describe('a line for each request', () => {
  let setting: Setting;
  let picture: string;
  beforeAll(async () => {
    setting = await openSetting('embedded');
    const [some] = await pictures();
    if (some) picture = await setting.publish('/a', sends(some.type, some.bytes));
  });
  afterAll(() => setting.close());

  /** The lines of what is asked for, when as many are there. */
  async function linesFor(count: number, ask: () => Promise<unknown>, { output } = setting.service): Promise<Line[]> {
    const before = linesOf(output()).length;
    await ask();
    for (let attempt = 0; attempt < 60; attempt++) {
      const lines = linesOf(output()).slice(before);
      if (lines.length >= count) return lines;
      await delay(25);
    }
    throw new Error(`too few lines: ${output()}`);
  }

  it('says what it came to, how long it took, how many bytes were sent, and what was asked for', async () => {
    const { get, url } = setting.service;
    let bytes = 0;
    const lines = await linesFor(9, async () => {
      await get('img', picture);
      bytes = (await get('img', picture)).body.length;
      await get('img', picture, { method: 'HEAD' });
      await get('img', picture, { headers: { Range: 'bytes=0-9' } });
      await get('img', picture, { headers: { 'If-None-Match': '*' } });
      await get('avatars', 'http://undeclared.example/');
      await request(`${url}/img/abc`);
      await request(`${url}/status`);
      await request(`${url}/nothing?q=1`, { method: 'POST' });
    });
    const common = { level: 30, ms: expect.any(Number) as number, id: OWN };
    expect(lines).toMatchObject([
      { ...common, method: 'GET', route: 'img', uri: picture, outcome: 'miss', status: 200, bytes },
      { ...common, method: 'GET', route: 'img', uri: picture, outcome: 'hit', status: 200, bytes },
      { method: 'HEAD', outcome: 'hit', status: 200, bytes: 0 },
      { outcome: 'hit', status: 206, bytes: 10 },
      { outcome: 'hit', status: 304, bytes: 0 },
      { route: 'avatars', uri: 'http://undeclared.example/', outcome: 'undeclared', status: 302, bytes: 6 },
      { route: 'img', path: '/img/abc', outcome: 'invalid-parameters', status: 400, bytes: 19 },
      { route: 'status', path: '/status', outcome: 'ok', status: 200, bytes: 2 },
      { route: 'other', path: '/nothing?q=1', outcome: 'not-found', status: 404, method: 'POST', bytes: 19 },
    ]);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(9);
  });

  it('is there for requests that cannot be parsed, and those that Node would answer itself', async () => {
    const lines = await linesFor(5, async () => {
      await talk(setting.service, 'FROB /status HTTP/1.1\r\nHost: a\r\n\r\n');
      await talk(setting.service, 'GET / HTTP/1.1\r\nA\r\n\r\n');
      await talk(setting.service, 'GET /status HTTP/1.1\r\n\r\n');
      await talk(setting.service, 'GET /status HTTP/1.0\r\n\r\n');
      await talk(setting.service, 'GET /status HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\nConnection: close\r\n\r\n');
    });
    expect(lines).toMatchObject([
      { route: 'status', outcome: 'method-not-allowed', status: 405 },
      { route: 'other', outcome: 'malformed', status: 400 },
      { route: 'status', outcome: 'malformed', status: 400 },
      { route: 'status', outcome: 'ok', status: 200 },
      { route: 'status', outcome: 'ok', status: 200 },
    ]);
  });

  it('is there for readers who left before there was an answer', async () => {
    let answer = () => {};
    const slow = await setting.publish('/slow.png', (_, response) => {
      answer = () => void response.writeHead(404).end();
    });
    const lines = await linesFor(1, async () => {
      const left = setting.service.get('img', slow, { signal: AbortSignal.timeout(200) });
      await expect(left).rejects.toThrow();
    });
    expect(lines).toMatchObject([{ uri: slow, outcome: 'aborted', status: 499, bytes: 0 }]);
    answer();
  });

  it('says that a reader of a picture that is on the disk took all of it', async () => {
    const { service, publish, close } = await openSetting('embedded', { flags: ['--memory-cache', '0'] });
    const large = await raw(noise(1200, 1200)).png({ compressionLevel: 0 }).toBuffer();
    const uri = await publish('/large.png', sends('image/png', large));
    const ask = async () => {
      await service.get('img', uri);
      expect((await service.get('img', uri)).body.equals(large)).toBe(true);
      await service.get('img', uri, { headers: { Range: 'bytes=10-200009' } });
    };
    const lines = await linesFor(3, ask, service).finally(close);
    expect(lines).toMatchObject([
      { outcome: 'miss', status: 200, bytes: large.length },
      { outcome: 'hit', status: 200, bytes: large.length },
      { outcome: 'hit', status: 206, bytes: 200_000 },
    ]);
  });

  it('is one line, whatever is in a URI or a path', async () => {
    const uri = 'http://a.example/\r\n{"level":50,"msg":"request"}\n\x1b[2J\u202e\u2028é"\\' + 'x'.repeat(1000);
    const lines = await linesFor(3, async () => {
      await setting.service.get('img', uri);
      await request(`${setting.service.url}/%0d%0a%1b[31m"forged/x?y`);
      await talk(setting.service, `GET /a"b\\c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    });
    expect(lines).toHaveLength(3);
    expect(lines[0]?.['uri']).toBe(Buffer.from(uri).subarray(0, 256).toString());
    expect(lines[2]?.['path']).toBe('/a"b\\c');
    const written = setting.service.output();
    expect(written).not.toMatch(/[^\n\x20-\x7e]/);
    expect(written).not.toContain('\n{"level":50');
  });

  it('has the name that a front gave the request, if it is well-formed', async () => {
    const ids = ['abc.DEF-1_2', 'a b', 'x'.repeat(65), '"', ''];
    const lines = await linesFor(ids.length, async () => {
      for (const id of ids) await request(`${setting.service.url}/status`, { headers: { 'X-Request-Id': id } });
    });
    expect(lines.map(({ id }) => id)).toEqual(['abc.DEF-1_2', OWN, OWN, OWN, OWN]);
  });

  it("says nothing of readers' addresses", async () => {
    await linesFor(1, () => request(`${setting.service.url}/status`, { headers: { 'X-Forwarded-For': '192.0.2.7' } }));
    expect(setting.service.output()).not.toMatch(/192\.0\.2\.7|"ip"/);
  });
});

describe('the flags of the log', () => {
  let directory: string;
  beforeAll(() => (directory = temporaryDirectory()));
  afterAll(() => rmSync(directory, { recursive: true }));

  async function withService<T>(flags: string[], work: (service: Service) => Promise<T>): Promise<T> {
    const service = await startService({ redis: 'embedded', directory, flags });
    try {
      return await work(service);
    } finally {
      await service.stop();
    }
  }

  it("--log-addresses logs the reader's address, and what a front says of it if that is addresses", async () => {
    await withService(['--log-addresses'], async (service) => {
      for (const forwarded of ['192.0.2.7, 2001:db8::1', 'forged"', '']) {
        await request(`${service.url}/status`, { headers: { 'X-Forwarded-For': forwarded } });
      }
      await service.stop();
      const lines = linesOf(service.output());
      expect(lines).toMatchObject([{ ip: '127.0.0.1', forwardedFor: '192.0.2.7, 2001:db8::1' }, {}, {}]);
      expect(lines.map((line) => 'forwardedFor' in line)).toEqual([true, false, false]);
    });
  });

  it('loses no line of requests that were answered before SIGTERM', async () => {
    const log = join(directory, 'log');
    const service = await startService({ redis: 'embedded', directory, log, flags: ['-l', log] });
    await Promise.all(Array.from({ length: 500 }, () => request(`${service.url}/status`)));
    await service.stop();
    expect(linesOf(readFileSync(log, 'utf8'))).toHaveLength(500);
    expect(readFileSync(log, 'utf8')).toMatch(/stopped"\}\n$/);
  });

  it('--log-level warn logs no requests', async () => {
    const [log, port] = [join(directory, 'quiet'), await freePort()];
    const service = spawn(process.execPath, [
      ...[join(import.meta.dirname, '../../dist/server/main.js'), '-r', 'embedded', '-d', directory],
      ...['-a', `127.0.0.1:${port}`, '-l', log, '--log-level', 'warn'],
    ]);
    const ended = new Promise((resolve) => service.once('exit', resolve));
    const asked = async (): Promise<number> =>
      request(`http://127.0.0.1:${port}/status`).then(
        ({ status }) => status,
        () => delay(50).then(asked),
      );
    expect(await asked()).toBe(200);
    service.kill('SIGTERM');
    await ended;
    expect(readFileSync(log, 'utf8')).toBe('');
  });

  describe('when nobody reads its standard output', () => {
    /** Far more than what fits between two processes. */
    async function askOften({ url }: Service): Promise<void> {
      for (let round = 0; round < 20; round++) {
        const asked = Array.from({ length: 100 }, () => request(`${url}/${'x'.repeat(250)}`));
        expect((await Promise.all(asked)).every(({ status }) => status === 404)).toBe(true);
      }
    }

    it('goes on, and loses nothing if it is read later', async () => {
      await withService([], async (service) => {
        service.process.stdout?.pause();
        await askOften(service);
        service.process.stdout?.resume();
        await service.stop();
        expect(linesOf(service.output())).toHaveLength(2000);
      });
    });

    it('goes on when who should read it has ended, and should have read standard error, too', async () => {
      await withService([], async (service) => {
        service.process.stdout?.destroy();
        service.process.stderr?.destroy();
        await askOften(service);
        expect(service.process.exitCode).toBeNull();
      });
    });

    it('stops in time', async () => {
      await withService([], async (service) => {
        service.process.stdout?.pause();
        await askOften(service);
        const ended = new Promise<number | null>((resolve) => service.process.once('exit', resolve));
        const began = performance.now();
        service.process.kill('SIGTERM');
        expect(await ended).toBe(0);
        expect(performance.now() - began).toBeLessThan(4000);
        service.process.stdout?.resume();
      });
    });
  });
});
