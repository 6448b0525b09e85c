import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SourceUri } from '../../src/domain/index.js';
import { rowsOf } from '../support/corpus.js';
import { type CountingListener, startCountingListener } from '../support/counting-listener.js';
import { startNameServer, type TestNameServer } from '../support/name-server.js';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { openSetting, type Setting } from '../support/setting.js';

const PNG = await raw(noise(20, 20)).png().toBuffer();

/** The one address that is opened, so that there is an origin that can redirect. */
const OPENED = '127.0.0.3';

let setting: Setting;
let listener: CountingListener;
let nameServer: TestNameServer;
beforeAll(async () => {
  nameServer = await startNameServer();
  listener = await startCountingListener();
  const flags = ['--name-server', nameServer.address, '--fetch-timeout', '5'];
  setting = await openSetting('embedded', { networks: [`${OPENED}/32`], originHost: OPENED, flags });
});
afterAll(async () => {
  await setting.close();
  await listener.close();
  await nameServer.close();
});
afterEach(() => nameServer.names.clear());

async function statusOf(uri: string): Promise<number> {
  await setting.declare(uri);
  return (await setting.service.get('img', uri)).status;
}

async function statusOfRedirectTo(location: string): Promise<number> {
  const path = `/redirect/${SourceUri.of(location).hex}`;
  await setting.publish(path, (_, response) => response.writeHead(302, { Location: asciiOf(location) }).end());
  const { status } = await setting.service.get('img', setting.origin.url + path);
  expect(setting.origin.count(path)).toBe(1);
  return status;
}

const asciiOf = (text: string) => text.replace(/[^\x20-\x7e]/gu, encodeURIComponent);

/** No 404 is worth anything if a connection was made for it. */
async function expectNoConnection(ask: () => Promise<number>): Promise<void> {
  const before = listener.connections();
  expect(await ask()).toBe(404);
  expect(listener.connections() - before).toBe(0);
}

describe('corpus: addresses, spelling', () => {
  // A path for each, for the same address in another spelling would be left alone as one that failed before.
  let asked = 0;
  const uriOf = (host: string) => `http://${host}:${listener.port}/${asked++}.png`;
  it.each(rowsOf('spelling'))('http://%s (%s): %s', (input) => expectNoConnection(() => statusOf(uriOf(input))));
  it.each(rowsOf('spelling'))('a redirect to http://%s (%s): %s', (input) =>
    expectNoConnection(() => statusOfRedirectTo(uriOf(input))),
  );
});

describe('corpus: addresses, uri', () => {
  const uriOf = (input: string) => input.replace('PORT', `${listener.port}`);
  it.each(rowsOf('uri'))('%s (%s): %s', (input) => expectNoConnection(() => statusOf(uriOf(input))));
});

describe('corpus: addresses, port', () => {
  it.each(rowsOf('port'))('%s (%s): %s', (input) => {
    expect(SourceUri.of(input).url).toBeUndefined();
    expect(SourceUri.of(input.replace(/:\d+\//, ':8080/')).url).toBeDefined();
  });

  it('is not connected to, nor after a redirect, even where the address is opened', async () => {
    const irc = await startCountingListener(6667);
    expect(await statusOf(`http://${OPENED}:6667/a.png`)).toBe(404);
    expect(await statusOfRedirectTo(`http://${OPENED}:6667/a.png`)).toBe(404);
    expect(irc.connections()).toBe(0);
    await irc.close();
  });
});

describe('names', () => {
  let made = 0;
  const nameFor = (...answers: readonly string[][]): string => {
    const name = `host${made++}.example`;
    const left = [...answers];
    // Each lookup asks twice, for A and AAAA.
    let asked = 0;
    nameServer.names.set(name, () => {
      if (++asked % 2 === 1 && asked > 1 && left.length > 1) left.shift();
      return left[0] ?? [];
    });
    return name;
  };
  const uriOf = (name: string, port = listener.port) => `http://${name}:${port}/a.png`;

  it.each([
    ['a private address', ['127.0.0.1']],
    ['a private IPv6 address', ['::1']],
    ['an opened and a private address', [OPENED, '127.0.0.1']],
    ['a private and an opened address', ['10.0.0.1', OPENED]],
    ['an opened IPv4 and a private IPv6 address', [OPENED, '::1']],
    ['a mapped address', ['::ffff:7f00:3']],
    ['no address', []],
  ])('with %s are refused whole', async (_, addresses) => {
    const name = nameFor(addresses);
    await expectNoConnection(() => statusOf(uriOf(name)));
    expect(nameServer.queries).toContain(name);
  });

  it('of which all addresses are allowed are connected to', async () => {
    setting.origin.on('/a.png', sends('image/png', PNG));
    expect(await statusOf(uriOf(nameFor([OPENED]), Number(new URL(setting.origin.url).port)))).toBe(200);
  });

  it('are asked for once a connection, so that a second answer cannot lead elsewhere', async () => {
    const before = listener.connections();
    const name = nameFor([OPENED], ['127.0.0.1']);
    expect(await statusOf(uriOf(name))).toBe(404);
    expect(listener.connections() - before).toBe(1);
    expect(nameServer.queries.filter((query) => query === name)).toHaveLength(2);
  });

  it('that lead elsewhere by the next picture are refused, though the origin keeps connections alive', async () => {
    const port = Number(new URL(setting.origin.url).port);
    const name = nameFor([OPENED], ['127.0.0.1']);
    for (const path of ['/first.png', '/second.png']) {
      setting.origin.on(path, sends('image/png', PNG, { Connection: 'keep-alive' }));
    }
    expect(await statusOf(`http://${name}:${port}/first.png`)).toBe(200);
    expect(await statusOf(`http://${name}:${port}/second.png`)).toBe(404);
    expect(setting.origin.count('/second.png')).toBe(0);
  });

  it('that nobody answers for hold up no thread: kept pictures are served meanwhile', async () => {
    const uri = await setting.publish('/kept.png', sends('image/png', PNG));
    expect((await setting.service.get('img', uri)).status).toBe(200);
    const unanswered = Array.from({ length: 60 }, (_, n) => `http://silent${n}.example/a.png`);
    const waiting = Promise.all(unanswered.map(statusOf));
    let slowest = 0;
    while (!nameServer.queries.includes('silent59.example')) await new Promise((resolve) => setTimeout(resolve, 10));
    for (let n = 0; n < 50; n++) {
      const start = performance.now();
      expect((await setting.service.get('img', uri)).body).toEqual(PNG);
      slowest = Math.max(slowest, performance.now() - start);
    }
    expect(slowest).toBeLessThan(1000);
    expect(new Set(await waiting)).toEqual(new Set([404]));
  });
});
