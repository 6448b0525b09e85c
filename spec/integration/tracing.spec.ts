import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { temporaryDirectory } from '../support/service.js';
import { openSetting, type Setting } from '../support/setting.js';

interface Line {
  readonly name: string;
  readonly process: number;
  readonly trace: string;
  readonly id: string;
  readonly parent?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status?: string;
  readonly exceptions: number;
}

const png = await raw(noise(64, 64)).png().toBuffer();
/** The trace that a reader's front names, by a digit. */
const traceOf = (digit: string) => digit.repeat(32);
const headersOf = (digit: string) => ({ traceparent: `00-${traceOf(digit)}-${'f'.repeat(16)}-01` });

describe.each([
  { name: 'one process', flags: [] },
  { name: 'two workers', flags: ['--workers', '2'] },
])('spans, $name', ({ flags }) => {
  const directory = temporaryDirectory();
  const SPANS = join(directory, 'spans');
  let setting: Setting;
  beforeAll(async () => {
    const preload = join(import.meta.dirname, '../support/tracing.mjs');
    setting = await openSetting('embedded', { preload, env: { SPANS }, flags });
  });
  afterAll(async () => {
    await setting.close();
    rmSync(directory, { recursive: true });
  });

  const all = () =>
    readFileSync(SPANS, { encoding: 'utf8', flag: 'a+' })
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);

  /** The spans of a trace, each as the names from the request to it, when the request has ended. */
  async function pathsOf(digit: string): Promise<Map<string, Line>> {
    const ended = () => all().some(({ trace, parent }) => trace === traceOf(digit) && parent === 'f'.repeat(16));
    await expect.poll(ended).toBe(true);
    const spans = all().filter(({ trace }) => trace === traceOf(digit));
    const byId = new Map(spans.map((span) => [span.id, span]));
    const pathOf = ({ name, parent }: Line): string => {
      const above = byId.get(parent ?? '');
      return above ? `${pathOf(above)} > ${name}` : name;
    };
    return new Map(spans.map((span) => [pathOf(span), span]));
  }

  const HIT = ['decode', 'checkRedis', 'readStored', 'resize'];
  const within = (above: string, names: string[]) => names.map((name) => `${above} > ${name}`);

  it('are those of the operators, within that of the request, of two requests at the same time', async () => {
    const uris = await Promise.all(
      ['1', '2'].map((digit) =>
        setting.publish(`/${digit}.png`, (request, response) => {
          void delay(200).then(() => sends('image/png', png)(request, response));
        }),
      ),
    );
    await Promise.all(uris.map((uri, at) => setting.service.get('img', uri, { headers: headersOf(`${at + 1}`) })));
    for (const digit of ['1', '2']) {
      const paths = await pathsOf(digit);
      const fetching = ['checkRedis', 'readStored', 'fetch', 'validate', 'persist'];
      expect([...paths.keys()].sort()).toEqual(
        ['GET img', ...within('GET img', [...HIT, 'refresh']), ...within('GET img > refresh', fetching)].sort(),
      );
      expect(paths.get('GET img')?.attributes).toMatchObject({ 'http.response.status_code': 200, 'http.route': 'img' });
      const [asked, fetched] = ['GET img', 'GET img > refresh > fetch'].map((path) => paths.get(path)?.process);
      expect(asked === fetched).toBe(flags.length === 0);
    }
  });

  it('of a hit are few', async () => {
    const uri = await setting.publish('/hit.png', sends('image/png', png));
    await setting.service.get('img', uri);
    await setting.service.get('img', uri, { headers: headersOf('3') });
    expect([...(await pathsOf('3')).keys()].sort()).toEqual(['GET img', ...within('GET img', HIT)].sort());
  });

  it('have the fetch below the request that led', async () => {
    const uri = await setting.publish('/shared.png', (request, response) => {
      void delay(500).then(() => sends('image/png', png)(request, response));
    });
    const leading = setting.service.get('img', uri, { headers: headersOf('4') });
    await expect.poll(() => setting.origin.count('/shared.png')).toBe(1);
    await Promise.all([leading, setting.service.get('img', uri, { headers: headersOf('5') })]);
    expect((await pathsOf('4')).has('GET img > refresh > fetch')).toBe(true);
    const following = await pathsOf('5');
    expect(following.has('GET img > refresh')).toBe(true);
    expect(following.has('GET img > refresh > fetch')).toBe(false);
  });

  it('tell why there is no picture', async () => {
    const uri = await setting.publish('/text.png', sends('text/html', Buffer.from('<p>')));
    await setting.service.get('img', uri, { headers: headersOf('6') });
    const paths = await pathsOf('6');
    for (const path of ['GET img > refresh > fetch', 'GET img > refresh']) {
      expect(paths.get(path)).toMatchObject({
        status: 'invalid-type',
        exceptions: 1,
        attributes: { 'error.type': 'invalid-type' },
      });
    }
    expect(paths.get('GET img')).toMatchObject({ attributes: { 'http.response.status_code': 404 } });
  });

  it('end when the reader has left', async () => {
    const uri = await setting.publish('/never.png', () => undefined);
    const init = { headers: headersOf('7'), signal: AbortSignal.timeout(300) };
    await expect(setting.service.get('img', uri, init)).rejects.toThrow();
    await pathsOf('7');
    await expect.poll(async () => (await pathsOf('7')).has('GET img > refresh > fetch')).toBe(true);
    const paths = await pathsOf('7');
    for (const path of ['GET img', 'GET img > refresh', 'GET img > refresh > fetch']) {
      expect(paths.get(path)?.attributes).toMatchObject({ 'img_linuxfr.left': true });
    }
  });
});
