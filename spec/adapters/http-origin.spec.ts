import { lastValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AddressRules, httpOrigin, type NameResolver } from '../../src/adapters/index.js';
import type { ExchangeProgress } from '../../src/domain/index.js';
import { freePort } from '../support/free-port.js';
import { sends, startOrigin, type TestOrigin } from '../support/origin.js';

let server: TestOrigin;
let port: number;
beforeAll(async () => {
  server = await startOrigin();
  server.on('/a.png', sends('image/png', Buffer.from('bytes')));
  port = Number(new URL(server.url).port);
});
afterAll(() => server.close());

const resolve: NameResolver = (name) =>
  name === 'nowhere.example'
    ? Promise.reject(Object.assign(new Error('no address'), { code: 'ERR_UNRESOLVED_NAME' }))
    : Promise.resolve([{ address: name === 'inside.example' ? '10.0.0.1' : '127.0.0.1', family: 4 }]);
const origin = httpOrigin({
  userAgent: 'spec',
  insecureTls: false,
  addressRules: new AddressRules(['127.0.0.0/8']),
  resolve,
});

/** The steps of an exchange, and its status or how it failed. */
async function stepsTo(url: string): Promise<unknown[]> {
  const steps: unknown[] = [];
  const progress = ({ kind, ...rest }: ExchangeProgress) => steps.push('address' in rest ? rest.address : kind);
  const exchange = origin.exchange({ url: new URL(url), onProgress: progress }, ({ status }) => [status]);
  const outcome = await lastValueFrom(exchange).catch(({ code }: { code: string }) => code);
  return [...steps, outcome];
}

describe('the way to an origin is told of, step by step', () => {
  it('by name', async () => {
    const here = `http://somewhere.example:${port}/a.png`;
    expect(await stepsTo(here)).toEqual(['resolved', '127.0.0.1', 'connected', 200]);
  });

  it('by address', async () => {
    expect(await stepsTo(`${server.url}/a.png`)).toEqual(['127.0.0.1', 'connected', 200]);
  });

  it('to a name that leads nowhere', async () => {
    expect(await stepsTo('http://nowhere.example/')).toEqual(['resolved', 'dns-error']);
  });

  it('to a name with a forbidden address', async () => {
    expect(await stepsTo('http://inside.example/')).toEqual(['resolved', '10.0.0.1', 'forbidden-address']);
  });

  it('to a forbidden address', async () => {
    expect(await stepsTo('http://[::ffff:10.0.0.1]/')).toEqual(['::ffff:a00:1', 'forbidden-address']);
  });

  it('to a port where nobody listens', async () => {
    const nobody = `somewhere.example:${await freePort()}`;
    expect(await stepsTo(`http://${nobody}/`)).toEqual(['resolved', '127.0.0.1', 'unreachable']);
  });

  it('to one with which no TLS can be agreed on', async () => {
    const plain = `https://somewhere.example:${port}/`;
    expect(await stepsTo(plain)).toEqual(['resolved', '127.0.0.1', 'tls-error']);
  });
});
