import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createHttpServer } from '../../src/server/http-server.js';
import { watchFor } from '../../src/server/requests/watch.js';
import { statusesOf, talk } from '../support/talk.js';

const HEAD = 'GET / HTTP/1.1\r\nHost: localhost\r\n';
const [ASKED, LAST] = [`${HEAD}\r\n`, `${HEAD}Connection: close\r\n\r\n`];

/** As many as are read before the first is answered. */
const DEPTH = 64;

it('a request that came in time, and was not read in time, is answered', { timeout: 30_000 }, async () => {
  const held: ServerResponse[] = [];
  let isHolding = true;
  const { server } = createHttpServer(
    (_, response) => void (isHolding ? held.push(response) : response.end()),
    60_000,
    watchFor([]),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const [begun, rest] = [LAST.slice(0, 20), LAST.slice(20)];
  const received = talk({ port, pause: 500, patience: 20_000 }, ASKED.repeat(DEPTH) + begun, rest);
  // Longer than a request may take.
  await delay(12_500);
  expect(held).toHaveLength(DEPTH);
  isHolding = false;
  for (const response of held) response.end();
  expect(statusesOf(await received)).toEqual(Array(DEPTH + 1).fill(200));
});
