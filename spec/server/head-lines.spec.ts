import { createServer, type RequestListener, type Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { OwnResponse, writeHead } from '../../src/server/head-lines.js';
import { talk } from '../support/talk.js';

const BODY = 'a picture';
const CONTENT = 'Content-Type: image/png\r\nContent-Security-Policy: img-src data:; sandbox\r\n';

/** Answers as the path says. */
const listener: RequestListener = ({ url }, response) => {
  if (url === '/not-modified') writeHead(response, 304, 'ETag: "a"\r\n').end();
  else if (url === '/unsatisfiable')
    writeHead(response, 416, 'Content-Length: 0\r\nContent-Range: bytes */9\r\n').end();
  else writeHead(response, 200, `${CONTENT}Content-Length: ${BODY.length}\r\n`).end(BODY);
};

const serve = (Response: unknown) =>
  listening(createServer({ ServerResponse: Response as typeof ServerResponse }, listener));

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function asking(line: string, ...fields: readonly string[]): string {
  return [line, 'Host: localhost', ...fields, '', ''].join('\r\n');
}

const GET = asking('GET / HTTP/1.1');
const LAST = asking('GET / HTTP/1.1', 'Connection: close');

const untilNextSecond = () => delay(1010 - (Date.now() % 1000));
const withoutDate = (answers: string) => answers.replaceAll(/Date: [^\r]*/g, 'Date: now');
const datesOf = (answers: string) => [...answers.matchAll(/Date: ([^\r]*)/g)].map(([, date = '']) => Date.parse(date));

describe('heads of our own server', () => {
  it.each([
    ['one after another', [GET, GET, GET, LAST]],
    ['at once', [GET + GET + GET + LAST]],
    ['without a body', [GET, asking('HEAD / HTTP/1.1'), asking('HEAD / HTTP/1.1'), LAST]],
    ['for a reader who has it', [GET, asking('GET /not-modified HTTP/1.1'), GET, LAST]],
    ['for a range that is not there', [GET, asking('GET /unsatisfiable HTTP/1.1'), GET, LAST]],
    ['whatever comes first', [asking('GET /not-modified HTTP/1.1'), GET, LAST]],
    ['for an old reader', [GET, asking('GET / HTTP/1.0')]],
    ['for an old reader who would stay', [GET, asking('GET / HTTP/1.0', 'Connection: keep-alive'), LAST]],
    ['for an old reader who has it', [GET, asking('GET /not-modified HTTP/1.0', 'Connection: keep-alive')]],
  ])('are those that Node writes: %s', async (_, packets) => {
    const [ours, nodes] = await Promise.all([OwnResponse, ServerResponse].map(serve));
    const answers = await talk({ port: ours ?? 0 }, ...packets);
    expect(answers).toContain('HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n');
    expect(withoutDate(answers)).toBe(withoutDate(await talk({ port: nodes ?? 0 }, ...packets)));
  });

  it('are left to Node once a second, and when a connection is to be closed', async () => {
    const byNode = vi.spyOn(ServerResponse.prototype, 'writeHead');
    onTestFinished(() => byNode.mockRestore());
    const port = await serve(OwnResponse);
    await untilNextSecond();
    const answers = await talk({ port }, GET.repeat(50) + LAST);
    expect(datesOf(answers)).toHaveLength(51);
    expect(byNode).toHaveBeenCalledTimes(2);
  });

  it('leave the status where others look for it', async () => {
    const statuses: unknown[] = [];
    const server = createServer({ ServerResponse: OwnResponse }, (request, response) => {
      listener(request, response);
      statuses.push([response.statusCode, response.statusMessage]);
    });
    const port = await listening(server);
    await talk({ port }, GET + asking('GET /not-modified HTTP/1.1') + LAST);
    expect(statuses).toEqual([
      [200, 'OK'],
      [304, 'Not Modified'],
      [200, 'OK'],
    ]);
  });

  it('are of the second in which they are sent', async () => {
    const sent: number[] = [];
    const server = createServer({ ServerResponse: OwnResponse }, (request, response) => {
      sent.push(Date.now());
      listener(request, response);
    });
    const port = await listening(server);
    const dates = datesOf(await talk({ port, pause: 400 }, GET, GET, GET, GET, GET, GET, LAST));
    // Node's own may be that of the last second for a moment.
    for (const [at, date] of dates.entries()) expect(Math.abs(date + 500 - (sent[at] ?? 0))).toBeLessThan(1000);
    expect(new Set(dates).size).toBeGreaterThan(2);
  });

  it('are left to Node when somebody else has a field for them', async () => {
    let answers = 0;
    const server = createServer({ ServerResponse: OwnResponse }, (request, response) => {
      if (++answers % 2 === 0) response.setHeader('X-Trace', answers);
      listener(request, response);
    });
    const port = await listening(server);
    const received = await talk({ port }, GET + GET + GET + GET + LAST);
    expect([...received.matchAll(/X-Trace: (\d)/gi)].map(([, name]) => name)).toEqual(['2', '4']);
  });

  it('are written once, or Node says so', async () => {
    const thrown: unknown[] = [];
    const server = createServer({ ServerResponse: OwnResponse }, (request, response) => {
      listener(request, response);
      try {
        writeHead(response, 304, '');
      } catch (error) {
        thrown.push((error as { code?: unknown }).code);
      }
    });
    await talk({ port: await listening(server) }, GET + GET + LAST);
    expect(thrown).toEqual(Array(3).fill('ERR_HTTP_HEADERS_SENT'));
  });

  it('are not those of a body without a length, which says how it ends', async () => {
    const server = createServer({ ServerResponse: OwnResponse }, (request, response) => {
      if (request.url === '/endless') writeHead(response, 200, CONTENT).end(BODY);
      else listener(request, response);
    });
    await untilNextSecond();
    const received = await talk({ port: await listening(server) }, asking('GET /endless HTTP/1.1') + GET + LAST);
    expect(received.match(/Transfer-Encoding/g)).toHaveLength(1);
    expect(received).toContain(`\r\n\r\n9\r\n${BODY}\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n`);
  });

  it('are written by Node alone where it keeps them elsewhere', async () => {
    class Elsewhere extends OwnResponse {
      override writeHead(...head: unknown[]): this {
        const written = super.writeHead(...(head as [number, string[]]));
        const inside = this as unknown as { _header: string };
        inside._header = inside._header.replace('HTTP/1.1 200 OK', 'HTTP/1.1 200 Fine');
        return written;
      }
    }
    const port = await serve(Elsewhere);
    await untilNextSecond();
    const answers = await talk({ port }, GET, GET, LAST);
    expect(answers.match(/HTTP\/1\.1 200 Fine/g)).toHaveLength(3);
  });
});
